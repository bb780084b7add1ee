"""Margin: what is removed can be added again, and a round trip costs its fees and nothing else."""

from fractions import Fraction
from typing import Any

from hypothesis import assume, given, settings, strategies as st

from perplab.domain import commands as cm, events as ev
from perplab.domain.numbers import ONE, Money, Price, Qty
from perplab.domain.state import Position
from perplab.engine.margin import removable
from perplab.engine.trade import Execution, shrink
from properties.test_boundary import LARGE, mark, open_position
from stories.story import BTC, Story, contents

BOTH = cm.PositionSide.BOTH
QUIET = settings(max_examples=60, deadline=None, derandomize=True, database=None)
sides = st.sampled_from(cm.Side)
sizes = st.integers(10**5, 7 * 10**8)
leverages = st.integers(1, 75)
prices = st.integers(10_000_0, 100_000_0).map(lambda tenths: tenths * ONE // 10)


@QUIET
@given(side=sides, quantity=sizes, leverage=leverages, price=prices, gain=st.integers(0, 10**12))
def test_what_is_removable_can_be_removed_and_added_again(
    side: cm.Side, quantity: int, leverage: int, price: int, gain: int
) -> None:
    run = open_position(side, price, quantity, leverage, added=12_345_678_901)
    mark(run, price + gain if side is cm.Side.BUY else max(1, price - gain))
    before = repr(contents(run.state)["accounts"])
    limit = _removable(run)
    assume(limit > 0)
    place: dict[str, Any] = {"account": "ann", "symbol": BTC, "position_side": BOTH}
    refused = run.do(cm.ReduceMargin(**place, amount=Money(limit + 1)))
    assert isinstance(refused[0], ev.MarginAdjustmentRejected)
    run.do(cm.ReduceMargin(**place, amount=Money(limit)))
    assert _removable(run) <= 1
    run.do(cm.AddMargin(**place, amount=Money(limit)))
    after = repr(contents(run.state)["accounts"]).replace("called=True", "called=False")
    assert after == before.replace("called=True", "called=False")


@QUIET
@given(
    side=sides,
    quantity=sizes,
    leverage=leverages,
    way=st.tuples(prices, prices),
    percents=st.lists(st.integers(1, 99), max_size=5),
)
def test_a_round_trip_ends_with_start_plus_realized_less_fees(
    side: cm.Side, quantity: int, leverage: int, way: tuple[int, int], percents: list[int]
) -> None:
    """However the close is cut into parts, and whatever the parts round."""
    price, out = way
    run = open_position(side, price, quantity, leverage, added=50_000_000 * ONE)
    start = 10**10 * ONE
    run.do(cm.ObserveTrade(symbol=BTC, row=0, price=Price(out), quantity=Qty(0)))
    for percent in (*percents, 100):
        held = run.state.accounts["ann"].held(BTC, BOTH)
        run.do(
            cm.PlaceOrder(
                account="ann",
                symbol=BTC,
                order_id=f"o{run.state.next_number}",
                side=cm.Side.SELL if held > 0 else cm.Side.BUY,
                order_type=cm.OrderType.MARKET,
                quantity=Qty(max(1, abs(held) * percent // 100)),
                reduce_only=True,
            )
        )
    moved = [e for e in run.events if isinstance(e, ev.PositionGrown | ev.PositionShrunk)]
    fees = sum(event.fee for event in moved)
    realized = sum(event.realized_pnl for event in moved if isinstance(event, ev.PositionShrunk))
    assert run.state.accounts["ann"].futures == start + realized - fees
    assert run.state.ledger.fees == fees
    sign = 1 if side is cm.Side.BUY else -1
    exact = Fraction(sign * quantity * (out - price), ONE)
    assert exact - 1 < realized <= exact, "rounding lost more than one unit in all"


@QUIET
@given(
    held=st.integers(-(10**12), 10**12).filter(bool),
    cost=st.integers(1, 10**26),
    price=st.integers(1, 10**14),
    part=st.integers(1, 10**12),
)
def test_a_reduction_keeps_profit_exact(held: int, cost: int, price: int, part: int) -> None:
    """Unrealized profit before = realized + unrealized after, at the price of the trade."""
    assume(part < abs(held))
    signed_cost = cost if held > 0 else -cost
    run = Story(instruments=[LARGE])
    run.do(cm.OpenAccount(account="ann"))
    account = run.state.accounts["ann"]
    account.positions[BTC, BOTH] = Position(
        margin_mode=cm.MarginMode.CROSS,
        quantity=Qty(held),
        cost=signed_cost,  # type: ignore[arg-type]
    )
    quantity = -part if held > 0 else part
    event = shrink(account, Execution(BTC, BOTH, quantity, price, 0), release=True)
    before = held * price - signed_cost
    after = (held + quantity) * price - (signed_cost + event.cost)
    assert before == after + event.realized_pnl * ONE


def _removable(run: Story) -> int:
    account = run.state.accounts["ann"]
    return removable(run.state, account, BTC, account.positions[BTC, BOTH])
