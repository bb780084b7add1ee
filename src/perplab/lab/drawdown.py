"""Drawdown: how far an account's result fell below its highest point, looked up on the tape.

The result is what the wallets and margins hold and what open positions would bring at the mark,
less what was paid in. Between two batches it moves with the marks alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import gcd

import numpy as np
from numpy.typing import NDArray

from perplab.domain.instrument import Kind
from perplab.domain.numbers import ONE, divide_up
from perplab.domain.state import Account, State
from perplab.lab.tally import balance_of
from perplab.tape.stream import Stream

_CHUNK = 1 << 20
_INT64 = 1 << 62

Marks = Mapping[tuple[str, Kind], Stream]
Leg = tuple[str, Kind, int]
"""A symbol, the stream of its mark, and the signed quantity held of it."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What an account had from one batch to another: `fixed`, 1e-16, and what moves with marks."""

    fixed: int
    legs: tuple[Leg, ...]
    from_ns: int
    first: int
    last: int | None = None
    to_ns: int = 0


@dataclass(slots=True)
class Fall:
    """The highest so far, and the furthest below it; all in the unit of what is seen."""

    peak: int | None = None
    worst: int = 0

    def see(self, low: int, high: int, within: int = 0) -> None:
        """Take a stretch: its lowest and highest value, and the worst fall inside it."""
        before = high if self.peak is None else self.peak
        self.worst = max(self.worst, before - low, within)
        self.peak = max(before, high)


@dataclass(slots=True)
class Drawdown:
    """One account's holdings, in order of time."""

    over: list[Holding] = field(default_factory=list)
    _open: Holding | None = None

    def follow(self, state: State, account: Account, deposited: int) -> None:
        """Take the account as it is after a batch; `deposited` is what was paid in until now."""
        fixed, legs = _holding(state, account, deposited)
        now = self._open
        if now is not None and (now.fixed, now.legs) == (fixed, legs):
            return
        if now is not None:
            last = now.fixed + _at_marks(state, now.legs)
            self.over.append(replace(now, last=last, to_ns=state.time_ns))
        value = fixed + _at_marks(state, legs)
        self._open = Holding(fixed, legs, state.time_ns, value)

    def worst(self, end_ns: int, streams: Iterable[Stream]) -> int:
        """Return the greatest fall of the result from a high before it, in 1e-8, rounded up.

        Of the ticks between two batches each one counts; of several at the very time of a batch
        the one that the exchange saw last.
        """
        marks = {(stream.symbol, stream.kind): stream for stream in streams}
        fall = Fall()
        for holding in self._all(end_ns):
            fall.see(holding.first, holding.first)
            for low, high, within in _paths(holding, marks):
                fall.see(holding.fixed + low, holding.fixed + high, within)
            if holding.last is not None:
                fall.see(holding.last, holding.last)
        return divide_up(fall.worst, ONE)

    def _all(self, end_ns: int) -> Iterator[Holding]:
        yield from self.over
        if self._open is not None:
            yield replace(self._open, to_ns=end_ns + 1)


def _holding(state: State, account: Account, deposited: int) -> tuple[int, tuple[Leg, ...]]:
    """Return what does not move with the marks, in 1e-16, and what does: one leg a symbol."""
    fixed = (balance_of(account) - deposited) * ONE
    held: dict[str, int] = {}
    for (symbol, _), position in sorted(account.positions.items()):
        fixed -= position.cost
        held[symbol] = held.get(symbol, 0) + position.quantity
    instruments = state.instruments
    legs = tuple((s, instruments[s].mark_stream, q) for s, q in held.items() if q)
    return fixed, legs


def _at_marks(state: State, legs: tuple[Leg, ...]) -> int:
    return sum(quantity * state.prices[symbol].mark for symbol, _, quantity in legs)


def _paths(holding: Holding, marks: Marks) -> Iterator[tuple[int, int, int]]:
    """Yield low, high and worst fall of what moves, 1e-16, strictly between the two moments."""
    if not holding.legs:
        return
    unit = gcd(*(quantity for _, _, quantity in holding.legs))
    for values in _values(holding, unit, marks):
        falls = np.maximum.accumulate(values) - values
        yield int(values.min()) * unit, int(values.max()) * unit, int(falls.max()) * unit


def _values(holding: Holding, unit: int, marks: Marks) -> Iterator[NDArray[np.int64]]:
    """Yield the sum of quantity * mark, in `unit`, tick by tick and a chunk at a time."""
    spans = []
    for symbol, kind, quantity in holding.legs:
        stream = marks[symbol, kind]
        first = stream.last_row_at(holding.from_ns) + 1
        spans.append((stream, quantity // unit, first, stream.last_row_at(holding.to_ns - 1) + 1))
    if len(spans) == 1:
        stream, sign, first, end = spans[0]
        for start in range(first, end, _CHUNK):
            yield sign * stream.price[start : min(start + _CHUNK, end)]
        return
    # What is sorted already is sorted again in one pass; `np.unique` would hash every time.
    times = np.sort(np.concatenate([s.time_ns[a:end] for s, _, a, end in spans]), kind="stable")
    if len(times):
        times = times[np.append(True, times[1:] != times[:-1])]
    most = sum(abs(count) * int(stream.price.max()) for stream, count, _, _ in spans)
    for start in range(0, len(times), _CHUNK):
        chunk = times[start : start + _CHUNK]
        total = np.zeros(len(chunk), np.int64 if most < _INT64 else object)
        for stream, count, _, _ in spans:
            rows = stream.time_ns.searchsorted(chunk, side="right") - 1
            total += count * stream.price[np.maximum(rows, 0)].astype(total.dtype)
        yield total
