"""Order terms: what an order says of itself, and whether that fits together."""

import re

from perplab.domain.commands import (
    OrderType,
    PlaceOrder,
    PositionMode,
    PositionSide,
    Side,
    TimeInForce,
)
from perplab.domain.numbers import Rate
from perplab.domain.reasons import Reason
from perplab.domain.state import Account, Order, State
from perplab.engine.triggers import trigger_reference

_ORDER_ID = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")
_SECOND_NS = 10**9
_SOONEST_NS = 600 * _SECOND_NS
_LATEST_NS = 253_402_300_799 * _SECOND_NS
"""A GTD order must end after more than ten minutes, and before the year 10000."""
CALLBACK_STEP = Rate(100_000)
CALLBACK_MOST = Rate(10_000_000)


def order_of(state: State, command: PlaceOrder) -> Order:
    """Return the order that a command asks for.

    A trailing stop begins at the price of now; the end of a GTD order counts in whole seconds.
    """
    order = Order(
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
        callback_rate=command.callback_rate,
        activation_price=command.activation_price,
        price_protect=command.price_protect,
        good_till_ns=command.good_till_ns,
    )
    if order.order_type is OrderType.TRAILING_STOP_MARKET:
        order.extreme = trigger_reference(state, order)
    if order.time_in_force is TimeInForce.GTD:
        order.good_till_ns -= order.good_till_ns % _SECOND_NS
    return order


def refuse_terms(state: State, account: Account, order: Order) -> Reason | None:
    """Return why an order contradicts itself, its account's mode or another order's ID."""
    if not _ORDER_ID.fullmatch(order.order_id):
        return Reason.ORDER_ID_INVALID
    if order.order_id in account.orders:
        return Reason.ORDER_ID_DUPLICATED
    hedge = account.position_mode is PositionMode.HEDGE
    if hedge == (order.position_side is PositionSide.BOTH):
        return Reason.POSITION_SIDE_DOES_NOT_MATCH_MODE
    if hedge and order.reduce_only:
        return Reason.REDUCE_ONLY_IN_HEDGE_MODE
    if order.close_position and order.quantity:
        return Reason.CLOSE_POSITION_WITH_QUANTITY
    if _contradicts(order):
        return Reason.ORDER_TERMS_CONTRADICT
    if order.order_type is OrderType.TRAILING_STOP_MARKET and not _is_callback(order.callback_rate):
        return Reason.CALLBACK_RATE_INVALID
    soonest = state.time_ns + _SOONEST_NS
    gtd = order.time_in_force is TimeInForce.GTD
    if gtd and not soonest < order.good_till_ns < _LATEST_NS:
        return Reason.GOOD_TILL_DATE_INVALID
    return None


def _contradicts(order: Order) -> bool:
    """Return whether an order names what its type does not have, or lacks what it needs."""
    kind = order.order_type
    trails = kind is OrderType.TRAILING_STOP_MARKET
    waits = kind.conditional and not trails
    return (
        bool(order.trigger_price) != waits
        or bool(order.price) != kind.limited
        or (not trails and bool(order.callback_rate or order.activation_price))
        or (order.price_protect and not waits)
        or (bool(order.good_till_ns) and order.time_in_force is not TimeInForce.GTD)
        or (order.close_position and (not waits or kind.limited or order.reduce_only))
        or (order.close_position and _opens_in_hedge(order))
        or order.time_in_force not in _times_in_force(kind)
    )


def _times_in_force(kind: OrderType) -> tuple[TimeInForce, ...]:
    if kind is OrderType.LIMIT:
        return tuple(TimeInForce)
    if kind.limited:
        return TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK
    return (TimeInForce.GTC,)


def _is_callback(rate: int) -> bool:
    """Return whether a rate is one of 0.1%, 0.2%, ... 10%."""
    return 0 < rate <= CALLBACK_MOST and not rate % CALLBACK_STEP


def _opens_in_hedge(order: Order) -> bool:
    """Return whether an order is on the side that grows a hedged position."""
    opening = {PositionSide.LONG: Side.BUY, PositionSide.SHORT: Side.SELL}
    return opening.get(order.position_side) is order.side
