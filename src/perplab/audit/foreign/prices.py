"""Prices: what the market's recorded prices say of a moment, from candles or ticks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from perplab.audit.exact import of_units, written
from perplab.tape.options import Reading
from perplab.tape.reading import read
from perplab.tape.stream import FundingSeries, Stream

_POINTS = 4
_AROUND_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The lowest and highest price of a stretch of time, and what it is in words."""

    low: Fraction
    high: Fraction
    of: str

    def holds(self, price: Fraction) -> bool:
        """Return whether a price lies inside."""
        return self.low <= price <= self.high

    @property
    def words(self) -> str:
        """Return the range in words."""
        return f"{written(self.low)} to {written(self.high)} in {self.of}"


@dataclass(frozen=True, slots=True)
class _Prices:
    """One stream; `length_ns` is that of its candles, 0 if it is of ticks."""

    stream: Stream
    length_ns: int

    def at(self, time_ns: int) -> Range | None:
        if self.length_ns:
            row = self.stream.last_row_at(time_ns) // _POINTS * _POINTS
            start = int(self.stream.time_ns[row]) if row >= 0 else time_ns + 1
            if not start <= time_ns < start + self.length_ns:
                return None
            name = f"the candle of {self.length_ns // 10**9} s ({self.stream.name})"
            return _range(self.stream.price[row : row + _POINTS], name)
        first = self.stream.last_row_at(time_ns - _AROUND_NS - 1) + 1
        end = self.stream.last_row_at(time_ns + _AROUND_NS) + 1
        if first >= end:
            return None
        return _range(self.stream.price[first:end], f"the 2 s around it ({self.stream.name})")


class Prices:
    """Last and mark prices and funding rates by symbol, from price files."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._prices: dict[tuple[str, str], list[_Prices]] = {}
        self._funding: dict[str, list[FundingSeries]] = {}
        for reading in readings:
            for stream in reading.streams:
                one = _Prices(stream, _candle_length(stream))
                self._prices.setdefault((stream.symbol, str(stream.kind)), []).append(one)
            for series in reading.funding:
                self._funding.setdefault(series.symbol, []).append(series)

    def last(self, symbol: str, time_ns: int) -> Range | None:
        """Return the range of traded prices around a moment, None where there are none."""
        return self._at(symbol, "trade", time_ns)

    def mark(self, symbol: str, time_ns: int) -> Range | None:
        """Return the range of mark prices around a moment, None where there are none."""
        return self._at(symbol, "mark", time_ns)

    def rate(self, symbol: str, time_ns: int, within_ns: int) -> Fraction | None:
        """Return the funding rate of the settlement at a moment, None where it is not told."""
        for series in self._funding.get(symbol, []):
            row = int(np.abs(series.time_ns - np.int64(time_ns)).argmin())
            if abs(int(series.time_ns[row]) - time_ns) <= within_ns:
                return of_units(int(series.rate[row]))
        return None

    def _at(self, symbol: str, kind: str, time_ns: int) -> Range | None:
        found = (one.at(time_ns) for one in self._prices.get((symbol, kind), []))
        return next((one for one in found if one is not None), None)


def read_prices(paths: Sequence[Path]) -> Prices:
    """Return the prices of these files, candles or ticks. Raises `TapeError` as `read` does."""
    return Prices(read([path]) for path in paths)


def _range(prices: NDArray[np.int64], name: str) -> Range:
    return Range(low=of_units(int(prices.min())), high=of_units(int(prices.max())), of=name)


def _candle_length(stream: Stream) -> int:
    """Return the length of the candles that a stream was made from, 0 if it was not.

    A candle gives four prices at the quarters of its length.
    """
    if len(stream) < _POINTS or len(stream) % _POINTS:
        return 0
    steps = np.diff(stream.time_ns.reshape(-1, _POINTS), axis=1)
    quarter = int(steps[0, 0])
    return quarter * _POINTS if quarter > 0 and (steps == quarter).all() else 0
