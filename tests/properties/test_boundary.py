"""The boundary: at its bound liquidation fires, one unit inside it does not, in every bracket."""

from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from perplab.domain import commands as cm, events as ev
from perplab.domain.instrument import Bracket, Kind
from perplab.domain.numbers import ONE, Money, Price, Qty
from perplab.domain.state import PoolKey
from perplab.engine.bands import StreamKey
from perplab.engine.standing import reaches
from stories.story import BTC, Story, listed

MARK = StreamKey(BTC, Kind.MARK)
LARGE = listed(
    BTC,
    max_quantity=Qty(10**8 * ONE),
    step=Qty(1),
    min_quantity=Qty(1),
    min_notional=Money(0),
)


def maintenance(size: Fraction, brackets: tuple[Bracket, ...]) -> Fraction:
    """Return the maintenance margin of a notional: the highest line, no bracket is looked up."""
    return max(size * row.rate / ONE - Fraction(row.amount, ONE) for row in brackets)


def slack(run: Story, mark: int) -> Fraction:
    """Return equity - maintenance at a mark, by this file's own arithmetic."""
    position = run.state.accounts["ann"].positions[BTC, cm.PositionSide.BOTH]
    held, price = Fraction(position.quantity, ONE), Fraction(mark, ONE)
    equity = Fraction(position.margin, ONE) + held * price - Fraction(position.cost, ONE * ONE)
    return equity - maintenance(abs(held) * price, LARGE.brackets)


@pytest.mark.parametrize("side", cm.Side)
@pytest.mark.parametrize("number", range(12))
@settings(max_examples=6, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_a_ratio_of_100_percent_liquidates_and_one_unit_inside_does_not(
    side: cm.Side, number: int, data: st.DataObject
) -> None:
    bracket = LARGE.brackets[number]
    price = data.draw(st.integers(30_000_0, 90_000_0)) * ONE // 10
    size = data.draw(st.integers(bracket.floor + ONE, bracket.cap - ONE // 10))
    quantity = size * ONE // price
    added = data.draw(st.integers(0, size // 100))
    run = open_position(side, price, quantity, bracket.max_leverage, added)
    fired = False
    while not fired:
        low, high = run.exchange.interval(MARK)
        bound, inside = (low, 1) if side is cm.Side.BUY else (high, -1)
        if bound is None or bound <= 0:
            assert side is cm.Side.BUY
            assert slack(run, 1) > 0, "it should have been liquidated"
            return
        assert not any(is_liquidation(event) for event in mark(run, bound + inside))
        expected = slack(run, bound)
        assert slack(run, bound + inside) > 0
        events = mark(run, bound)
        fired = any(is_liquidation(event) for event in events)
        assert fired == (expected <= 0)


def open_position(side: cm.Side, price: int, quantity: int, leverage: int, added: int) -> Story:
    run = Story(instruments=[LARGE], half_spread="0")
    run.do(cm.ObserveTrade(symbol=BTC, row=0, price=Price(price), quantity=Qty(0)))
    mark(run, price)
    run.do(cm.OpenAccount(account="ann"))
    wallet = cm.Wallet.FUTURES
    run.do(cm.Deposit(account="ann", wallet=wallet, amount=Money(10**10 * ONE)))
    run.do(cm.SetMarginMode(account="ann", symbol=BTC, margin_mode=cm.MarginMode.ISOLATED))
    run.do(cm.SetLeverage(account="ann", symbol=BTC, leverage=leverage))
    events = run.do(
        cm.PlaceOrder(
            account="ann",
            symbol=BTC,
            order_id="open",
            side=side,
            order_type=cm.OrderType.LIMIT,
            price=Price(price),
            quantity=Qty(quantity),
        )
    )
    assert any(isinstance(event, ev.PositionOpened) for event in events), events
    if added:
        place = cm.PositionSide.BOTH
        run.do(cm.AddMargin(account="ann", symbol=BTC, position_side=place, amount=Money(added)))
    return run


def mark(run: Story, price: int) -> tuple[ev.Event, ...]:
    return run.do(cm.ObserveMark(symbol=BTC, row=0, price=Price(price)))


def is_liquidation(event: ev.Event) -> bool:
    return isinstance(event, ev.LiquidationStarted)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    side=st.sampled_from(cm.Side),
    quantity=st.integers(10**6, 4 * 10**9),
    leverage=st.integers(2, 75),
    moves=st.lists(st.integers(-3 * 10**10, 3 * 10**10), max_size=8),
)
def test_inside_its_reach_a_pool_does_not_change_its_standing(
    side: cm.Side, quantity: int, leverage: int, moves: list[int]
) -> None:
    """Both ends of the interval are tried at each step: nothing may happen one unit inside."""
    price = 60_000 * ONE
    run = open_position(side, price, quantity, leverage, 0)
    key = PoolKey("ann", BTC, cm.PositionSide.BOTH)
    for move in moves:
        if not run.state.accounts["ann"].positions:
            return
        (reach,) = reaches(run.state, key)
        for edge in (
            None if reach.low is None else reach.low + 1,
            None if reach.high is None else reach.high - 1,
        ):
            if edge is not None and edge > 0 and (reach.high or edge + 1) > (reach.low or 0) + 1:
                assert mark(run, edge) == ()
        price = max(ONE, price + move)
        mark(run, price)
