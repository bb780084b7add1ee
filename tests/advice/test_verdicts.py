"""The verdicts: a row for each rule, and for both sides of each boundary."""

from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings, strategies as st

from advice.asked import Asked
from perplab.advice.relief import least_close
from perplab.advice.terms import Terms
from perplab.advice.trial import Place, shortfall
from perplab.advice.verdict import AdviceError, Rule, Verdict
from perplab.domain.commands import PositionSide
from perplab.domain.numbers import ONE, format_units, parse_units
from stories.story import BTC

LONG = """
    price is 60000
    ann deposits 1000
    ann buys 0.1, isolated 20x
"""
"""A margin of 297 after the fee, 700 in the wallet; liquidated at 57,259."""
SHORT = LONG.replace("buys", "sells")
HEDGED = """
    price is 60000
    ann sets hedge
    ann deposits 1000
    ann buys 0.1, isolated 20x
"""
CROSS = """
    price is 60000
    ann deposits 350
    ann deposits {spot} spot
    ann buys 0.1, cross 20x
    price falls to 59000
"""
"""A wallet of 347, of which liquidation 5% away at 59,000 takes 417.42."""
SMALL = """
    price is 60000
    ann deposits {wallet}
    ann buys 0.1, isolated 20x
    price falls to 59000
"""
SEVENTY = """
    price is 70000
    ann deposits {wallet}
    ann buys 0.1, isolated 20x
    price falls to 69000
"""
"""A margin of 346.5, which is 70% of 495."""
RE_ENTRIES = LONG + "price falls to 59900\nann closes 100%\n"
FALLS = "price falls to 59000\n"
ALL = {"most_share": "1"}


class Row(NamedTuple):
    """A story, terms, and what the adviser is to say; `applies` is asked of the rule named."""

    says: str
    story: str
    verdict: Verdict
    rule: Rule
    amount: str = "0"
    quantity: str = "0"
    terms: dict[str, Any] = {}  # noqa: RUF012  # never changed


ADD, PART, FULL = Verdict.ADD_MARGIN, Verdict.PARTIAL_STOP, Verdict.FULL_STOP
LEAVE, TRAIL = Verdict.LEAVE_IT, Verdict.TRAILING_STOP

ROWS = [
    # Stop crossed.
    Row("a price at the planned stop is a stop", LONG + FALLS, FULL, Rule.STOP_CROSSED,
        quantity="0.1", terms={"stop": "59000"}),
    Row("a price one unit above it is none", LONG + FALLS, ADD, Rule.NEAR,
        amount="120.42", terms={"stop": "58999.99999999"}),
    Row("a short's stop lies above", SHORT + "price rises to 61000", FULL, Rule.STOP_CROSSED,
        quantity="0.1", terms={"stop": "61000"}),
    Row("a short's stop one unit higher is not reached", SHORT + "price rises to 61000", ADD,
        Rule.NEAR, amount="133.62", terms={"stop": "61000.00000001"}),
    Row("a stop that was taken back still counts",
        LONG + "ann stop 59500 as s\nann cancels s\n" + FALLS, FULL, Rule.STOP_CROSSED,
        quantity="0.1"),
    Row("a stop of half that was taken back asks for half",
        LONG + "ann stop 59500 50% as s\nann cancels s\n" + FALLS, PART, Rule.STOP_CROSSED,
        quantity="0.05"),
    Row("a stop that triggered is done",
        LONG + "ann stop 59500 50% as s\nprice falls to 59500 -> triggered at 59500\n" + FALLS, ADD,
        Rule.NEAR, amount="60.21"),
    Row("a stop of an earlier position is forgotten",
        LONG + "ann stop 59500 as s\nann cancels s\nann closes 100%\nann buys 0.1\n" + FALLS, ADD,
        Rule.NEAR, amount="120.42"),
    Row("a stop crossed comes before a profit", LONG + "price rises to 61000", FULL,
        Rule.STOP_CROSSED, quantity="0.1", terms={"stop": "61000"}),
    # In profit.
    Row("no profit is not a profit", LONG, ADD, Rule.NEAR, amount="25.8",
        terms={"near": "0.05"}),
    Row("one unit of price is one", LONG + "price rises to 60000.1", TRAIL, Rule.IN_PROFIT),
    Row("a short wins as it falls", SHORT + "price falls to 59999.9", TRAIL, Rule.IN_PROFIT),
    Row("a profit comes before a broken level", LONG + "price rises to 60000.1", TRAIL,
        Rule.IN_PROFIT, terms={"levels": ["60001"]}),
    Row("a trailing stop in place is left alone", LONG + "price rises to 61000\nann trail 1%",
        LEAVE, Rule.IN_PROFIT),
    # Key level.
    Row("a level that is touched holds", LONG + FALLS, ADD, Rule.NEAR, amount="120.42",
        terms={"levels": ["59000"]}),
    Row("a level one unit above the mark is broken", LONG + FALLS, FULL, Rule.KEY_LEVEL,
        quantity="0.1", terms={"levels": ["59000.00000001"]}),
    Row("a level above the entry was never held", LONG + FALLS, ADD, Rule.NEAR, amount="120.42",
        terms={"levels": ["60000.00000001"]}),
    Row("a short breaks upwards", SHORT + "price rises to 61000", FULL, Rule.KEY_LEVEL,
        quantity="0.1", terms={"levels": ["60999.99999999"]}),
    # Near liquidation.
    Row("exactly 5% away is left alone", LONG + FALLS + "ann adds 120.42", LEAVE, Rule.NEAR),
    Row("one unit of margin less is near", LONG + FALLS + "ann adds 120.41999999", PART,
        Rule.ADDED_BEFORE, quantity="0.001", amount="0"),
    Row("the aim decides the amount", LONG + FALLS, ADD, Rule.NEAR, amount="296.712",
        terms={"aim": "0.08"}),
    # Margin added before.
    Row("a second time is a no", LONG + FALLS + "ann adds 50\nprice falls to 58500", PART,
        Rule.ADDED_BEFORE, quantity="0.038", amount="72.9926"),
    Row("what the exchange added by itself counts", LONG.replace("1000", "320") + """
        ann auto-add on
        price falls to 57258 -> margin call; auto-added
        """, PART, Rule.ADDED_BEFORE, quantity="0.087", amount="34.4822452", terms=ALL),
    Row("what came into the wallet of a cross position counts",
        CROSS.format(spot="1000") + "ann transfers 1 spot futures", PART, Rule.ADDED_BEFORE,
        quantity="0.023", terms=ALL),
    Row("of one step there is no part", """
        price is 200000
        ann deposits 100
        ann buys 0.001, isolated 20x
        price falls to 196000
        ann adds 0.1
        """, FULL, Rule.ADDED_BEFORE, quantity="0.001"),
    # Haste.
    Row("two entries after a loss are calm",
        RE_ENTRIES + "ann buys 0.05\nann buys 0.05\n" + FALLS, ADD, Rule.NEAR, amount="110.915"),
    Row("three are haste", RE_ENTRIES + "ann buys 0.04\nann buys 0.04\nann buys 0.02\n" + FALLS,
        PART, Rule.HASTE, quantity="0.036", amount="70.9856"),
    Row("an entry, and margin taken out twice, are haste", RE_ENTRIES + "ann buys 0.1\n"
        + "price rises to 60500\nann removes 1\nann removes 1\n" + FALLS, PART, Rule.HASTE,
        quantity="0.036", amount="72.2656"),
    Row("an hour after the loss it is still",
        RE_ENTRIES + "ann buys 0.04\nann buys 0.04\nann buys 0.02\n3595 seconds pass\n" + FALLS,
        PART, Rule.HASTE, quantity="0.036", amount="70.9856"),
    Row("a second later it is over",
        RE_ENTRIES + "ann buys 0.04\nann buys 0.04\nann buys 0.02\n3596 seconds pass\n" + FALLS,
        ADD, Rule.NEAR, amount="110.915"),
    # Too much in one position.
    Row("exactly 70% of the account's margin is not too much, but has no room",
        SEVENTY.format(wallet="498.5"), PART, Rule.AMOUNT, quantity="0.032", amount="84.8096"),
    Row("one unit less around it is too much", SEVENTY.format(wallet="498.49999999"), PART,
        Rule.CONCENTRATED, quantity="0.034", amount="82.3152"),
    # More than may be added.
    Row("the wallet just has it", SMALL.format(wallet="420.42"), ADD, Rule.NEAR, amount="120.42",
        terms=ALL),
    Row("the wallet lacks one unit", SMALL.format(wallet="420.41999999"), PART, Rule.AMOUNT,
        quantity="0.001", amount="119.2158", terms=ALL),
    Row("half of the backup just has it", CROSS.format(spot="140.84"), ADD, Rule.NEAR,
        amount="70.42", terms=ALL),
    Row("half of the backup lacks one unit", CROSS.format(spot="140.83999999"), PART, Rule.AMOUNT,
        quantity="0.001", amount="67.2753", terms=ALL),
    Row("cross with too much in one position brings in nothing", CROSS.format(spot="1000"), PART,
        Rule.CONCENTRATED, quantity="0.024"),
    Row("a short in cross is near upwards", CROSS.format(spot="1000").replace("buys", "sells")
        .replace("falls to 59000", "rises to 61000"), ADD, Rule.NEAR, amount="83.62", terms=ALL),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[row.says for row in ROWS])
def test_the_verdict_follows_the_rules(row: Row) -> None:
    advice = Asked(row.story).advice(**row.terms)
    found = (
        advice.verdict,
        advice.rule,
        format_units(advice.amount),
        format_units(advice.quantity),
    )
    expected = (format_units(parse_units(text)) for text in (row.amount, row.quantity))
    assert found == (row.verdict, row.rule, *expected)


def test_following_the_advice_puts_liquidation_at_the_aim_and_not_a_unit_nearer() -> None:
    story = Asked(LONG + FALLS)
    advice = story.advice()
    assert advice.after is not None
    assert advice.after.distance == Fraction(1, 20)
    assert Asked(LONG + FALLS + "ann adds 120.42").advice().view == advice.after
    short = Asked(LONG + FALLS + "ann adds 120.41999999").advice()
    assert short.view.distance is not None
    assert short.view.distance < Fraction(1, 20)


def test_following_a_partial_stop_puts_the_rest_at_the_aim() -> None:
    text = LONG + FALLS + "ann adds 50\nprice falls to 58500\n"
    advice = Asked(text).advice()
    close, amount = format_units(advice.quantity), format_units(advice.amount)
    followed = Asked(text + f"ann sells {close} reduce-only\nann adds {amount}\n")
    assert followed.advice().view == advice.after
    assert followed.advice().verdict is LEAVE


def test_a_trailing_stop_in_place_is_left_alone() -> None:
    story = Asked(LONG + "price rises to 61000")
    assert story.advice().verdict is TRAIL
    story.tell("ann trail 1%")
    assert story.advice().verdict is LEAVE


def test_each_rule_is_told_with_what_was_found_and_its_threshold() -> None:
    advice = Asked(SEVENTY.format(wallet="498.49999999")).advice()
    assert [reason.rule for reason in advice.reasons] == list(Rule)
    (share,) = [one for one in advice.reasons if one.rule is Rule.CONCENTRATED]
    assert share.found is not None
    assert share.limit is not None
    assert share.found.value == Fraction(34_650_000_000, 49_499_999_999)
    assert share.limit.value == Fraction(7, 10)


def test_each_side_of_a_hedge_is_asked_about_by_itself() -> None:
    story = Asked(HEDGED + "ann sells 0.05\nprice falls to 59000")
    assert story.advice(side=PositionSide.LONG).verdict is ADD
    assert story.advice(side=PositionSide.SHORT).verdict is TRAIL


def test_without_a_position_there_is_no_advice() -> None:
    with pytest.raises(AdviceError, match="holds no BTCUSDT"):
        Asked("price is 60000\nann deposits 10").advice()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"near": "0.2"}, "near and far: found 0.2 and 0.1"),
        ({"aim": "0.2"}, "aim: found 0.2, expected a share from 0.05 to 0.1"),
        ({"most_share": "1.1"}, "most_share: found 1.1"),
        ({"haste_ns": 0}, "haste: found 0"),
        ({"most_acts": -1}, "most_acts: found -1"),
        ({"levels": ["0"]}, "levels and stop"),
    ],
)
def test_thresholds_that_make_no_sense_are_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(AdviceError, match=says):
        Asked(LONG).advice(**wrong)


@settings(max_examples=60, deadline=None)
@given(
    mark=st.integers(57_400, 59_900),
    quantity=st.sampled_from(["0.01", "0.1", "1", "12"]),
    side=st.sampled_from(["buys", "sells"]),
    mode=st.sampled_from(["isolated", "cross"]),
    new_money=st.booleans(),
)
def test_the_part_to_close_is_the_smallest_that_does(
    mark: int, quantity: str, side: str, mode: str, *, new_money: bool
) -> None:
    size = parse_units(quantity)
    wallet = format_units(size * 4_000)
    at = mark if side == "buys" else 120_000 - mark
    story = Asked(f"price is 60000\nann deposits {wallet}\nann {side} {quantity}, {mode} 20x\n")
    for kind in ("last", "mark"):
        story.state.prices[BTC].__setattr__(kind, at * ONE)
    place = Place(story.state, story.state.accounts["ann"], BTC, PositionSide.BOTH)
    terms, step = Terms(), story.state.instruments[BTC].step
    close = least_close(place, terms, terms.near, new_money=new_money)
    naive = next((part for part in range(step, size, max(step, size // 400 // step * step))
                  if _does(place, part, new_money=new_money)), size)  # fmt: skip
    assert close.quantity <= naive
    if close.rest is not None:
        assert shortfall(close.rest, terms.near) == 0
    if close.quantity > step:
        assert not _does(place, close.quantity - step, new_money=new_money)


def _does(place: Place, part: int, *, new_money: bool) -> bool:
    """Return whether a close of so much does, reckoned apart from the search."""
    rest, terms = place.closed(part), Terms()
    freed = rest.account.futures - place.account.futures
    budget = 0
    if place.isolated:
        room = max(0, rest.balance * 7 // 10 - rest.bound)
        budget = min(rest.account.futures if new_money else max(0, freed), room)
    shared = rest.bound * 10 <= rest.balance * 7
    return shared and shortfall(rest, terms.near) <= budget
