"""Rescue: what would have just sufficed, found fast, is what every tick by itself says."""

import random
from fractions import Fraction

import numpy as np
import pytest

from perplab.audit.brackets import Row, Table
from perplab.audit.exact import UNIT
from perplab.audit.rescue import Marks, Part, Stretch, need_of

SECOND = 10**9
TABLE = Table(
    (
        Row(Fraction(0), Fraction(300), Fraction(1, 100), Fraction(0), 50),
        Row(Fraction(300), Fraction(450), Fraction(2, 100), Fraction(3), 40),
        Row(Fraction(450), Fraction(10**6), Fraction(5, 100), Fraction(33, 2), 20),
    )
)


def walk(chance: random.Random, rows: int) -> Marks:
    times = np.cumsum(np.array([chance.choice((1, 1, 2)) for _ in range(rows)])) * SECOND
    steps = np.array([chance.randint(-3, 3) for _ in range(rows)])
    return Marks(times, (100 + np.cumsum(steps)).clip(5) * 10**8)


def is_due(stretch: Stretch, more: Fraction, prices: dict[str, Fraction]) -> bool:
    equity = stretch.wallet + more
    needed = Fraction(0)
    for symbol, quantity, cost, table in stretch.parts:
        equity += quantity * prices[symbol] - cost
        needed += table.maintenance(abs(quantity) * prices[symbol])
    return equity <= needed


@pytest.mark.parametrize("seed", range(40))
def test_the_amount_carries_through_every_tick_and_one_unit_less_does_not(seed: int) -> None:
    chance = random.Random(seed)
    marks = {symbol: walk(chance, 60) for symbol in ("A", "B")}
    held = chance.choice((("A",), ("A", "B")))
    stretches = [
        Stretch(
            start_ns,
            Fraction(chance.randint(1, 60)),
            tuple(
                Part(symbol, q := Fraction(chance.choice((-4, -1, 2, 5))), q * 100, TABLE)
                for symbol in held
            ),
        )
        for start_ns in (3 * SECOND, 30 * SECOND)
    ]
    end_ns = int(max(one.times[-1] for one in marks.values()))
    need = need_of(stretches, marks, 3 * SECOND, end_ns)

    def ever_due(more: Fraction) -> bool:
        moments = {int(time) for one in marks.values() for time in one.times}
        for time_ns in sorted(moments | {3 * SECOND, 30 * SECOND}):
            if time_ns < 3 * SECOND:
                continue
            at = np.array([time_ns], np.int64)
            prices = {s: Fraction(int(one.at(at)[0]), 10**8) for s, one in marks.items()}
            first, second = stretches
            # At the very moment of a change both hold: the tick came before it.
            live = [first] if time_ns <= second.start_ns else []
            live += [second] if time_ns >= second.start_ns else []
            if any(is_due(stretch, more, prices) for stretch in live):
                return True
        return False

    assert not ever_due(need.amount)
    assert ever_due(need.amount - UNIT)


def test_nothing_is_needed_where_nothing_was_ever_near() -> None:
    marks = {"A": Marks(np.array([SECOND], np.int64), np.array([100 * 10**8], np.int64))}
    rich = Stretch(SECOND, Fraction(1000), (Part("A", Fraction(1), Fraction(100), TABLE),))
    assert need_of([rich], marks, SECOND, SECOND).amount == -999 + UNIT
