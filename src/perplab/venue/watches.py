"""Watches: who waits for a price to be touched. They narrow a stream's band as orders do."""

from heapq import heappop, heappush
from itertools import count

from perplab.engine.bands import StreamKey
from perplab.venue.clock import Signal


class Watches:
    """Signals by the price that fires them, in two heaps per stream."""

    def __init__(self) -> None:
        self._lows: dict[StreamKey, list[tuple[int, int, Signal]]] = {}
        self._highs: dict[StreamKey, list[tuple[int, int, Signal]]] = {}
        self._arrival = count()

    def below(self, stream: StreamKey, price: int, signal: Signal) -> None:
        """Fire the signal at the first tick at or below the price."""
        heappush(self._lows.setdefault(stream, []), (-price, next(self._arrival), signal))

    def above(self, stream: StreamKey, price: int, signal: Signal) -> None:
        """Fire the signal at the first tick at or above the price."""
        heappush(self._highs.setdefault(stream, []), (price, next(self._arrival), signal))

    def interval(self, stream: StreamKey) -> tuple[int | None, int | None]:
        """Return the prices between which nobody is waiting, None where open."""
        lows, highs = self._lows.get(stream), self._highs.get(stream)
        return (-lows[0][0] if lows else None), (highs[0][0] if highs else None)

    def touch(self, stream: StreamKey, low_price: int, high_price: int) -> None:
        """Fire everything that a tick touches, in order of arrival."""
        due = _pop(self._lows.get(stream), -low_price) + _pop(self._highs.get(stream), high_price)
        for _, signal in sorted(due, key=lambda entry: entry[0]):
            signal.fire()


def _pop(heap: list[tuple[int, int, Signal]] | None, price: int) -> list[tuple[int, Signal]]:
    due = []
    while heap and heap[0][0] <= price:
        _, arrival, signal = heappop(heap)
        due.append((arrival, signal))
    return due
