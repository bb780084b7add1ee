"""Lone: the bounds of one position are the first prices at which its pool comes to a level."""

from itertools import pairwise

from hypothesis import assume, given, settings, strategies as st

from perplab.domain.commands import MarginMode
from perplab.domain.instrument import Bracket
from perplab.domain.numbers import ONE, SQUARE, Money, Qty, Rate, Value
from perplab.domain.state import Position
from perplab.engine.lone import Lone

CAPS = (300, 450, 700, 1_000, 2_500)
LEVELS = (ONE, ONE * 4 // 5, ONE * 3 // 4)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Bracket, ...]:
    """Return brackets whose rates rise; the amounts keep them continuous, or do not."""
    rates = draw(st.lists(st.integers(1, 70), min_size=6, max_size=6).map(sorted))
    joined = draw(st.booleans())
    rows: list[Bracket] = []
    amount = 0
    floors = (0, *CAPS)
    for index, floor in enumerate(floors):
        if joined and index:
            amount += floor * ONE * (rates[index] - rates[index - 1]) // 100
        cap = floors[index + 1] if index + 1 < len(floors) else 10**7
        rows.append(
            Bracket(
                floor=Money(floor * ONE),
                cap=Money(cap * ONE),
                rate=Rate(rates[index] * ONE // 100),
                amount=Money(amount if joined else draw(st.integers(0, 20)) * ONE),
                max_leverage=2,
            )
        )
    return tuple(rows)


def slack(
    brackets: tuple[Bracket, ...], position: Position, wallet: int, price: int, level: int
) -> int:
    """Return level * equity - maintenance, from the row that holds the notional."""
    size = abs(position.quantity) * price
    row = next((row for row in brackets if size <= row.cap * ONE), brackets[-1])
    equity = wallet * ONE + position.quantity * price - position.cost
    return level * equity - (size * row.rate - row.amount * SQUARE)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(
    brackets=tables(),
    quantity=st.integers(1, 400).map(lambda tenths: tenths * ONE // 10),
    long=st.booleans(),
    entry=st.integers(1, 4_000).map(lambda ticks: ticks * ONE // 17),
    wallet=st.integers(-200 * ONE, 3_000 * ONE),
    mark=st.integers(1, 300 * ONE),
    level=st.sampled_from(LEVELS),
)
def test_the_standing_changes_at_the_bounds_and_nowhere_between(
    *,
    brackets: tuple[Bracket, ...],
    quantity: int,
    long: bool,
    entry: int,
    wallet: int,
    mark: int,
    level: int,
) -> None:
    signed = quantity if long else -quantity
    position = Position(MarginMode.ISOLATED, Qty(signed), Value(signed * entry), Money(wallet))

    def above(price: int) -> bool:
        return slack(brackets, position, wallet, price, level) > 0

    stands = above(mark)
    alone = Lone(brackets, position, wallet, mark)
    low, high = alone.reach([level], []) if stands else alone.reach([], [level])
    assume((low or 0) < mark < (high or mark + 1))
    edges = [row.cap * ONE // quantity for row in brackets]
    near = [one for edge in edges for one in (edge - 1, edge, edge + 1, edge + 2)]
    ends = [one for end in (low, high) if end is not None for one in (end - 1, end, end + 1)]
    for price in (1, mark, *near, *ends, 1_000 * ONE):
        if price > 0 and (low or 0) < price < (high or price + 1):
            assert above(price) == stands, f"at {price}, between {low} and {high}"
    for end in (low, high):
        if end is not None and end > 0:
            assert above(end) != stands, f"at the bound {end}"


def test_a_fall_through_every_bracket_is_followed() -> None:
    """A long that is in the last bracket, and comes to maintenance only in the first."""
    rows = tuple(
        Bracket(
            floor=Money(low * ONE),
            cap=Money(cap * ONE),
            rate=Rate(ONE // 100),
            amount=Money(0),
            max_leverage=2,
        )
        for low, cap in pairwise((0, *CAPS, 10**7))
    )
    position = Position(MarginMode.ISOLATED, Qty(40 * ONE), Value(40 * ONE * 100 * ONE))
    low, high = Lone(rows, position, 3_960 * ONE, 100 * ONE).reach([ONE], [])
    assert high is None
    assert low == ONE * 40 * 100 // 99 // 40  # 40 p - 40 = 1% of 40 p
