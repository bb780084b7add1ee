"""Marks: what each symbol's mark was after which batch of a run, as far as batches saw it."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from perplab.domain.state import State


class Seen(NamedTuple):
    """A batch after which a mark was another one."""

    batch: int
    time_ns: int


class Marks:
    """A run's batches, counted, and every change of a mark among them."""

    def __init__(self) -> None:
        self.batch = 0
        self._of: dict[str, _Changes] = {}

    def note(self, state: State, symbol: str) -> bool:
        """Take a symbol's mark after a batch; return whether it is another one."""
        changes = self._of.setdefault(symbol, _Changes())
        return changes.add(self.batch, state.time_ns, state.prices[symbol].mark)

    def first(self, symbol: str, mark: int, after: int, before: int) -> Seen | None:
        """Return the first batch strictly between two at which the mark became this one."""
        return self._of[symbol].first(mark, after, before)

    def at(self, symbol: str, after: Seen, before: Seen) -> Iterator[int]:
        """Yield the marks between two batches that came at the very time of either."""
        return self._of[symbol].at(after, before)


class _Changes:
    """One symbol's marks, in order."""

    def __init__(self) -> None:
        self._batches: list[int] = []
        self._times: list[int] = []
        self._marks: list[int] = []
        self._places: dict[int, list[int]] = {}

    def add(self, batch: int, time_ns: int, mark: int) -> bool:
        if self._marks and self._marks[-1] == mark:
            return False
        self._places.setdefault(mark, []).append(len(self._marks))
        self._batches.append(batch)
        self._times.append(time_ns)
        self._marks.append(mark)
        return True

    def first(self, mark: int, after: int, before: int) -> Seen | None:
        places = self._places.get(mark, [])
        number = bisect_right(places, after, key=self._batches.__getitem__)
        if number == len(places) or self._batches[places[number]] >= before:
            return None
        place = places[number]
        return Seen(self._batches[place], self._times[place])

    def at(self, after: Seen, before: Seen) -> Iterator[int]:
        start = bisect_right(self._batches, after.batch)
        end = bisect_left(self._batches, before.batch, start)
        first = bisect_right(self._times, after.time_ns, start, end)
        yield from self._marks[start:first]
        yield from self._marks[bisect_left(self._times, before.time_ns, first, end) : end]
