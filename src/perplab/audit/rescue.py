"""Rescue: how much more margin would have just kept a pool from being liquidated.

With so much more in its wallet a pool's equity is higher by just that, at every price. So what was
needed is the most by which maintenance margin ever exceeded equity, and the last decimal more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from perplab.audit.brackets import Table
from perplab.audit.exact import SCALE, UNIT, of_units, up

_NEAR = 1e-6
"""Prices whose need is this close to the highest, in quote currency, are compared exactly."""


class Part(NamedTuple):
    """A position of a pool: signed quantity and cost, and the brackets then in force."""

    symbol: str
    quantity: Fraction
    cost: Fraction
    table: Table


@dataclass(frozen=True, slots=True)
class Stretch:
    """A pool from one time on, until something about it changes."""

    start_ns: int
    wallet: Fraction
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """The mark prices of a symbol: times in ns and prices in 1e-8, both rising in time."""

    times: NDArray[np.int64]
    prices: NDArray[np.int64]

    def at(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the prices that were current at these times; before the first, the first."""
        rows = self.times.searchsorted(times, side="right") - 1
        return self.prices[np.maximum(rows, 0)]


class Need(NamedTuple):
    """What more a pool needed, zero or below if nothing, and when it needed most."""

    amount: Fraction
    time_ns: int


def need_of(
    stretches: Sequence[Stretch], marks: Mapping[str, Marks], start_ns: int, end_ns: int
) -> Need:
    """Return what a pool needed more, from one time to another, both included, not to be due."""
    worst = Need(Fraction(-(10**30)), start_ns)
    for place, stretch in enumerate(stretches):
        after = stretches[place + 1].start_ns if place + 1 < len(stretches) else end_ns
        first, last = max(start_ns, stretch.start_ns), min(end_ns, after)
        if stretch.parts and first <= last:
            worst = max(worst, _need(stretch, marks, first, last), key=lambda need: need.amount)
    return worst


def _need(stretch: Stretch, marks: Mapping[str, Marks], start_ns: int, end_ns: int) -> Need:
    """Return the most that one stretch needed, found in floats and then compared exactly."""
    times = _moments(stretch, marks, start_ns, end_ns)
    gap = np.full(len(times), -float(stretch.wallet))
    for part in stretch.parts:
        gap += _gap(part, marks[part.symbol].at(times))
    near = np.flatnonzero(gap >= gap.max() - _NEAR - abs(gap.max()) * 1e-12)
    found = [Need(_exact(stretch, marks, times[at]), int(times[at])) for at in near[:1_000]]
    return max(found, key=lambda need: need.amount)


def _moments(
    stretch: Stretch, marks: Mapping[str, Marks], start_ns: int, end_ns: int
) -> NDArray[np.int64]:
    """Return the start and every time at which a mark of the pool changed."""
    moments = [np.array([start_ns], np.int64)]
    for symbol in {part.symbol for part in stretch.parts}:
        times = marks[symbol].times
        first = int(times.searchsorted(start_ns, side="right"))
        last = int(times.searchsorted(end_ns, side="right"))
        moments.append(times[first:last])
    # What is sorted already is sorted again in one pass; `np.unique` would hash every time.
    every = np.sort(np.concatenate(moments), kind="stable")
    fresh = np.append(True, every[1:] != every[:-1]).astype(np.bool_)
    found: NDArray[np.int64] = every[fresh]
    return found


def _gap(part: Part, prices: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return a position's maintenance margin less its unrealized profit, at these prices."""
    price = prices / SCALE
    size = abs(float(part.quantity)) * price
    rows = part.table.rows
    index = np.minimum(np.searchsorted([float(row.cap) for row in rows], size), len(rows) - 1)
    rate = np.array([float(row.rate) for row in rows])[index]
    amount = np.array([float(row.amount) for row in rows])[index]
    gain = float(part.quantity) * price - float(part.cost)
    gap: NDArray[np.float64] = size * rate - amount - gain
    return gap


def _exact(stretch: Stretch, marks: Mapping[str, Marks], time_ns: np.int64) -> Fraction:
    """Return the smallest amount that would have lifted equity above maintenance at a time."""
    gap = -stretch.wallet
    for part in stretch.parts:
        mark = of_units(marks[part.symbol].at(np.array([time_ns], np.int64))[0])
        gap += part.table.maintenance(abs(part.quantity) * mark)
        gap -= part.quantity * mark - part.cost
    least = up(gap)
    return least if least > gap else gap + UNIT
