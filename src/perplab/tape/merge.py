"""Several files of one market and kind become one stream."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from perplab.domain.instrument import Kind
from perplab.tape.errors import TapeError
from perplab.tape.options import Reading
from perplab.tape.stream import FundingSeries, Stream

_Part = TypeVar("_Part", Stream, FundingSeries)
_NAMES = 3
_TURNS = {kind: turn for turn, kind in enumerate(Kind)}


def merge(parts: Sequence[tuple[Path, Reading]]) -> Reading:
    """Return one reading: streams by symbol and kind, parts of a stream joined in time order.

    Raises TapeError when two files of the same stream overlap in time.
    """
    streams: dict[tuple[str, int], list[tuple[Path, Stream]]] = {}
    funding: dict[str, list[tuple[Path, FundingSeries]]] = {}
    merged = Reading()
    for path, reading in parts:
        merged.reports += reading.reports
        for stream in reading.streams:
            streams.setdefault((stream.symbol, _TURNS[stream.kind]), []).append((path, stream))
        for series in reading.funding:
            funding.setdefault(series.symbol, []).append((path, series))
    merged.streams = [
        _joined(streams[key], _join_streams, streams[key][0][1].kind, 0) for key in sorted(streams)
    ]
    merged.funding = [_joined(funding[key], _join_funding, "funding", 1) for key in sorted(funding)]
    return merged


def _joined(
    parts: list[tuple[Path, _Part]],
    join: Callable[[list[_Part]], _Part],
    kind: str,
    apart_ns: int,
) -> _Part:
    """Return the parts as one; each must begin so long after the end of the one before it."""
    if len(parts) == 1:
        return parts[0][1]
    parts.sort(key=lambda part: (int(part[1].time_ns[0]), int(part[1].time_ns[-1])))
    for (before_path, before), (path, part) in pairwise(parts):
        if part.time_ns[0] < before.time_ns[-1] + apart_ns:
            raise TapeError(
                path,
                found=f"{part.symbol} {kind} rows from before the end of {before_path.name}",
                expected="files that follow each other in time",
                advice="Give one file for each stretch of time.",
            )
    return join([part for _, part in parts])


def _join_streams(parts: list[Stream]) -> Stream:
    first = parts[0]
    asks = [part.ask for part in parts if part.ask is not None]
    quantity = None
    if any(part.quantity is not None for part in parts):
        quantity = np.concatenate([_quantity(part) for part in parts])
    return Stream(
        symbol=first.symbol,
        kind=first.kind,
        name=_name(parts),
        time_ns=np.concatenate([part.time_ns for part in parts]),
        price=np.concatenate([part.price for part in parts]),
        ask=np.concatenate(asks) if asks else None,
        quantity=quantity,
    )


def _join_funding(parts: list[FundingSeries]) -> FundingSeries:
    return FundingSeries(
        symbol=parts[0].symbol,
        name=_name(parts),
        time_ns=np.concatenate([part.time_ns for part in parts]),
        rate=np.concatenate([part.rate for part in parts]),
    )


def _quantity(stream: Stream) -> NDArray[np.int64]:
    """Return the sizes, 0 where a file does not tell them."""
    return np.zeros(len(stream), np.int64) if stream.quantity is None else stream.quantity


def _name(parts: Sequence[Stream | FundingSeries]) -> str:
    names = [part.name for part in parts]
    if len(names) <= _NAMES:
        return ", ".join(names)
    return f"{names[0]} to {names[-1]} ({len(names)} files)"
