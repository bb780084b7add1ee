"""Admission: whether an order may be accepted, as a ladder of refusals."""

from dataclasses import replace

from perplab.domain.commands import (
    AmendOrder,
    PlaceOrder,
    Side,
    TimeInForce,
)
from perplab.domain.instrument import Instrument
from perplab.domain.numbers import ONE, Qty
from perplab.domain.reasons import Reason
from perplab.domain.state import Account, Order, State
from perplab.engine.market import crosses, has_price
from perplab.engine.order_margin import refuse_margin
from perplab.engine.order_terms import order_of, refuse_terms
from perplab.engine.triggers import is_reached, trigger_reference, would_activate

MAX_CONDITIONAL_ORDERS = 200
"""Of one account, over all symbols. docs/rules.md, Conditional orders."""


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
    if order.conditional and not trigger_reference(state, order):
        return Reason.NO_PRICE_YET
    return (
        refuse_terms(state, account, order)
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
    if order.conditional or not order.order_type.limited:
        return Reason.ORDER_NOT_AMENDABLE
    if (order.price, order.quantity) == (command.price, command.quantity):
        return Reason.ORDER_UNCHANGED
    if 0 < command.quantity <= order.quantity - order.remaining:
        return None
    amended = amended_order(state, order, command)
    return _refuse_filters(
        state, state.instruments[order.symbol], amended, amending=True
    ) or refuse_margin(state, account, amended)


def amended_order(state: State, order: Order, command: AmendOrder) -> Order:
    """Return the order as it would stand after an amendment."""
    return replace(
        order,
        number=state.next_number,
        quantity=command.quantity,
        remaining=Qty(order.remaining + command.quantity - order.quantity),
        price=command.price,
    )


def _refuse_filters(
    state: State, instrument: Instrument, order: Order, *, amending: bool = False
) -> Reason | None:
    account = state.accounts[order.account]
    same = sum(1 for other in account.orders.values() if other.symbol == order.symbol)
    if not amending and same >= instrument.max_orders:
        return Reason.TOO_MANY_ORDERS
    waiting = sum(1 for other in account.orders.values() if other.conditional)
    if order.conditional and waiting >= MAX_CONDITIONAL_ORDERS:
        return Reason.TOO_MANY_CONDITIONAL_ORDERS
    return _refuse_price(state, instrument, order) or _refuse_quantity(state, instrument, order)


def _refuse_price(state: State, instrument: Instrument, order: Order) -> Reason | None:
    lowest = 1 if order.order_type.limited else 0
    if order.price < lowest or order.trigger_price < 0 or order.activation_price < 0:
        return Reason.PRICE_NOT_POSITIVE
    if any(
        price % instrument.tick
        for price in (order.price, order.trigger_price, order.activation_price)
    ):
        return Reason.PRICE_OFF_TICK
    return _refuse_band(state, instrument, order) if order.price else None


def _refuse_band(state: State, instrument: Instrument, order: Order) -> Reason | None:
    """Compare a limit with the mark, or with the trigger while the order waits for that."""
    waits = order.conditional
    around = order.trigger_price if waits else state.prices[order.symbol].mark
    if order.side is Side.BUY and order.price * ONE > around * instrument.price_up:
        return Reason.PRICE_ABOVE_TRIGGER_BAND if waits else Reason.PRICE_ABOVE_BAND
    if order.side is Side.SELL and order.price * ONE < around * instrument.price_down:
        return Reason.PRICE_BELOW_TRIGGER_BAND if waits else Reason.PRICE_BELOW_BAND
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
    if not order.conditional:
        return None
    price = trigger_reference(state, order)
    if is_reached(order, price) or would_activate(order, price):
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
    if order.conditional:
        return None
    if order.time_in_force is TimeInForce.FOK and not crosses(state, order):
        return Reason.CANNOT_FILL_AT_ONCE
    if order.time_in_force is TimeInForce.GTX and crosses(state, order):
        return Reason.WOULD_TAKE
    return None
