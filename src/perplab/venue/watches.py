"""Watches: who waits for a price to be touched. They narrow a stream's band as orders do."""

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Protocol

from perplab.engine.bands import StreamKey

_SMALL = 64


class Watch(Protocol):
    """Who is told that a price was touched, unless it has been withdrawn before."""

    @property
    def withdrawn(self) -> bool:
        """Return whether it shall not be told any more."""

    def fire(self) -> None:
        """Take note that the price was touched."""


@dataclass(slots=True)
class _Queue:
    """Who waits on one side of a stream, the nearest price first: below, prices are negative."""

    entries: list[tuple[int, int, Watch]] = field(default_factory=list)
    room: int = _SMALL

    def push(self, price: int, arrival: int, watch: Watch) -> None:
        """Add a watch; a queue that has grown much is first rid of those withdrawn."""
        if len(self.entries) >= self.room:
            self.entries = [entry for entry in self.entries if not entry[2].withdrawn]
            heapify(self.entries)
            self.room = max(_SMALL, 2 * len(self.entries))
        heappush(self.entries, (price, arrival, watch))

    def top(self) -> int | None:
        """Return the nearest price that somebody still waits for."""
        while self.entries and self.entries[0][2].withdrawn:
            heappop(self.entries)
        return self.entries[0][0] if self.entries else None

    def pop(self, price: int) -> list[tuple[int, Watch]]:
        """Take out all that a price touches, each with its turn of arrival."""
        due = []
        while self.entries and self.entries[0][0] <= price:
            _, arrival, watch = heappop(self.entries)
            due.append((arrival, watch))
        return due


class Watches:
    """Who waits, by the price that fires it, in two queues per stream."""

    def __init__(self) -> None:
        self._lows: dict[StreamKey, _Queue] = {}
        self._highs: dict[StreamKey, _Queue] = {}
        self._arrival = count()

    def below(self, stream: StreamKey, price: int, watch: Watch) -> None:
        """Fire the watch at the first tick at or below the price."""
        self._lows.setdefault(stream, _Queue()).push(-price, next(self._arrival), watch)

    def above(self, stream: StreamKey, price: int, watch: Watch) -> None:
        """Fire the watch at the first tick at or above the price."""
        self._highs.setdefault(stream, _Queue()).push(price, next(self._arrival), watch)

    def interval(self, stream: StreamKey) -> tuple[int | None, int | None]:
        """Return the prices between which nobody is waiting, None where open."""
        lows, highs = self._lows.get(stream), self._highs.get(stream)
        low = None if lows is None else lows.top()
        return (None if low is None else -low), (None if highs is None else highs.top())

    def touch(self, stream: StreamKey, low_price: int, high_price: int) -> None:
        """Fire everything that a tick touches, in order of arrival."""
        lows, highs = self._lows.get(stream), self._highs.get(stream)
        due = [] if lows is None else lows.pop(-low_price)
        due += [] if highs is None else highs.pop(high_price)
        for _, watch in sorted(due, key=lambda entry: entry[0]):
            if not watch.withdrawn:
                watch.fire()
