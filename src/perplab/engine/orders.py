"""Orders: what becomes of the commands that place, amend, cancel and expire them."""

from collections.abc import Iterator

from perplab.domain import events as ev
from perplab.domain.commands import (
    AmendOrder,
    CancelAllOrders,
    CancelOrder,
    OrderType,
    PlaceOrder,
    TimeInForce,
)
from perplab.domain.reasons import Cancellation, Expiry, Reason
from perplab.domain.state import Order, State
from perplab.engine.admission import refuse_amendment, refuse_order
from perplab.engine.arrival import arrive, take
from perplab.engine.market import crosses
from perplab.engine.order_terms import order_of
from perplab.engine.trade import expire


def place(state: State, command: PlaceOrder) -> Iterator[ev.Event]:
    """Yield an order's refusal, or its acceptance and what it trades at once."""
    if reason := refuse_order(state, command):
        yield ev.OrderRejected(
            account=command.account,
            symbol=command.symbol,
            order_id=command.order_id,
            reason=reason,
        )
        return
    yield _accepted(order_of(state, command))
    order = state.accounts[command.account].orders[command.order_id]
    if order.order_type is OrderType.MARKET:
        yield from take(state, order)
    elif order.order_type is OrderType.LIMIT:
        yield from arrive(state, order)


def amend(state: State, command: AmendOrder) -> Iterator[ev.Event]:
    """Yield an amendment, and what the order then trades at once."""
    account = state.accounts.get(command.account)
    reason = refuse_amendment(state, account, command) if account else Reason.ACCOUNT_UNKNOWN
    if account is None or reason:
        assert reason is not None
        yield ev.AmendmentRejected(
            account=command.account, order_id=command.order_id, reason=reason
        )
        return
    order = account.orders[command.order_id]
    if command.quantity <= order.quantity - order.remaining:
        yield canceled(order, Cancellation.AMENDED_AWAY)
        return
    yield ev.OrderAmended(
        account=order.account,
        symbol=order.symbol,
        order_id=order.order_id,
        number=state.next_number,
        price=command.price,
        quantity=command.quantity,
    )
    if order.time_in_force is TimeInForce.GTX and crosses(state, order):
        yield canceled(order, Cancellation.AMENDED_AWAY)
        return
    yield from arrive(state, order)


def cancel(state: State, command: CancelOrder) -> Iterator[ev.Event]:
    """Yield the end of one order."""
    account = state.accounts.get(command.account)
    if account is None or command.order_id not in account.orders:
        reason = Reason.ORDER_UNKNOWN if account else Reason.ACCOUNT_UNKNOWN
        yield ev.CancellationRejected(
            account=command.account, order_id=command.order_id, reason=reason
        )
        return
    yield canceled(account.orders[command.order_id], Cancellation.USER)


def cancel_all(state: State, command: CancelAllOrders) -> Iterator[ev.Event]:
    """Yield the end of all of an account's orders of one symbol."""
    account = state.accounts.get(command.account)
    if account is None or command.symbol not in state.instruments:
        reason = Reason.SYMBOL_UNKNOWN if account else Reason.ACCOUNT_UNKNOWN
        yield ev.CancellationRejected(account=command.account, order_id="", reason=reason)
        return
    for order in list(account.orders.values()):
        if order.symbol == command.symbol:
            yield canceled(order, Cancellation.USER)


def expire_due(state: State) -> Iterator[ev.Event]:
    """Yield the end of every GTD order whose time has come, by arrival."""
    for order in list(state.orders.values()):
        if is_due(order, state.time_ns):
            yield expire(order, Expiry.GOOD_TILL_DATE)


def is_due(order: Order, time_ns: int) -> bool:
    """Return whether a GTD order's time has come."""
    return 0 < order.good_till_ns <= time_ns


def canceled(order: Order, cancellation: Cancellation) -> ev.OrderCanceled:
    """Return the event that ends an order by somebody's will."""
    return ev.OrderCanceled(
        account=order.account,
        symbol=order.symbol,
        order_id=order.order_id,
        cancellation=cancellation,
    )


def _accepted(order: Order) -> ev.OrderAccepted:
    return ev.OrderAccepted(
        account=order.account,
        symbol=order.symbol,
        order_id=order.order_id,
        number=order.number,
        side=order.side,
        order_type=order.order_type,
        quantity=order.quantity,
        position_side=order.position_side,
        price=order.price,
        trigger_price=order.trigger_price,
        trigger_on=order.trigger_on,
        time_in_force=order.time_in_force,
        reduce_only=order.reduce_only,
        close_position=order.close_position,
        callback_rate=order.callback_rate,
        activation_price=order.activation_price,
        extreme=order.extreme,
        price_protect=order.price_protect,
        good_till_ns=order.good_till_ns,
    )
