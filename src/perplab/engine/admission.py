"""Admission: whether an order may be accepted, as a ladder of refusals."""

import re
from dataclasses import replace

from perplab.domain.commands import (
    AmendOrder,
    MarginMode,
    OrderType,
    PlaceOrder,
    PositionMode,
    PositionSide,
    Side,
    TimeInForce,
    TriggerOn,
)
from perplab.domain.instrument import Instrument
from perplab.domain.numbers import ONE, Price, Qty, divide_up, fee_cut, value_of
from perplab.domain.reasons import Reason
from perplab.domain.state import Account, Order, State
from perplab.engine.margin import Ordered, available, exposure, initial_margin, opening_quantity
from perplab.engine.market import best_price, has_price, taker_price
from perplab.engine.trade import Execution, given_back

_ORDER_ID = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")
_MARKET_BUY_MARGIN = 100_050_000
"""A market buy is margined at the best ask plus 0.05%. docs/rules.md, Order margin."""


def refuse_order(state: State, command: PlaceOrder) -> Reason | None:
    """Return why an order is refused, or None; checks in the order of `Reason`."""
    account = state.accounts.get(command.account)
    if account is None:
        return Reason.ACCOUNT_UNKNOWN
    instrument = state.instruments.get(command.symbol)
    if instrument is None:
        return Reason.SYMBOL_UNKNOWN
    if not has_price(state, command.symbol):
        return Reason.NO_PRICE_YET
    order = order_of(state, command)
    return (
        _refuse_terms(account, order)
        or _refuse_filters(state, instrument, order)
        or _refuse_trigger(state, order)
        or _refuse_reduction(account, order)
        or _refuse_time_in_force(state, order)
        or (None if order.conditional else refuse_margin(state, account, order))
    )


def refuse_amendment(state: State, account: Account, command: AmendOrder) -> Reason | None:
    """Return why an amendment is refused, or None."""
    order = account.orders.get(command.order_id)
    if order is None:
        return Reason.ORDER_UNKNOWN
    if order.order_type is not OrderType.LIMIT:
        return Reason.ORDER_NOT_AMENDABLE
    if (order.price, order.quantity) == (command.price, command.quantity):
        return Reason.ORDER_UNCHANGED
    if 0 < command.quantity <= order.quantity - order.remaining:
        return None
    amended = amended_order(state, order, command)
    return _refuse_filters(
        state, state.instruments[order.symbol], amended, amending=True
    ) or refuse_margin(state, account, amended)


def order_of(state: State, command: PlaceOrder) -> Order:
    """Return the order that a command asks for."""
    return Order(
        account=command.account,
        symbol=command.symbol,
        order_id=command.order_id,
        number=state.next_number,
        side=command.side,
        order_type=command.order_type,
        position_side=command.position_side,
        quantity=command.quantity,
        remaining=command.quantity,
        price=command.price,
        trigger_price=command.trigger_price,
        trigger_on=command.trigger_on,
        time_in_force=command.time_in_force,
        reduce_only=command.reduce_only,
        close_position=command.close_position,
    )


def amended_order(state: State, order: Order, command: AmendOrder) -> Order:
    """Return the order as it would stand after an amendment."""
    return replace(
        order,
        number=state.next_number,
        quantity=command.quantity,
        remaining=Qty(order.remaining + command.quantity - order.quantity),
        price=command.price,
    )


def refuse_margin(state: State, account: Account, order: Order) -> Reason | None:
    """Return whether bracket or margin refuse what an order would open. docs/rules.md, Orders.

    The extra initial margin, the loss that it would open with and the taker fee must be
    available; an isolated opening moves its margin, so the futures wallet itself must hold it.
    """
    opening = opening_quantity(account, order)
    if not opening:
        return None
    leverage = state.leverage_of(account, order.symbol)
    price = _margin_price(state, order)
    ordered = Ordered(order.sign, value_of(price, order.remaining))
    before = exposure(state, account, order.symbol, without=order.order_id)
    after = exposure(state, account, order.symbol, without=order.order_id, plus=ordered)
    cap = state.instruments[order.symbol].notional_cap(leverage) * ONE
    if after.bound > max(cap, before.bound):
        return Reason.POSITION_EXCEEDS_BRACKET_AT_LEVERAGE
    extra = initial_margin(after.bound, leverage) - initial_margin(before.bound, leverage)
    worst = price if order.price or order.side is Side.BUY else min(price, _taken(state, order))
    back = given_back(account, _flip(state, order, worst))
    if account.mode_of(order.symbol) is MarginMode.ISOLATED and extra > account.futures + back:
        return Reason.MARGIN_INSUFFICIENT
    loss = opening * max(0, order.sign * (worst - state.prices[order.symbol].mark))
    fee = fee_cut(value_of(price, opening), state.settings.taker_fee)
    free = available(state, account) + _held_back(state, account, order) + back
    if extra + divide_up(loss, ONE) + fee > free:
        return Reason.MARGIN_INSUFFICIENT
    return None


def crosses(state: State, order: Order) -> bool:
    """Return whether a limit order would trade at once."""
    best = best_price(state, order.symbol, order.side)
    return order.price >= best if order.side is Side.BUY else order.price <= best


def is_reached(order: Order, price: int) -> bool:
    """Return whether a price triggers a stop or take-profit."""
    falls = (order.side is Side.SELL) == (order.order_type is OrderType.STOP_MARKET)
    return price <= order.trigger_price if falls else price >= order.trigger_price


def trigger_reference(state: State, order: Order) -> Price:
    """Return the current price that a stop or take-profit watches."""
    prices = state.prices[order.symbol]
    return prices.mark if order.trigger_on is TriggerOn.MARK else prices.last


def _taken(state: State, order: Order) -> Price:
    """Return the price that the order would get now."""
    return taker_price(state, order.symbol, order.side)


def _flip(state: State, order: Order, price: int) -> Execution:
    """Return the order as a trade, for what closing the opposite position would give back."""
    signed = order.sign * order.remaining
    return Execution(order.symbol, order.position_side, signed, price, state.settings.taker_fee)


def _held_back(state: State, account: Account, order: Order) -> int:
    """Return the margin that the order binds already, when it is being amended."""
    if order.order_id not in account.orders:
        return 0
    leverage = state.leverage_of(account, order.symbol)
    now = exposure(state, account, order.symbol).bound
    rest = exposure(state, account, order.symbol, without=order.order_id).bound
    return initial_margin(now, leverage) - initial_margin(rest, leverage)


def _margin_price(state: State, order: Order) -> int:
    """Return the price an order is margined at: its limit, or a market order's assumed price."""
    if order.price:
        return order.price
    taken = _taken(state, order)
    best = best_price(state, order.symbol, order.side)
    if order.side is Side.BUY:
        return max(taken, divide_up(best * _MARKET_BUY_MARGIN, ONE))
    return max(taken, best, state.prices[order.symbol].mark)


def _refuse_terms(account: Account, order: Order) -> Reason | None:
    if not _ORDER_ID.fullmatch(order.order_id):
        return Reason.ORDER_ID_INVALID
    if order.order_id in account.orders:
        return Reason.ORDER_ID_DUPLICATED
    hedge = account.position_mode is PositionMode.HEDGE
    if hedge == (order.position_side is PositionSide.BOTH):
        return Reason.POSITION_SIDE_DOES_NOT_MATCH_MODE
    if hedge and order.reduce_only:
        return Reason.REDUCE_ONLY_IN_HEDGE_MODE
    conditional = order.order_type in {OrderType.STOP_MARKET, OrderType.TAKE_PROFIT_MARKET}
    if order.close_position and order.quantity:
        return Reason.CLOSE_POSITION_WITH_QUANTITY
    if (
        bool(order.trigger_price) != conditional
        or bool(order.price) != (order.order_type is OrderType.LIMIT)
        or (order.close_position and (not conditional or order.reduce_only))
        or (order.close_position and _opens_in_hedge(order))
        or (order.time_in_force is not TimeInForce.GTC and order.order_type is not OrderType.LIMIT)
    ):
        return Reason.ORDER_TERMS_CONTRADICT
    return None


def _opens_in_hedge(order: Order) -> bool:
    """Return whether an order is on the side that grows a hedged position."""
    opening = {PositionSide.LONG: Side.BUY, PositionSide.SHORT: Side.SELL}
    return opening.get(order.position_side) is order.side


def _refuse_filters(
    state: State, instrument: Instrument, order: Order, *, amending: bool = False
) -> Reason | None:
    account = state.accounts[order.account]
    same = sum(1 for other in account.orders.values() if other.symbol == order.symbol)
    if not amending and same >= instrument.max_orders:
        return Reason.TOO_MANY_ORDERS
    return _refuse_price(state, instrument, order) or _refuse_quantity(state, instrument, order)


def _refuse_price(state: State, instrument: Instrument, order: Order) -> Reason | None:
    lowest = 1 if order.order_type is OrderType.LIMIT else 0
    if order.price < lowest or order.trigger_price < 0:
        return Reason.PRICE_NOT_POSITIVE
    if order.price % instrument.tick or order.trigger_price % instrument.tick:
        return Reason.PRICE_OFF_TICK
    mark = state.prices[order.symbol].mark
    if order.price and order.side is Side.BUY and order.price * ONE > mark * instrument.price_up:
        return Reason.PRICE_ABOVE_BAND
    if order.price and order.side is Side.SELL and order.price * ONE < mark * instrument.price_down:
        return Reason.PRICE_BELOW_BAND
    return None


def _refuse_quantity(state: State, instrument: Instrument, order: Order) -> Reason | None:
    if order.close_position:
        return None
    if order.quantity <= 0:
        return Reason.QUANTITY_NOT_POSITIVE
    if order.quantity < instrument.min_quantity:
        return Reason.QUANTITY_BELOW_MINIMUM
    if order.quantity > instrument.max_quantity:
        return Reason.QUANTITY_ABOVE_MAXIMUM
    if order.quantity % instrument.step:
        return Reason.QUANTITY_OFF_STEP
    price = order.price or order.trigger_price or state.prices[order.symbol].mark
    if not order.closes and price * order.quantity < instrument.min_notional * ONE:
        return Reason.NOTIONAL_BELOW_MINIMUM
    return None


def _refuse_trigger(state: State, order: Order) -> Reason | None:
    if order.conditional and is_reached(order, trigger_reference(state, order)):
        return Reason.WOULD_TRIGGER_IMMEDIATELY
    return None


def _refuse_reduction(account: Account, order: Order) -> Reason | None:
    if not order.closes or order.conditional:
        return None
    held = account.held(order.symbol, order.position_side)
    if held * order.sign >= 0:
        return Reason.REDUCE_ONLY_REJECTED
    return None


def _refuse_time_in_force(state: State, order: Order) -> Reason | None:
    if order.time_in_force is TimeInForce.FOK and not crosses(state, order):
        return Reason.CANNOT_FILL_AT_ONCE
    if order.time_in_force is TimeInForce.GTX and crosses(state, order):
        return Reason.WOULD_TAKE
    return None
