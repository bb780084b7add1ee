"""Candles become four prices each: the open, one extreme, the other, and the close.

The path inside a candle is assumed, and every report of a candle file says so.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from perplab.domain.numbers import format_units
from perplab.tape.clock import NS_PER_MS
from perplab.tape.errors import TapeError
from perplab.tape.naming import interval_of
from perplab.tape.options import CandlePath
from perplab.tape.sheet import Sheet

POINTS = 4

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candles:
    """Columns of equal length: times in ns, prices and volumes in 1e-8."""

    time_ns: Ints
    open: Ints
    high: Ints
    low: Ints
    close: Ints
    volume: Ints | None

    def __len__(self) -> int:
        return len(self.time_ns)

    def picked(self, rows: Ints | NDArray[np.bool_]) -> "Candles":
        """Return some of the candles."""
        return Candles(
            time_ns=self.time_ns[rows],
            open=self.open[rows],
            high=self.high[rows],
            low=self.low[rows],
            close=self.close[rows],
            volume=None if self.volume is None else self.volume[rows],
        )


def check(sheet: Sheet, candles: Candles) -> None:
    """Raise TapeError at the first candle whose open or close is outside low and high."""
    bad = (np.minimum(candles.open, candles.close) < candles.low) | (
        np.maximum(candles.open, candles.close) > candles.high
    )
    if bad.any():
        row = int(bad.argmax())
        names = ("open", "high", "low", "close")
        values = (int(getattr(candles, name)[row]) for name in names)
        found = ", ".join(
            f"{name} {format_units(value)}" for name, value in zip(names, values, strict=True)
        )
        raise TapeError(
            sheet.table.path,
            row=sheet.row_of(row),
            found=found,
            expected="open and close between low and high",
        )


def interval(sheet: Sheet, time_ns: Ints, close_ns: Ints | None) -> int:
    """Return the candles' length: as closing times, the file's name or their spacing tell it."""
    steps = np.diff(time_ns)
    if close_ns is not None:
        length = _rounded_up(int(close_ns[0] - time_ns[0]))
    elif (named := interval_of(sheet.table.path)) is not None:
        length = named
    elif len(steps):
        length = int(steps.min())
    else:
        raise TapeError(
            sheet.table.path,
            found="one candle and no closing time",
            expected="a candle length",
            advice="Put the length in the file's name, as in BTCUSDT-1m.csv.",
        )
    if length < POINTS or (len(steps) and steps.min() < length):
        row = int(steps.argmin()) + 1 if len(steps) else 0
        raise TapeError(
            sheet.table.path,
            row=sheet.row_of(row),
            found=f"a candle {steps.min() / 1e9 if len(steps) else 0:g} s after the one before it",
            expected=f"candles {length / 1e9:g} s apart",
        )
    return length


def ticks(candles: Candles, length: int, path: CandlePath) -> tuple[Ints, Ints, Ints | None]:
    """Return times, prices and quantities, four a candle, at quarters of its length.

    Each point carries a quarter of the volume, rounded down: together never more than traded.
    """
    first, second = candles.low, candles.high
    if path == "high-first":
        first, second = second, first
    quarters = np.arange(POINTS, dtype=np.int64) * (length // POINTS)
    time_ns = (candles.time_ns[:, np.newaxis] + quarters).reshape(-1)
    price = np.column_stack((candles.open, first, second, candles.close)).reshape(-1)
    if candles.volume is None:
        return time_ns, price, None
    return time_ns, price, np.repeat(candles.volume // POINTS, POINTS)


def shareable(candles: Candles) -> NDArray[np.bool_]:
    """Return which candles have a volume that four points can share."""
    assert candles.volume is not None
    return candles.volume >= POINTS


def _rounded_up(span_ns: int) -> int:
    """Return a closing time's distance, which is one unit short of the candle, as whole ms."""
    return -(-(span_ns + 1) // NS_PER_MS) * NS_PER_MS
