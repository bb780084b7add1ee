"""Arrival: what an order does when it comes to the market."""

from collections.abc import Iterator

from perplab.domain import events as ev
from perplab.domain.commands import Side, TimeInForce
from perplab.domain.instrument import LimitFill
from perplab.domain.numbers import ONE, Qty, divide_up
from perplab.domain.reasons import Expiry, Reason
from perplab.domain.state import Order, State
from perplab.engine.market import crosses, taker_price
from perplab.engine.order_margin import refuse_margin
from perplab.engine.trade import expire, fill


def take(state: State, order: Order) -> Iterator[ev.Event]:
    """Yield the fill of an order that takes what the market gives, to the last of it."""
    price: int = taker_price(state, order.symbol, order.side)
    if order.price:
        best = min if order.side is Side.BUY else max
        price = best(price, order.price)
    quantity = fillable(state, order)
    if not quantity:
        yield expire(order, Expiry.NO_POSITION)
        return
    yield from fill(state, order, price, quantity, maker=False)


def arrive(state: State, order: Order) -> Iterator[ev.Event]:
    """Yield what a limit order trades at once; what may not wait expires, the rest queues up."""
    if crosses(state, order):
        yield from take(state, order)
    elif order.time_in_force is TimeInForce.IOC:
        yield expire(order, Expiry.IOC_REST)
    elif order.time_in_force is TimeInForce.FOK:
        yield expire(order, Expiry.CANNOT_FILL_AT_ONCE)
    elif ahead := _ahead(state, order):
        yield queued(order, ahead)


def arrive_triggered(state: State, order: Order) -> Iterator[ev.Event]:
    """Yield a triggered order's way to the market, with the checks it was spared until now."""
    if not fillable(state, order):
        yield expire(order, Expiry.NO_POSITION)
        return
    refused = refuse_margin(state, state.accounts[order.account], order)
    if refused:
        beyond = refused is Reason.POSITION_EXCEEDS_BRACKET_AT_LEVERAGE
        yield expire(order, Expiry.BRACKET_EXCEEDED if beyond else Expiry.MARGIN_INSUFFICIENT)
        return
    yield from arrive(state, order) if order.order_type.limited else take(state, order)


def fillable(state: State, order: Order) -> Qty:
    """Return how much of an order may trade: a closing one no more than is held."""
    if not order.closes:
        return order.remaining
    held = state.accounts[order.account].held(order.symbol, order.position_side)
    closable = max(0, -order.sign * held)
    return Qty(closable if order.close_position else min(order.remaining, closable))


def queued(order: Order, ahead: int) -> ev.OrderQueued:
    """Return the event that says how much is ahead of a resting order."""
    return ev.OrderQueued(
        account=order.account, symbol=order.symbol, order_id=order.order_id, ahead=Qty(ahead)
    )


def _ahead(state: State, order: Order) -> int:
    """Return what is assumed to rest before a new order at its price. docs/rules.md, Queue."""
    if state.settings.limit_fill is not LimitFill.QUEUE:
        return 0
    return divide_up(state.settings.queue_ahead * ONE, order.price)
