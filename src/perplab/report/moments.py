"""Moments: the ticks of the tape at which an account's figures are drawn, and all prices then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from perplab.domain.instrument import Config, Kind
from perplab.domain.numbers import Price
from perplab.domain.state import Prices
from perplab.report.reduction import Rows, rows_of
from perplab.tape.stream import Stream


@dataclass(frozen=True, slots=True)
class Column:
    """One stream's price at each moment, 0 before its first; which prices of a symbol it gives."""

    symbol: str
    is_mark: bool
    is_last: bool
    prices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Moments:
    """Times, rising, and a column for each stream."""

    times: tuple[int, ...] = ()
    columns: tuple[Column, ...] = ()

    def prices(self, place: int, known: Mapping[str, Prices]) -> dict[str, Prices]:
        """Return the prices at a moment; what no stream gives yet is as it is known."""
        found = dict(known)
        for column in self.columns:
            price = Price(column.prices[place])
            if not price:
                continue
            before = found[column.symbol]
            mark = price if column.is_mark else before.mark
            last = price if column.is_last else before.last
            found[column.symbol] = replace(before, mark=mark, last=last)
        return found


def moments_of(config: Config, streams: Sequence[Stream], edges: Rows) -> Moments:
    """Return the drawn ticks of all mark and last-price streams in one order of time.

    At each of them the tick's own stream has its own price, the others what they showed last.
    """
    instruments = {one.symbol: one for one in config.instruments}
    used = [
        stream
        for stream in streams
        if stream.symbol in instruments and stream.kind is not Kind.QUOTE
    ]
    rows = [rows_of(stream, edges) for stream in used]
    empty = np.empty(0, np.int64)
    times = np.concatenate([empty, *(s.time_ns[mine] for s, mine in zip(used, rows, strict=True))])
    times = np.maximum(times, edges[0])
    order = np.argsort(times, kind="stable")
    times = times[order]
    owner = np.repeat(np.arange(len(rows)), [len(mine) for mine in rows])[order]
    columns = []
    for place, (stream, mine) in enumerate(zip(used, rows, strict=True)):
        seen = stream.time_ns.searchsorted(times, side="right") - 1
        prices = np.where(seen < 0, 0, stream.price[np.maximum(seen, 0)])
        prices[owner == place] = stream.price[mine]
        instrument = instruments[stream.symbol]
        columns.append(
            Column(
                symbol=stream.symbol,
                is_mark=stream.kind is instrument.mark_stream,
                is_last=stream.kind is instrument.last_stream,
                prices=tuple(prices.tolist()),
            )
        )
    return Moments(times=tuple(times.tolist()), columns=tuple(columns))
