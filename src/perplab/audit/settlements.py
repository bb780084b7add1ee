"""Settlements: the funding that a run's plan and its files say is to come, in order. Rule 17.3."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple, Protocol

from perplab.audit.exact import of_units
from perplab.tape.stream import FundingSeries


class Settlement(NamedTuple):
    """A funding settlement that is to come; of equal times the symbols go by name."""

    time_ns: int
    symbol: str
    rate: Fraction


class _Source(Protocol):
    """Settlements of one symbol: the next one, and going past it."""

    def coming(self) -> Settlement | None: ...

    def go_past(self, time_ns: int) -> int: ...


class Constant:
    """One rate, at every multiple of an interval after the start of the run, to its end."""

    def __init__(
        self, symbol: str, rate: Fraction, interval_ns: int, span: tuple[int, int]
    ) -> None:
        self._symbol = symbol
        self._rate = rate
        self._interval_ns = interval_ns
        self._next_ns = (span[0] // interval_ns + 1) * interval_ns
        self._end_ns = span[1]

    def coming(self) -> Settlement | None:
        """Return the next settlement, None after the last."""
        if self._next_ns > self._end_ns:
            return None
        return Settlement(self._next_ns, self._symbol, self._rate)

    def go_past(self, time_ns: int) -> int:
        """Go past all settlements up to a time; return how many that were."""
        passed = max(0, (time_ns - self._next_ns) // self._interval_ns + 1)
        self._next_ns += passed * self._interval_ns
        return passed


class Series:
    """The rates of a funding file, after the start of the run, to its end."""

    def __init__(self, series: FundingSeries, span: tuple[int, int]) -> None:
        self._symbol = series.symbol
        times, rates = series.time_ns.tolist(), series.rate.tolist()
        self._rows = [
            (time_ns, rate)
            for time_ns, rate in zip(times, rates, strict=True)
            if span[0] < time_ns <= span[1]
        ]
        self._at = 0

    def coming(self) -> Settlement | None:
        """Return the next settlement, None after the last."""
        if self._at >= len(self._rows):
            return None
        time_ns, rate = self._rows[self._at]
        return Settlement(time_ns, self._symbol, of_units(rate))

    def go_past(self, time_ns: int) -> int:
        """Go past all settlements up to a time; return how many that were."""
        first = self._at
        while self._at < len(self._rows) and self._rows[self._at][0] <= time_ns:
            self._at += 1
        return self._at - first


class Settlements:
    """All that is to be settled, of every symbol, in order."""

    def __init__(self, sources: Sequence[_Source]) -> None:
        self._sources = sources

    def coming(self) -> Settlement | None:
        """Return the next settlement of all, None after the last."""
        return min((due for one in self._sources if (due := one.coming())), default=None)

    def take(self, due: Settlement) -> None:
        """Go past one settlement that was made."""
        next(one for one in self._sources if one.coming() == due).go_past(due.time_ns)

    def leave_out(self, due: Settlement, until_ns: int) -> int:
        """Go past a settlement that was not made, and the source's others up to a time.

        Return how many that were.
        """
        source = next(one for one in self._sources if one.coming() == due)
        return source.go_past(max(due.time_ns, until_ns))
