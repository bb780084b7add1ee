"""Tape: the price files given to an audit, as columns to search; nothing of a venue's index."""

from collections.abc import Iterator
from fractions import Fraction
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from perplab.audit.exact import SCALE, of_units
from perplab.audit.reach import FURTHEST, Source
from perplab.audit.tick import Tick
from perplab.tape.stream import FundingSeries, Stream

_SLACK = 1e-12
"""By how much the quick comparison of a trailing stop errs on the safe side."""


class Reel:
    """One price stream, from its first row that counts to its last; `next` is the first unread."""

    def __init__(self, stream: Stream, start_ns: int, end_ns: int) -> None:
        self.stream = stream
        self.source = Source(stream.symbol, str(stream.kind.value))
        self.times = np.asarray(stream.time_ns)
        self._high_side = np.asarray(stream.price)
        self._low_side = self._high_side if stream.ask is None else np.asarray(stream.ask)
        self.first = max(0, self.rows_until(start_ns) - 1)
        self.end = self.rows_until(end_ns)
        self.next = self.first
        self.recorded = self.first - 1

    def rows_until(self, time_ns: int) -> int:
        """Return how many rows are not after a time."""
        return int(self.times.searchsorted(time_ns, side="right"))

    def rows_before(self, time_ns: int) -> int:
        """Return how many rows are before a time."""
        return int(self.times.searchsorted(time_ns, side="left"))

    def tick(self, row: int) -> Tick:
        """Return a row as a tick."""
        stream = self.stream
        symbol, kind = self.source
        place = kind, symbol, row, int(self.times[row])
        price = of_units(stream.price[row])
        if stream.ask is not None:
            return Tick(*place, price, of_units(stream.ask[row]))
        size = 0 if stream.quantity is None else int(stream.quantity[row])
        return Tick(*place, price, quantity=of_units(size))

    def sides(self, row: int) -> tuple[int, int]:
        """Return a row's price for low bounds (a quote's ask) and for high ones, in 1e-8."""
        return int(self._low_side[row]), int(self._high_side[row])

    def leaving(self, start: int, end: int, low: int, high: int) -> int | None:
        """Return the first row from `start` to before `end` at or beyond a bound, if any."""
        if start >= end or (low <= -FURTHEST and high >= FURTHEST):
            return None
        hits = (self._low_side[start:end] <= low) | (self._high_side[start:end] >= high)
        hit = int(hits.argmax())
        return start + hit if hits[hit] else None

    def extent(self, start: int, end: int) -> tuple[int, int]:
        """Return the lowest and highest price of the rows from `start` to before `end`."""
        prices = self._high_side[start:end]
        return int(prices.min()), int(prices.max())

    def returning(
        self,
        start: int,
        end: int,
        *,
        falls: bool,
        extreme: Fraction,
        rate: Fraction,
        activation: Fraction,
    ) -> int | None:
        """Return the first row from `start` to before `end` that comes back to a trailing stop.

        `extreme` is the best price up to the first unread row, `activation` 0 for none. Rule 18.9.
        """
        if start >= end:
            return None
        prices = self._high_side[start:end]
        edge = int(extreme * SCALE)
        if start > self.next:
            low, high = self.extent(self.next, start)
            edge = max(edge, high) if falls else min(edge, low)
        if falls:
            best = np.maximum(np.maximum.accumulate(prices), edge)
            near = prices <= best * (1 - float(rate)) * (1 + _SLACK)
        else:
            best = np.minimum(np.minimum.accumulate(prices), edge)
            near = prices >= best * (1 + float(rate)) * (1 - _SLACK)
        for place in np.flatnonzero(near):
            price, far = of_units(prices[place]), of_units(best[place])
            active = not activation or (far >= activation if falls else far <= activation)
            back = price <= far * (1 - rate) if falls else price >= far * (1 + rate)
            if active and back:
                return start + int(place)
        return None


def digest_of(stream: Stream) -> str:
    """Return the content hash by which a manifest names a price stream."""
    return _digest(str(stream.kind.value), stream.columns())


def digest_of_funding(series: FundingSeries) -> str:
    """Return the content hash by which a manifest names a funding series."""
    return _digest("funding", series.columns())


def _digest(kind: str, columns: Iterator[tuple[str, NDArray[np.int64]]]) -> str:
    digest = blake2b(f"perplab {kind}\n".encode(), digest_size=32)
    for name, values in columns:
        digest.update(f"{name} {len(values)}\n".encode())
        digest.update(np.ascontiguousarray(values, "<i8").data)
    return digest.hexdigest()
