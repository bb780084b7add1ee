"""Fences: for every price stream the bounds of all pools and orders, as columns of integers."""

import numpy as np
from numpy.typing import NDArray

from perplab.audit.reach import FURTHEST, Bound, Key, Source

_FIRST = 64


class Fence:
    """The bounds that one price stream has, each in a place of its own."""

    def __init__(self) -> None:
        self._low = np.full(_FIRST, -FURTHEST, np.int64)
        self._high = np.full(_FIRST, FURTHEST, np.int64)
        self._keys: list[Key | None] = [None] * _FIRST
        self._free = list(range(_FIRST))
        self._interval: tuple[int, int] | None = None

    def put(self, key: Key, low: int, high: int) -> int:
        """Add a bound and return its place."""
        if not self._free:
            self._grow()
        place = self._free.pop()
        self._low[place], self._high[place], self._keys[place] = low, high, key
        self._interval = None
        return place

    def drop(self, place: int) -> None:
        """Take a bound away."""
        self._low[place], self._high[place], self._keys[place] = -FURTHEST, FURTHEST, None
        self._free.append(place)
        self._interval = None

    def interval(self) -> tuple[int, int]:
        """Return the highest low and the lowest high."""
        if self._interval is None:
            self._interval = int(self._low.max()), int(self._high.min())
        return self._interval

    def touched(self, low_price: int, high_price: int) -> list[Key]:
        """Return whose bounds a tick is at or beyond."""
        low, high = self.interval()
        if low_price > low and high_price < high:
            return []
        found = np.flatnonzero((self._low >= low_price) | (self._high <= high_price))
        return [key for place in found if (key := self._keys[place]) is not None]

    def _grow(self) -> None:
        size = len(self._keys)
        self._low = _doubled(self._low, -FURTHEST)
        self._high = _doubled(self._high, FURTHEST)
        self._keys += [None] * size
        self._free = list(range(size, 2 * size))


def _doubled(column: NDArray[np.int64], empty: int) -> NDArray[np.int64]:
    return np.concatenate([column, np.full(len(column), empty, np.int64)])


class Fences:
    """The fences of all price streams, and which bounds each pool and order has in them."""

    def __init__(self) -> None:
        self._fences: dict[Source, Fence] = {}
        self._places: dict[Key, list[tuple[Fence, int]]] = {}

    def put(self, key: Key, bounds: list[Bound]) -> None:
        """Replace the bounds of a pool or order."""
        self.drop(key)
        self._places[key] = [
            (fence, fence.put(key, low, high))
            for source, low, high in bounds
            for fence in (self._fences.setdefault(source, Fence()),)
        ]

    def drop(self, key: Key) -> None:
        """Forget a pool or order."""
        for fence, place in self._places.pop(key, ()):
            fence.drop(place)

    def interval(self, source: Source) -> tuple[int, int]:
        """Return between which prices no tick of a stream needs a look."""
        fence = self._fences.get(source)
        return (-FURTHEST, FURTHEST) if fence is None else fence.interval()

    def touched(self, source: Source, low_price: int, high_price: int) -> list[Key]:
        """Return whose bounds a tick is at or beyond: a quote's ask for low, its bid for high."""
        fence = self._fences.get(source)
        return [] if fence is None else fence.touched(low_price, high_price)
