"""The verdicts of the rules that need a tape: a row for both sides of each boundary."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest

from advice.asked import Asked
from advice.test_past import SECOND, marks, reason, walk
from perplab.advice.past import Past
from perplab.advice.touching import touch_probability
from perplab.advice.verdict import Rule, Verdict
from perplab.domain.numbers import ONE, format_units, parse_units
from stories.story import BTC

HOUR_NS = 3_600 * SECOND
HELD = """
    price is 60000
    ann deposits {wallet}
    ann buys 0.1, isolated 20x
    price falls to 59000
"""
"""A margin of 297; liquidation 5% away takes 120.42, 10% away 414.24."""
DEEP: dict[str, Any] = {"levels": ("1",), "most_share": "1"}
"""No level is broken, and the position may have all of the wallet."""


class Row(NamedTuple):
    """A wallet, how far the chance of a move of 5% is above `likely`, and what is to be added."""

    says: str
    wallet: str
    above: int
    amount: str


ROWS = [
    Row("a move that is just not likely is guarded at 5%", "1000", 0, "120.42"),
    Row("one that is likely by one unit at 10%", "1000", 1, "414.24"),
    Row("the wallet just reaches for 10%", "714.24", 1, "414.24"),
    Row("it lacks one unit, and gives all", "714.23999999", 1, "414.23999999"),
    Row("it just reaches for 5%", "420.42", 1, "120.42"),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.says for row in ROWS])
def test_how_much_is_wanted_follows_the_volatility_and_the_wallet(row: Row) -> None:
    story = Asked(HELD.format(wallet=row.wallet))
    now_ns = story.state.time_ns
    past = Past([marks(walk(1_500, 3, width=300), 60 * SECOND, now_ns)], now_ns)
    volatility = past.volatility(BTC, 24 * HOUR_NS)
    assert volatility is not None
    level = 59_000 * ONE * 95 // 100
    chance = touch_probability(59_000 * ONE, level, 24 * HOUR_NS, volatility)
    advice = story.advice(past, likely=format_units(chance - row.above), **DEEP)
    found = (advice.verdict, advice.rule, format_units(advice.amount))
    assert found == (Verdict.ADD_MARGIN, Rule.NEAR, format_units(parse_units(row.amount)))


@pytest.mark.parametrize(("above", "applies"), [(0, False), (1, True)])
def test_touching_is_likely_above_the_threshold_and_not_at_it(above: int, *, applies: bool) -> None:
    story = Asked(HELD.format(wallet="1000"))
    now_ns = story.state.time_ns
    past = Past([marks(walk(1_500, 3, width=300), 60 * SECOND, now_ns)], now_ns)
    found = reason(story.advice(past), Rule.TIME_LEFT).found
    assert found is not None
    chance = int(found.value * ONE)
    advice = story.advice(past, likely=format_units(chance - above))
    assert reason(advice, Rule.TIME_LEFT).applies is applies


LOOK_BACK = [
    ("an hour ago a low is a level", HOUR_NS, Rule.NEAR),
    ("a nanosecond later it is none yet", HOUR_NS - 1, Rule.KEY_LEVEL),
    ("a day before that it is one still", 25 * HOUR_NS, Rule.NEAR),
    ("a nanosecond earlier it is forgotten", 25 * HOUR_NS + 1, Rule.KEY_LEVEL),
]


@pytest.mark.parametrize(("ago_ns", "rule"), [row[1:] for row in LOOK_BACK],
                         ids=[row[0] for row in LOOK_BACK])  # fmt: skip
def test_the_look_back_has_its_bounds_to_the_nanosecond(ago_ns: int, rule: Rule) -> None:
    story = Asked(HELD.format(wallet="1000"))
    now_ns = story.state.time_ns
    # The low of 58,900 lies below the mark: where it counts, no level is broken.
    prices = {now_ns - 30 * HOUR_NS: 59_500, now_ns - ago_ns: 58_900, now_ns - ago_ns + 2: 59_500}
    prices |= {now_ns - 2 * HOUR_NS: 59_500, now_ns: 59_000}
    times = sorted(prices)
    made = marks([prices[time] for time in times], SECOND)
    stream = replace(made, time_ns=np.array(times, dtype=np.int64))
    assert story.advice(Past([stream], now_ns)).rule is rule
