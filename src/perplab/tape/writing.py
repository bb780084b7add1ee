"""Streams written to files: as Binance's aggTrades, or as named columns that are read back."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from perplab.domain.instrument import Kind
from perplab.domain.numbers import DECIMALS
from perplab.tape.stream import Stream

FORMATS = (".csv", ".parquet", ".feather")

_CHUNK = 1 << 19
_TIME_UNITS = (1_000_000, 1_000, 1)

Progress = Callable[[int], None]


def write_csv(stream: Stream, path: Path, progress: Progress | None = None) -> None:
    """Write trades in the columns of Binance's aggTrades, times in ms unless that loses digits.

    Ids count from 1. The taker's side is not known: a trade below the one before counts as sold.
    Raises ValueError for a stream that is not of trades with quantities.
    """
    if stream.quantity is None:
        raise ValueError(f"a {stream.kind} stream without quantities has no aggTrades")
    unit = next(unit for unit in _TIME_UNITS if not (stream.time_ns % unit).any())
    sold = np.concatenate(([False], np.diff(stream.price) < 0))

    def rows(part: slice) -> pl.DataFrame:
        ids = np.arange(part.start + 1, part.stop + 1)
        assert stream.quantity is not None
        return pl.DataFrame(
            {
                "agg_trade_id": ids,
                "price": _texts(stream.price[part]),
                "quantity": _texts(stream.quantity[part]),
                "first_trade_id": ids,
                "last_trade_id": ids,
                "transact_time": stream.time_ns[part] // unit,
                "is_buyer_maker": sold[part],
            }
        )

    _write_text(len(stream), rows, path, progress)


def write(stream: Stream, path: Path, progress: Progress | None = None) -> None:
    """Write a stream as columns `time_ns` and `price`, `mark_price`, or `bid` and `ask`.

    The suffix is one of `FORMATS`; numbers are decimals, in Parquet and Feather of that type.
    Raises ValueError for another suffix.
    """
    if path.suffix not in FORMATS:
        raise ValueError(f"{path.name}: the suffix is none of {', '.join(FORMATS)}")
    names = _column_names(stream)

    def rows(part: slice) -> pl.DataFrame:
        return pl.DataFrame(
            {
                names[column]: values[part] if column == "time_ns" else _texts(values[part])
                for column, values in stream.columns()
            }
        )

    if path.suffix == ".csv":
        _write_text(len(stream), rows, path, progress)
    else:
        _write_frame(len(stream), rows, path, progress)


def _column_names(stream: Stream) -> dict[str, str]:
    price = {Kind.MARK: "mark_price", Kind.QUOTE: "bid", Kind.TRADE: "price"}[stream.kind]
    return {"time_ns": "time_ns", "price": price, "ask": "ask", "quantity": "quantity"}


def _write_text(
    count: int, rows: Callable[[slice], pl.DataFrame], path: Path, progress: Progress | None
) -> None:
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        for chunk in _chunks(count):
            rows(chunk).write_csv(file, include_header=chunk.start == 0)
            if progress is not None:
                progress(chunk.stop - chunk.start)
    part.replace(path)


def _write_frame(
    count: int, rows: Callable[[slice], pl.DataFrame], path: Path, progress: Progress | None
) -> None:
    frames = []
    for chunk in _chunks(count):
        decimals = pl.selectors.string().cast(pl.Decimal(38, DECIMALS))
        frames.append(rows(chunk).with_columns(decimals))
        if progress is not None:
            progress(chunk.stop - chunk.start)
    frame = pl.concat(frames)
    part = path.with_name(f".{path.name}.part")
    if path.suffix == ".parquet":
        frame.write_parquet(part)
    else:
        frame.write_ipc(part)
    part.replace(path)


def _chunks(count: int) -> list[slice]:
    return [slice(start, min(start + _CHUNK, count)) for start in range(0, count, _CHUNK)]


def _texts(units: NDArray[np.int64]) -> pl.Series:
    """Return numbers not below zero as decimal texts, all with the decimals that one needs."""
    decimals = next(d for d in range(DECIMALS + 1) if not (units % 10 ** (DECIMALS - d)).any())
    scaled = units // 10 ** (DECIMALS - decimals)
    whole = pl.Series(scaled // 10**decimals).cast(pl.String)
    if not decimals:
        return whole
    fraction = pl.Series(scaled % 10**decimals).cast(pl.String).str.zfill(decimals)
    return whole + "." + fraction
