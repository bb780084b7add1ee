"""Bands: for every price stream the open interval inside which no rule can fire.

Each resting order, stop and margin pool contributes a bound below or above. Two heaps per
stream hold them, so that a change costs O(log n) and a quiet tick nothing.
"""

from heapq import heapify, heappop, heappush
from typing import NamedTuple

from perplab.domain.instrument import Kind
from perplab.domain.state import PoolKey

Key = int | PoolKey
"""What contributes: an order by its number, or a margin pool."""


Entry = tuple[int, int, Key]
"""A bound that sorts first when it is nearest, the version that it belongs to, its key."""


class StreamKey(NamedTuple):
    """A price stream of the exchange."""

    symbol: str
    kind: Kind


class Bound(NamedTuple):
    """A contribution: the tick matters at or below `low`, at or above `high`."""

    stream: StreamKey
    low: int | None
    high: int | None


class Bands:
    """The contributions that are in force, and the interval that they leave to each stream."""

    def __init__(self) -> None:
        self._version: dict[Key, int] = {}
        self._next_version = 0
        self._lows: dict[StreamKey, list[Entry]] = {}
        self._highs: dict[StreamKey, list[Entry]] = {}

    def put(self, key: Key, bounds: list[Bound]) -> None:
        """Replace what a key contributes."""
        self._next_version += 1
        version = self._version[key] = self._next_version
        for stream, low, high in bounds:
            if low is not None:
                self._push(self._lows.setdefault(stream, []), (-low, version, key))
            if high is not None:
                self._push(self._highs.setdefault(stream, []), (high, version, key))

    def drop(self, key: Key) -> None:
        """Forget what a key contributes."""
        self._version.pop(key, None)

    def interval(self, stream: StreamKey) -> tuple[int | None, int | None]:
        """Return the stream's band: the highest low and the lowest high, None where open."""
        low = self._top(self._lows.get(stream))
        high = self._top(self._highs.get(stream))
        return (None if low is None else -low), high

    def due(self, stream: StreamKey, low_price: int, high_price: int) -> list[Key]:
        """Return the keys whose bounds a tick touches; each must be put again or dropped.

        `low_price` is compared with the lows (a quote's ask), `high_price` with the highs (a bid).
        """
        keys = self._pop_due(self._lows.get(stream), -low_price)
        keys.update(self._pop_due(self._highs.get(stream), high_price))
        return list(keys)

    def _push(self, heap: list[Entry], entry: Entry) -> None:
        """Add an entry; a heap that is mostly outdated is first made anew."""
        if len(heap) > 64 + 4 * len(self._version):
            heap[:] = [kept for kept in heap if self._version.get(kept[2]) == kept[1]]
            heapify(heap)
        heappush(heap, entry)

    def _pop_due(self, heap: list[Entry] | None, price: int) -> dict[Key, None]:
        """Take the valid bounds that a price touches, and outdated ones before them."""
        found: dict[Key, None] = {}
        while heap:
            bound, version, key = heap[0]
            if self._version.get(key) == version:
                if bound > price:
                    break
                found[key] = None
            heappop(heap)
        return found

    def _top(self, heap: list[Entry] | None) -> int | None:
        """Return the heap's first valid bound; outdated ones are thrown away."""
        if heap is None:
            return None
        while heap and self._version.get(heap[0][2]) != heap[0][1]:
            heappop(heap)
        return heap[0][0] if heap else None
