"""Combined: the first moment at which a sum over several streams may have fallen to zero.

A cross pool's distance from a level is a sum over its symbols, linear in every price. Its streams
are looked at window by window: if even the worst prices of a window, side by side, leave the sum
above zero, nothing in it can matter. Else its rows are put in order of time and summed up.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from perplab.tape.stream import Stream

_FIRST = 1 << 9
_EXACT = 1 << 13
_BITS = 61
"""Sums of scaled moves stay below 2**61, and what rounding leaves below as much again."""

Ints = NDArray[np.int64]


class Part(NamedTuple):
    """A stream of the sum: its rows from `row` to before `end`, and the price before them.

    `slopes` has, for each sum, what it gains with a price of 1 more. At or below `low`, at or above
    `high` the slopes are others.
    """

    stream: Stream
    row: int
    end: int
    price: int
    slopes: tuple[int, ...]
    low: int | None
    high: int | None


class Found(NamedTuple):
    """A row of a part, by the part's number."""

    part: int
    row: int


def first_fall(parts: Sequence[Part], sums: Sequence[int], effort: int) -> Found | None:
    """Return the first row at which a sum may be zero or less, or a part leaves its slopes.

    `sums` are those of the parts' prices. Of equal times the earlier part goes first. The row may
    be too early, never too late: integers are scaled to 64 bits, where a sum that is all but zero
    counts as zero, and after about `effort` rows summed up one by one the next row is returned.
    None if there is no such row.
    """
    walk = _Walk(parts, sums)
    last_ns = walk.last_safe_ns()
    size = _FIRST
    while (until_ns := walk.next_window(size, last_ns)) is not None:
        window = walk.window(until_ns)
        if window.falls:
            if size > _EXACT:
                size = _EXACT
                continue
            found = walk.found_in(window)
            if found is not None:
                return found
            effort -= window.rows
            size = min(2 * size, _EXACT)
        else:
            size *= 2
        walk.pass_over(window)
        if effort <= 0:
            break
    return walk.next_row()


class _Window(NamedTuple):
    """Rows up to `ends`; the moves that are possible in it, and the sums that they could use up."""

    ends: list[int]
    moves: list[tuple[int, int]]
    falls: list[int]
    rows: int


class _Walk:
    """Where the search has got to: the next row and the present price of each part, the sums."""

    def __init__(self, parts: Sequence[Part], sums: Sequence[int]) -> None:
        self._parts = parts
        self._sums = list(sums)
        self._rows = [part.row for part in parts]
        self._prices = [part.price for part in parts]

    def last_safe_ns(self) -> int:
        """Return the last time at which no part has left its slopes."""
        edges = []
        for part in self._parts:
            edge = part.stream.index.first(part.row, part.low, part.high)
            if edge is not None and edge < part.end:
                edges.append(int(part.stream.time_ns[edge]) - 1)
        return min(edges, default=np.iinfo(np.int64).max)

    def next_window(self, size: int, last_ns: int) -> int | None:
        """Return the end of a window of so many rows of a part; None if no row may be looked at."""
        left = [
            (part.stream.time_ns, row, part.end)
            for part, row in zip(self._parts, self._rows, strict=True)
            if row < part.end
        ]
        if not left or min(int(times[row]) for times, row, _ in left) > last_ns:
            return None
        whole = [int(times[row + size - 1]) for times, row, end in left if row + size < end]
        ends = whole or [max(int(times[end - 1]) for times, _, end in left)]
        return min(*ends, last_ns)

    def window(self, until_ns: int) -> _Window:
        """Return what may happen to the end of a time."""
        ends, moves = [], []
        for part, row, price in zip(self._parts, self._rows, self._prices, strict=True):
            end = min(max(part.stream.last_row_at(until_ns) + 1, row), part.end)
            low, high = part.stream.index.range_of(row, end) if end > row else (price, price)
            ends.append(end)
            moves.append((min(low - price, 0), max(high - price, 0)))
        falls = [
            number
            for number, total in enumerate(self._sums)
            if total
            + sum(
                min(part.slopes[number] * low, part.slopes[number] * high)
                for part, (low, high) in zip(self._parts, moves, strict=True)
            )
            <= 0
        ]
        return _Window(ends, moves, falls, sum(ends) - sum(self._rows))

    def found_in(self, window: _Window) -> Found | None:
        """Return the first row of a window at which one of the sums may have fallen to zero."""
        columns = [slice(row, end) for row, end in zip(self._rows, window.ends, strict=True)]
        times = [part.stream.time_ns[rows] for part, rows in zip(self._parts, columns, strict=True)]
        steps = [
            np.diff(part.stream.price[rows], prepend=price)
            for part, rows, price in zip(self._parts, columns, self._prices, strict=True)
        ]
        # Stable: of equal times the earlier part comes first, and its rows in their order.
        order = np.concatenate(times).argsort(kind="stable")
        hits = [
            hit
            for number in window.falls
            if (hit := self._first_hit(number, window, steps, order)) is not None
        ]
        if not hits:
            return None
        place = int(order[min(hits)])
        for number, rows in enumerate(columns):
            if place < rows.stop - rows.start:
                return Found(number, rows.start + place)
            place -= rows.stop - rows.start
        raise AssertionError("a place beyond the window's rows")

    def _first_hit(
        self, number: int, window: _Window, steps: list[Ints], order: Ints
    ) -> int | None:
        """Return the place in order at which a sum may have fallen to zero.

        The slopes are scaled by a power of two so that the sum of what the moves can make of them
        fits into 64 bits. Each is rounded down by less than 1, so the scaled sum is off by less
        than the sum of the moves.
        """
        widest = [max(-low, high) for low, high in window.moves]
        slopes = [part.slopes[number] for part in self._parts]
        most = sum(abs(slope) * move for slope, move in zip(slopes, widest, strict=True))
        scale = max(0, most.bit_length() - _BITS)
        scaled = [
            step * (slope >> scale if move else 0)
            for step, slope, move in zip(steps, slopes, widest, strict=True)
        ]
        sums = np.concatenate(scaled)[order].cumsum()
        hits = sums <= (sum(widest) if scale else 0) - (self._sums[number] >> scale)
        hit = int(hits.argmax())
        return hit if hits[hit] else None

    def pass_over(self, window: _Window) -> None:
        """Go on to the end of a window in which nothing falls."""
        for number, (part, end) in enumerate(zip(self._parts, window.ends, strict=True)):
            if end == self._rows[number]:
                continue
            price = int(part.stream.price[end - 1])
            move = price - self._prices[number]
            self._sums = [
                total + slope * move for total, slope in zip(self._sums, part.slopes, strict=True)
            ]
            self._rows[number], self._prices[number] = end, price

    def next_row(self) -> Found | None:
        """Return the next row, if there is one."""
        return min(self._left(), default=(0, None))[1]

    def _left(self) -> Iterator[tuple[int, Found]]:
        for number, (part, row) in enumerate(zip(self._parts, self._rows, strict=True)):
            if row < part.end:
                yield int(part.stream.time_ns[row]), Found(number, row)
