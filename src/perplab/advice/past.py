"""Past: the prices up to a moment, and nothing after it."""

from collections.abc import Iterable
from copy import copy
from typing import NamedTuple, Self

import numpy as np

from perplab.advice.hours import Hours, Share
from perplab.advice.touching import Volatility, volatility_of
from perplab.domain.instrument import Kind
from perplab.tape.stream import Stream

_MINUTE_NS = 60_000_000_000
_GRIDS = tuple(minutes * _MINUTE_NS for minutes in (5, 15, 60, 240, 1440))
_ROWS_PER_CELL = 3
"""A candle is replayed as four rows: a grid finer than the candles would count its assumed path."""


class Extremes(NamedTuple):
    """The lowest and highest price of a time, and when it really began."""

    lowest: int
    highest: int
    from_ns: int


class Past:
    """Each symbol's mark prices at or before `now_ns`; without any, its last prices.

    Whoever advises again later calls `at`, so that what was counted of the tape is not counted
    anew.
    """

    def __init__(self, streams: Iterable[Stream] = (), now_ns: int = 0) -> None:
        self.now_ns = now_ns
        self._streams: dict[str, Stream] = {}
        for stream in streams:
            known = self._streams.get(stream.symbol)
            if stream.kind is Kind.MARK or (stream.kind is Kind.TRADE and known is None):
                self._streams[stream.symbol] = stream
        self._hours: dict[str, Hours] = {}
        self._measured: dict[tuple[str, int], Volatility | None] = {}

    def at(self, now_ns: int) -> Self:
        """Return the past of another moment of the same tape."""
        other = copy(self)
        other.now_ns, other._measured = now_ns, {}  # noqa: SLF001  # one of us
        return other

    def knows(self, symbol: str) -> bool:
        """Return whether there is any price of a symbol."""
        return self._end(symbol) > 0

    def extremes(self, symbol: str, from_ns: int, to_ns: int) -> Extremes | None:
        """Return the extremes between two times, both included, None where no price is."""
        if symbol not in self._streams:
            return None
        stream = self._streams[symbol]
        first = stream.last_row_at(from_ns - 1) + 1
        end = min(stream.last_row_at(to_ns) + 1, self._end(symbol))
        if first >= end:
            return None
        prices = stream.price[first:end]
        began = max(from_ns, int(stream.time_ns[0]))
        return Extremes(int(prices.min()), int(prices.max()), began)

    def volatility(self, symbol: str, length_ns: int) -> Volatility | None:
        """Return the realized volatility of the time before now, None of too few prices.

        The price is taken at the multiples (since 1970) of the finest of 5 and 15 minutes, 1 and 4
        hours and a day between which at least three prices lie on average.
        """
        asked = (symbol, length_ns)
        if asked not in self._measured:
            self._measured[asked] = self._measure(symbol, length_ns)
        return self._measured[asked]

    def share_of_moves(self, symbol: str, price: int, level: int, hours: int) -> Share | None:
        """Return how many of the past's windows saw a move as far as from price to level."""
        if symbol not in self._streams:
            return None
        known = self._hours.setdefault(symbol, Hours(self._streams[symbol]))
        return known.share_of_moves(self.now_ns, price, level, hours)

    def _measure(self, symbol: str, length_ns: int) -> Volatility | None:
        end = self._end(symbol)
        if not end:
            return None
        stream = self._streams[symbol]
        began = max(self.now_ns - length_ns, int(stream.time_ns[0]))
        rows = end - 1 - stream.last_row_at(began - 1)
        needed = _ROWS_PER_CELL * (self.now_ns - began)
        grid_ns = next((one for one in _GRIDS if rows * one >= needed), None)
        if grid_ns is None:
            return None
        last = self.now_ns // grid_ns
        first = max(last - length_ns // grid_ns, -(-int(stream.time_ns[0]) // grid_ns))
        times = np.arange(first, last + 1, dtype=np.int64) * grid_ns
        samples = stream.price[stream.time_ns.searchsorted(times, side="right") - 1]
        return volatility_of(samples.tolist(), grid_ns)

    def _end(self, symbol: str) -> int:
        """Return how many of the symbol's rows are not after now."""
        stream = self._streams.get(symbol)
        return 0 if stream is None else stream.last_row_at(self.now_ns) + 1
