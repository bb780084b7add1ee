"""Refusals: every reason there is, each met by a story, and none changes anything."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from perplab.domain import commands as cm, events as ev
from perplab.domain.numbers import ONE, Money, Price, Qty, Rate
from perplab.domain.reasons import Reason
from stories.story import BTC, Story, contents

BEFORE = """
    price is 60000
    ann deposits 1000
    ann buys 0.01, isolated 20x
    ann buys 0.01 at 59000 as wait
    ann stops 50000 as stop
"""
"""Ann holds 0.01 BTC in isolated margin; ETHUSDT is in cross and has no price yet."""

WORDS: dict[Reason, str] = {
    Reason.NO_PRICE_YET: "buys 1 ETHUSDT",
    Reason.BALANCE_INSUFFICIENT: "withdraws 1000",
    Reason.SAME_WALLET: "transfers 5000 futures futures",
    Reason.LEVERAGE_INVALID: "sets leverage 151",
    Reason.LEVERAGE_REDUCTION_WITH_ISOLATED_POSITION: "sets leverage 19",
    Reason.MARGIN_MODE_UNCHANGED: "chooses isolated",
    Reason.MARGIN_MODE_WITH_OPEN_ORDERS: "chooses cross",
    Reason.POSITION_MODE_UNCHANGED: "one-way",
    Reason.POSITION_MODE_WITH_OPEN_ORDERS: "switches hedge",
    Reason.POSITION_SIDE_DOES_NOT_MATCH_MODE: "buys 0.01 long",
    Reason.NO_POSITION: "adds 10 long",
    Reason.ADD_MARGIN_NEEDS_ISOLATED: "adds 10 ETHUSDT",
    Reason.CROSS_BALANCE_INSUFFICIENT: "adds 1000",
    Reason.ISOLATED_BALANCE_INSUFFICIENT: "removes 1000",
    Reason.AUTO_ADD_UNCHANGED: "auto-adds off",
    Reason.AUTO_ADD_NEEDS_ISOLATED: "auto-adds on ETHUSDT",
    Reason.ORDER_ID_DUPLICATED: "buys 0.01 as wait",
    Reason.ORDER_ID_INVALID: "buys 0.01 as wait!",
    Reason.ORDER_UNKNOWN: "cancels nothing",
    Reason.ORDER_NOT_AMENDABLE: "amends stop 50000 0.01",
    Reason.ORDER_UNCHANGED: "amends wait 59000 0.01",
    Reason.PRICE_OFF_TICK: "buys 0.01 at 59000.05",
    Reason.PRICE_ABOVE_BAND: "buys 0.01 at 63000.1",
    Reason.CALLBACK_RATE_INVALID: "trails 0.05%",
    Reason.GOOD_TILL_DATE_INVALID: "buys 0.01 at 59000 good-till 2020-01-01",
    Reason.PRICE_ABOVE_TRIGGER_BAND: "stop-buys 70000 0.01 limit 73500.1",
    Reason.PRICE_BELOW_TRIGGER_BAND: "stops 50000 limit 47499.9",
    Reason.PRICE_BELOW_BAND: "sells 0.01 at 56999.9",
    Reason.QUANTITY_BELOW_MINIMUM: "buys 0.0005",
    Reason.QUANTITY_ABOVE_MAXIMUM: "buys 1000.001",
    Reason.QUANTITY_OFF_STEP: "buys 0.0105",
    Reason.NOTIONAL_BELOW_MINIMUM: "buys 0.001",
    Reason.REDUCE_ONLY_REJECTED: "buys 0.01 reduce-only",
    Reason.WOULD_TRIGGER_IMMEDIATELY: "stops 60000",
    Reason.CANNOT_FILL_AT_ONCE: "buys 0.01 at 59999 fok",
    Reason.WOULD_TAKE: "buys 0.01 at 60000 gtx",
    Reason.MARGIN_INSUFFICIENT: "buys 1",
}
"""Reasons that a single action meets after `BEFORE`."""


def order(**changed: object) -> cm.PlaceOrder:
    plain = cm.PlaceOrder(
        account="ann",
        symbol=BTC,
        order_id="new",
        side=cm.Side.BUY,
        order_type=cm.OrderType.MARKET,
        quantity=Qty(ONE // 100),
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


COMMANDS: dict[Reason, list[cm.Command]] = {
    Reason.ACCOUNT_UNKNOWN: [
        order(account="bob"),
        cm.AmendOrder(account="bob", order_id="o", price=Price(1), quantity=Qty(1)),
        cm.CancelOrder(account="bob", order_id="o"),
        cm.CancelAllOrders(account="bob", symbol=BTC),
        cm.Deposit(account="bob", wallet=cm.Wallet.SPOT, amount=Money(1)),
        cm.Withdraw(account="bob", wallet=cm.Wallet.SPOT, amount=Money(1)),
        cm.Transfer(
            account="bob", source=cm.Wallet.SPOT, target=cm.Wallet.FUTURES, amount=Money(1)
        ),
        cm.SetLeverage(account="bob", symbol=BTC, leverage=5),
        cm.SetMarginMode(account="bob", symbol=BTC, margin_mode=cm.MarginMode.CROSS),
        cm.SetPositionMode(account="bob", position_mode=cm.PositionMode.HEDGE),
        cm.AddMargin(
            account="bob", symbol=BTC, position_side=cm.PositionSide.BOTH, amount=Money(1)
        ),
    ],
    Reason.ACCOUNT_ALREADY_OPEN: [cm.OpenAccount(account="ann")],
    Reason.SYMBOL_UNKNOWN: [
        order(symbol="DOGEUSDT"),
        cm.SetLeverage(account="ann", symbol="DOGEUSDT", leverage=5),
        cm.SetMarginMode(account="ann", symbol="DOGEUSDT", margin_mode=cm.MarginMode.CROSS),
        cm.SetAutoAddMargin(
            account="ann", symbol="DOGEUSDT", position_side=cm.PositionSide.BOTH, on=True
        ),
        cm.SettleFunding(symbol="DOGEUSDT", rate=Rate(1)),
        cm.ChangeBrackets(symbol="DOGEUSDT", brackets=()),
    ],
    Reason.NO_PRICE_YET: [cm.SettleFunding(symbol="ETHUSDT", rate=Rate(1))],
    Reason.AMOUNT_NOT_POSITIVE: [
        cm.Deposit(account="ann", wallet=cm.Wallet.SPOT, amount=Money(0)),
        cm.Withdraw(account="ann", wallet=cm.Wallet.SPOT, amount=Money(-1)),
        cm.Transfer(
            account="ann", source=cm.Wallet.SPOT, target=cm.Wallet.FUTURES, amount=Money(0)
        ),
        cm.AddMargin(
            account="ann", symbol=BTC, position_side=cm.PositionSide.BOTH, amount=Money(0)
        ),
        cm.ReduceMargin(
            account="ann", symbol=BTC, position_side=cm.PositionSide.BOTH, amount=Money(-1)
        ),
    ],
    Reason.LEVERAGE_INVALID: [cm.SetLeverage(account="ann", symbol=BTC, leverage=0)],
    Reason.ORDER_TERMS_CONTRADICT: [
        order(price=Price(60_000 * ONE)),
        order(trigger_price=Price(61_000 * ONE)),
        order(order_type=cm.OrderType.LIMIT),
        order(order_type=cm.OrderType.STOP_MARKET),
        order(time_in_force=cm.TimeInForce.GTX),
        order(close_position=True, quantity=Qty(0)),
    ],
    Reason.CLOSE_POSITION_WITH_QUANTITY: [
        order(
            close_position=True,
            order_type=cm.OrderType.STOP_MARKET,
            trigger_price=Price(61_000 * ONE),
        )
    ],
    Reason.PRICE_NOT_POSITIVE: [
        order(order_type=cm.OrderType.LIMIT, price=Price(-ONE)),
        order(order_type=cm.OrderType.STOP_MARKET, trigger_price=Price(-ONE)),
        cm.AmendOrder(account="ann", order_id="wait", price=Price(0), quantity=Qty(ONE // 100)),
    ],
    Reason.QUANTITY_NOT_POSITIVE: [
        order(quantity=Qty(0)),
        order(quantity=Qty(-ONE)),
        cm.AmendOrder(account="ann", order_id="wait", price=Price(59_000 * ONE), quantity=Qty(0)),
    ],
}
"""Reasons that need words a person cannot say."""


def _after(text: str, refused: str) -> None:
    Story().tell(BEFORE).tell(f"{text}\nann {refused}")


def _margin_mode_with_position() -> None:
    _after(
        "ann cancels wait\nann cancels stop", "chooses cross -> refused margin_mode_with_position"
    )


def _position_mode_with_position() -> None:
    _after(
        "ann cancels wait\nann cancels stop",
        "switches hedge -> refused position_mode_with_position",
    )


def _reduce_only_in_hedge_mode() -> None:
    Story().tell("""
        price is 60000
        ann switches hedge
        ann sells 0.01 reduce-only long -> refused reduce_only_in_hedge_mode
    """)


def _margin_insufficient_for_leverage() -> None:
    Story().tell("""
        price is 60000
        ann deposits 100
        ann buys 0.03, cross 20x
        ann sets leverage 10            -> refused margin_insufficient_for_leverage
    """)


def _too_many_orders() -> None:
    run = Story().tell("price is 60000\nann deposits 1000")
    for number in range(200):
        run.tell(f"ann stop-sells 50000 0.01 as o{number} -> accepted")
    run.tell("ann buys 0.01 -> refused too_many_orders")


def _too_many_conditional_orders() -> None:
    """In two symbols, so that neither has too many orders of its own."""
    run = Story().tell("price is 60000\nETHUSDT price is 3000\nann deposits 1000")
    for number in range(100):
        run.tell(f"ann stop-sells 50000 0.01 as b{number} -> accepted")
        run.tell(f"ann stop-sells 2000 0.1 ETHUSDT as e{number} -> accepted")
    run.tell("ann trail-buys 1% 0.01 -> refused too_many_conditional_orders")
    run.tell("ann buys 0.01 at 59000 -> accepted")


def _position_exceeds_bracket_at_leverage() -> None:
    Story().tell("""
        price is 60000
        ann deposits 10000
        ann buys 5.001, cross 150x      -> refused position_exceeds_bracket_at_leverage
    """)


LONGER: dict[Reason, Callable[[], None]] = {
    Reason.MARGIN_MODE_WITH_POSITION: _margin_mode_with_position,
    Reason.POSITION_MODE_WITH_POSITION: _position_mode_with_position,
    Reason.REDUCE_ONLY_IN_HEDGE_MODE: _reduce_only_in_hedge_mode,
    Reason.MARGIN_INSUFFICIENT_FOR_LEVERAGE: _margin_insufficient_for_leverage,
    Reason.TOO_MANY_ORDERS: _too_many_orders,
    Reason.TOO_MANY_CONDITIONAL_ORDERS: _too_many_conditional_orders,
    Reason.POSITION_EXCEEDS_BRACKET_AT_LEVERAGE: _position_exceeds_bracket_at_leverage,
}


def test_every_reason_is_met_by_a_story() -> None:
    assert set(WORDS) | set(COMMANDS) | set(LONGER) == set(Reason)


@pytest.mark.parametrize("reason", WORDS)
def test_an_action_is_refused_with_its_reason(reason: Reason) -> None:
    run = Story().tell(BEFORE)
    before = repr({**contents(run.state), "time_ns": 0})
    run.tell(f"ann {WORDS[reason]} -> refused {reason}")
    assert repr({**contents(run.state), "time_ns": 0}) == before


@pytest.mark.parametrize("reason", COMMANDS)
def test_a_command_is_refused_with_its_reason(reason: Reason) -> None:
    run = Story().tell(BEFORE)
    for command in COMMANDS[reason]:
        (event,) = run.do(command)
        assert getattr(event, "reason", None) is reason, command


@pytest.mark.parametrize("reason", LONGER)
def test_a_story_ends_in_its_reason(reason: Reason) -> None:
    LONGER[reason]()


FLAWS: dict[Reason, dict[str, object]] = {
    Reason.SYMBOL_UNKNOWN: {"symbol": "DOGEUSDT"},
    Reason.ORDER_ID_INVALID: {"order_id": "no spaces"},
    Reason.ORDER_ID_DUPLICATED: {"order_id": "wait"},
    Reason.POSITION_SIDE_DOES_NOT_MATCH_MODE: {"position_side": cm.PositionSide.LONG},
    Reason.ORDER_TERMS_CONTRADICT: {"trigger_price": Price(ONE)},
    Reason.PRICE_NOT_POSITIVE: {"price": Price(-1)},
    Reason.PRICE_OFF_TICK: {"price": Price(59_000 * ONE + 1)},
    Reason.PRICE_ABOVE_BAND: {"price": Price(70_000 * ONE)},
    Reason.QUANTITY_NOT_POSITIVE: {"quantity": Qty(0)},
    Reason.QUANTITY_BELOW_MINIMUM: {"quantity": Qty(1)},
    Reason.QUANTITY_ABOVE_MAXIMUM: {"quantity": Qty(10**6 * ONE)},
    Reason.QUANTITY_OFF_STEP: {"quantity": Qty(ONE + 1)},
    Reason.REDUCE_ONLY_REJECTED: {"reduce_only": True},
    Reason.CANNOT_FILL_AT_ONCE: {"time_in_force": cm.TimeInForce.FOK},
    Reason.MARGIN_INSUFFICIENT: {"quantity": Qty(2 * ONE)},
}
"""What is wrong with a limit order to buy 0.01 at 59,000, in the order of the checks."""


def test_of_several_reasons_the_first_in_their_order_is_given() -> None:
    good = order(order_type=cm.OrderType.LIMIT, price=Price(59_000 * ONE))
    ladder = [reason for reason in Reason if reason in FLAWS]
    for place, first in enumerate(ladder):
        for later in ladder[place + 1 :]:
            if set(FLAWS[first]) & set(FLAWS[later]):
                continue
            (event,) = Story().tell(BEFORE).do(replace(good, **FLAWS[later], **FLAWS[first]))  # type: ignore[arg-type]
            assert getattr(event, "reason", None) is first, f"{first} before {later}"


def test_each_reason_has_the_exchanges_code() -> None:
    assert {reason for reason in Reason if not reason.code} == {Reason.ACCOUNT_ALREADY_OPEN}
    assert all(-6000 < reason.code <= 0 for reason in Reason)


def test_a_refusal_tells_what_would_have_been_allowed() -> None:
    run = Story().tell(BEFORE)
    (event,) = run.do(
        cm.Withdraw(account="ann", wallet=cm.Wallet.FUTURES, amount=Money(2000 * ONE))
    )
    assert isinstance(event, ev.TransferRejected)
    run.do(cm.Withdraw(account="ann", wallet=cm.Wallet.FUTURES, amount=event.limit))
    assert isinstance(run.events[-1], ev.Withdrawn)
