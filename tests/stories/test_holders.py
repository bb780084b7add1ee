"""Holders: accounts that come in with a position, many at once."""

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from perplab.domain import commands as cm, events as ev
from perplab.domain.numbers import ONE, Money, Price, Qty
from perplab.domain.reasons import Reason
from stories.story import BTC, Story

MARK = 60_000 * ONE


def holder(**changed: object) -> cm.Holder:
    plain = cm.Holder(
        account="ann",
        symbol=BTC,
        margin_mode=cm.MarginMode.ISOLATED,
        leverage=20,
        quantity=Qty(ONE // 10),
        entry_price=Price(MARK),
        futures=Money(400 * ONE),
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


def opened(*holders: cm.Holder, price: str = "60000") -> Story:
    run = Story(taker_fee="0").tell(f"price is {price}")
    run.do(cm.OpenHolders(holders=holders))
    return run


def test_an_isolated_holder_has_his_margin_and_keeps_the_rest() -> None:
    run = opened(holder())
    ann = run.state.accounts["ann"]
    assert ann.futures == 100 * ONE
    (position,) = ann.positions.values()
    assert (position.quantity, position.margin) == (ONE // 10, 300 * ONE)
    assert run.state.ledger.outside == -400 * ONE - run.state.settings.insurance_fund


def test_a_cross_holder_keeps_everything_in_the_wallet() -> None:
    run = opened(holder(margin_mode=cm.MarginMode.CROSS))
    ann = run.state.accounts["ann"]
    assert ann.futures == 400 * ONE
    assert ann.mode_of(BTC) is cm.MarginMode.CROSS


def test_a_holder_whose_position_is_lost_already_is_liquidated_at_once() -> None:
    run = opened(holder(), holder(account="bob", entry_price=Price(64_000 * ONE)))
    started = [event.account for event in run.events if isinstance(event, ev.LiquidationStarted)]
    assert started == ["bob"]


def test_holders_live_by_the_rules_of_everybody() -> None:
    run = opened(holder(), holder(account="bob", quantity=Qty(-ONE // 10)))
    run.tell("bob auto-adds on")
    run.tell("ann adds 50")
    run.tell("ann sells 0.1")
    run.tell("ann buys 0.1")
    assert next(iter(run.state.accounts["bob"].positions.values())).auto_add


def test_choices_of_one_holder_are_not_those_of_another() -> None:
    run = opened(holder(), holder(account="bob"))
    run.do(cm.SetLeverage(account="ann", symbol=BTC, leverage=50))
    run.tell("ann buys 0.01 at 50000")
    ann, bob = (run.state.accounts[name] for name in ("ann", "bob"))
    assert run.state.leverage_of(ann, BTC) == 50
    assert run.state.leverage_of(bob, BTC) == 20
    assert len(ann.orders) == 1
    assert not bob.orders


@pytest.mark.parametrize(
    ("reason", "changed"),
    [
        (Reason.ACCOUNT_ALREADY_OPEN, {"account": "there"}),
        (Reason.SYMBOL_UNKNOWN, {"symbol": "DOGEUSDT"}),
        (Reason.NO_PRICE_YET, {"symbol": "ETHUSDT"}),
        (Reason.PRICE_NOT_POSITIVE, {"entry_price": Price(0)}),
        (Reason.QUANTITY_NOT_POSITIVE, {"quantity": Qty(0)}),
        (Reason.QUANTITY_OFF_STEP, {"quantity": Qty(ONE // 10 + 1)}),
        (Reason.LEVERAGE_INVALID, {"leverage": 0}),
        (Reason.LEVERAGE_INVALID, {"leverage": 151}),
        (Reason.POSITION_EXCEEDS_BRACKET_AT_LEVERAGE, {"quantity": Qty(20_000 * ONE)}),
        (Reason.MARGIN_INSUFFICIENT, {"futures": Money(300 * ONE - 1)}),
    ],
)
def test_one_that_cannot_be_is_refused_and_the_others_come_in(
    reason: Reason, changed: dict[str, object]
) -> None:
    run = opened(holder(account="there"), holder(**changed), holder(account="last"))
    refused = [event for event in run.events if isinstance(event, ev.HolderRejected)]
    assert [event.reason for event in refused] == [reason]
    assert list(run.state.accounts) == ["there", "last"]


def test_one_that_is_refused_first_and_comes_in_after_all_is_watched() -> None:
    poor = holder(futures=Money(299 * ONE))
    run = opened(poor, replace(poor, futures=Money(300 * ONE)))
    run.tell("price falls to 57200 -> margin call; liquidation; order")


DRAWN = st.lists(
    st.tuples(
        st.sampled_from(cm.MarginMode),
        st.sampled_from((1, 2, 5, 10, 20)),
        st.integers(1, 40).map(lambda tenths: tenths * ONE // 10),
        st.booleans(),
        st.integers(-400, 400),
        st.integers(1, 100),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(drawn=DRAWN, moves=st.lists(st.integers(-6_000, 6_000), min_size=1, max_size=12))
def test_they_are_what_they_would_be_had_each_opened_alone(
    drawn: list[tuple[cm.MarginMode, int, int, bool, int, int]], moves: list[int]
) -> None:
    """The account of each is the same, and so is everything that happens to it later."""
    holders = []
    for number, (mode, leverage, quantity, long, away, spare) in enumerate(drawn):
        entry = MARK + away * ONE
        margin = quantity * entry // leverage // ONE
        holders.append(
            holder(
                account=f"user{number}",
                margin_mode=mode,
                leverage=leverage,
                quantity=Qty(quantity if long else -quantity),
                entry_price=Price(entry),
                futures=Money(margin + margin * spare // 100 + 1),
            )
        )
    alone = Story(taker_fee="0")
    for one in holders:
        tick(alone, one.entry_price)
        enter(alone, one)
    tick(alone, MARK)
    together = Story(taker_fee="0")
    tick(together, MARK)
    together.do(cm.OpenHolders(holders=tuple(holders)))
    assert repr(together.state.accounts) == repr(alone.state.accounts)
    price = MARK
    for move in moves:
        price = max(ONE, price + move * ONE)
        assert tick(together, price) == tick(alone, price)


def tick(run: Story, price: int) -> tuple[ev.Event, ...]:
    """Let everybody see a price, traded and marked."""
    traded = cm.ObserveTrade(symbol=BTC, row=0, price=Price(price), quantity=Qty(0))
    return run.do(traded) + run.do(cm.ObserveMark(symbol=BTC, row=0, price=Price(price)))


def enter(run: Story, one: cm.Holder) -> None:
    """Do one by one what brings an account to the same position."""
    name, symbol = one.account, one.symbol
    run.do(cm.OpenAccount(account=name))
    run.do(cm.Deposit(account=name, wallet=cm.Wallet.FUTURES, amount=one.futures))
    if one.margin_mode is cm.MarginMode.ISOLATED:
        run.do(cm.SetMarginMode(account=name, symbol=symbol, margin_mode=one.margin_mode))
    run.do(cm.SetLeverage(account=name, symbol=symbol, leverage=one.leverage))
    order = cm.PlaceOrder(
        account=name,
        symbol=symbol,
        order_id="in",
        side=cm.Side.BUY if one.quantity > 0 else cm.Side.SELL,
        order_type=cm.OrderType.MARKET,
        quantity=Qty(abs(one.quantity)),
    )
    events = run.do(order)
    assert any(isinstance(event, ev.PositionOpened) for event in events), events
