"""Lines: what is drawn over time, as exact counts, and reduced without losing an extreme."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from perplab.domain.numbers import format_units

NS_PER_US = 1000


@dataclass(slots=True)
class Line:
    """Values over time in 1e-8, None where there is none; the line goes from one to the next."""

    times: list[int] = field(default_factory=list)
    values: list[int | None] = field(default_factory=list)

    def add(self, time_ns: int, value: int | None) -> None:
        """Add a value; one that stays the same is kept at both ends only."""
        values = self.values
        if values and values[-1] == value:
            if value is None:
                return
            if len(values) > 1 and values[-2] == value:
                self.times[-1] = time_ns
                return
        elif not values and value is None:
            return
        self.times.append(time_ns)
        values.append(value)

    def reduced(self, most: int) -> "Line":
        """Return a line of about so many points: each bucket's lowest, highest, and all gaps."""
        if len(self.values) <= most:
            return self
        size = -(-2 * len(self.values) // most)
        last = len(self.values) - 1
        kept = {0, last, *(index for index, value in enumerate(self.values) if value is None)}
        for first in range(0, last + 1, size):
            bucket = [
                (value, first + place)
                for place, value in enumerate(self.values[first : first + size])
                if value is not None
            ]
            if bucket:
                kept.add(min(bucket)[1])
                kept.add(max(bucket)[1])
        rows = sorted(kept)
        return Line([self.times[row] for row in rows], [self.values[row] for row in rows])

    def since(self, time_ns: int) -> "Line":
        """Return what is drawn from a time on."""
        first = bisect_left(self.times, time_ns)
        return Line(self.times[first:], self.values[first:])

    def drawn(self, start_ns: int) -> dict[str, list[int] | list[str | None]]:
        """Return the line for the page: times in µs since the start, values as decimal text."""
        return {
            "t": [(time - start_ns) // NS_PER_US for time in self.times],
            "v": [None if value is None else format_units(value) for value in self.values],
        }


@dataclass(slots=True)
class Steps(Line):
    """Values that hold until the next one."""

    def add(self, time_ns: int, value: int | None) -> None:
        """Add a value where it is another than before."""
        if not self.values and value is None:
            return
        if self.values and self.values[-1] == value:
            return
        self.times.append(time_ns)
        self.values.append(value)

    def since(self, time_ns: int) -> "Steps":
        """Return the steps from a time on, the value that held then drawn from there."""
        first = bisect_right(self.times, time_ns) - 1
        if first < 0:
            return self
        return Steps([time_ns, *self.times[first + 1 :]], self.values[first:])

    def until(self, end_ns: int) -> "Steps":
        """Return the steps with the last one drawn to the end."""
        if not self.values or self.values[-1] is None or self.times[-1] >= end_ns:
            return self
        return Steps([*self.times, end_ns], [*self.values, self.values[-1]])
