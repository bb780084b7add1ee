"""Outright: the story told at once is the one that the rules tell step by step."""

from copy import deepcopy
from typing import Any

from hypothesis import given, settings, strategies as st

from perplab.domain import commands as cm, events as ev
from perplab.domain.evolve import evolve
from perplab.domain.numbers import ONE, Money, Price, Qty
from perplab.domain.state import PoolKey, State, cross_pool
from perplab.engine.liquidation import step_by_step
from perplab.engine.outright import outright
from perplab.engine.risk import assess, is_liquidatable
from stories.story import BTC, Story

MARK = 60_000 * ONE


def told(state: State, key: PoolKey, *, at_once: bool) -> tuple[list[ev.Event], State]:
    """Return the story and the state after it."""
    state = deepcopy(state)
    events = []
    risk = assess(state, key)
    story = outright(state, key, risk) if at_once else None
    for event in story or step_by_step(state, key, risk):
        evolve(state, event)
        events.append(event)
    return events, state


def contents(state: State) -> str:
    return repr((state.accounts, state.ledger))


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(
    mode=st.sampled_from(cm.MarginMode),
    leverage=st.sampled_from((2, 10, 20, 50)),
    quantity=st.integers(1, 9_000).map(lambda steps: steps * ONE // 1000),
    long=st.booleans(),
    spare=st.integers(0, 30),
    fall=st.integers(1, 6_000),
    quoted=st.sampled_from((None, -900, -30, 0)),
    chosen=st.fixed_dictionaries(
        {
            "liquidation_taker_fee": st.booleans(),
            "remainder_to_fund": st.booleans(),
            "partial_liquidation": st.booleans(),
            "half_spread": st.sampled_from(("0", "0.0001")),
            "slippage": st.sampled_from(("0", "0.002")),
        }
    ),
    order=st.booleans(),
)
def test_it_is_the_story_of_the_rules_or_it_is_not_told(
    *,
    mode: cm.MarginMode,
    leverage: int,
    quantity: int,
    long: bool,
    spare: int,
    fall: int,
    quoted: int | None,
    chosen: dict[str, Any],
    order: bool,
) -> None:
    run = Story(**chosen)
    see(run, MARK, quoted)
    margin = quantity * MARK // leverage // ONE
    holder = cm.Holder(
        account="ann",
        symbol=BTC,
        margin_mode=mode,
        leverage=leverage,
        quantity=Qty(quantity if long else -quantity),
        entry_price=Price(MARK),
        futures=Money(margin + margin * spare // 100 + 1),
    )
    run.do(cm.OpenHolders(holders=(holder,)))
    if order:
        run.do(
            cm.PlaceOrder(
                account="ann",
                symbol=BTC,
                order_id="low",
                side=cm.Side.BUY,
                order_type=cm.OrderType.LIMIT,
                quantity=Qty(ONE // 500),
                price=Price(50_000 * ONE),
                time_in_force=cm.TimeInForce.GTC,
            )
        )
    state = run.state
    order = bool(state.accounts["ann"].orders)
    # A part of the way from entry to bankruptcy and a little beyond: in thousandths.
    price = MARK + (-1 if long else 1) * MARK // leverage * (700 + fall % 400) // 1000
    unseen(state, max(ONE, price), quoted)
    key = cross_pool("ann") if mode is cm.MarginMode.CROSS else PoolKey("ann", BTC, BOTH)
    risk = assess(state, key)
    if not is_liquidatable(risk):
        return
    assert outright_is_none_for_good_reason(state, key, order=order)
    at_once, after = told(state, key, at_once=True)
    stepwise, other = told(state, key, at_once=False)
    assert at_once == stepwise
    assert contents(after) == contents(other)


BOTH = cm.PositionSide.BOTH


def see(run: Story, price: int, quoted: int | None) -> None:
    run.do(cm.ObserveTrade(symbol=BTC, row=0, price=Price(price), quantity=Qty(0)))
    run.do(cm.ObserveMark(symbol=BTC, row=0, price=Price(price)))
    if quoted is not None:
        bid = Price(price + quoted * ONE - ONE)
        run.do(cm.ObserveQuote(symbol=BTC, row=0, bid=bid, ask=Price(price + ONE)))


def unseen(state: State, price: int, quoted: int | None) -> None:
    """Change the prices and let no rule look at them."""
    prices = state.prices[BTC]
    prices.mark = prices.last = Price(price)
    if quoted is not None:
        prices.bid, prices.ask = Price(price + quoted * ONE - ONE), Price(price + ONE)


def outright_is_none_for_good_reason(state: State, key: PoolKey, *, order: bool) -> bool:
    """Return whether the story is told at once just where nothing stands in its way."""
    story = outright(state, key, assess(state, key))
    if story is not None:
        return not order
    events, _ = told(state, key, at_once=False)
    steps = [event for event in events if isinstance(event, ev.LiquidationOrdered)]
    market = all(
        event.taker is ev.Taker.MARKET
        for event in events
        if isinstance(event, ev.LiquidationFilled)
    )
    return order or steps[0].bracket > 1 or not market


def test_the_plain_case_is_told_at_once() -> None:
    run = Story().tell("price is 60000")
    holder = cm.Holder(
        account="ann",
        symbol=BTC,
        margin_mode=cm.MarginMode.ISOLATED,
        leverage=20,
        quantity=Qty(ONE // 10),
        entry_price=Price(MARK),
        futures=Money(300 * ONE),
    )
    run.do(cm.OpenHolders(holders=(holder,)))
    unseen(run.state, 57_200 * ONE, None)
    key = PoolKey("ann", BTC, BOTH)
    story = outright(run.state, key, assess(run.state, key))
    assert story is not None
    assert [type(event).__name__ for event in story] == [
        *("LiquidationOrdered", "LiquidationFilled", "PositionClosed"),
        *("LiquidationFeeCharged", "LiquidationEnded"),
    ]
