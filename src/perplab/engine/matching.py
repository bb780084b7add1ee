"""Matching: how orders meet the market, when they arrive and as the tape goes on."""

from collections.abc import Iterator, Sequence

from perplab.domain import events as ev
from perplab.domain.commands import (
    AmendOrder,
    CancelAllOrders,
    CancelOrder,
    Observation,
    ObserveMark,
    ObserveQuote,
    ObserveTrade,
    OrderType,
    PlaceOrder,
    Side,
    TimeInForce,
    TriggerOn,
)
from perplab.domain.instrument import Instrument, Kind, LimitFill
from perplab.domain.numbers import Price, Qty
from perplab.domain.reasons import Cancellation, Expiry, Reason
from perplab.domain.state import Order, State
from perplab.engine.admission import (
    crosses,
    is_reached,
    refuse_amendment,
    refuse_margin,
    refuse_order,
    trigger_reference,
)
from perplab.engine.market import taker_price
from perplab.engine.trade import expire, fill


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
    yield ev.OrderAccepted(
        account=command.account,
        symbol=command.symbol,
        order_id=command.order_id,
        number=state.next_number,
        side=command.side,
        order_type=command.order_type,
        quantity=command.quantity,
        position_side=command.position_side,
        price=command.price,
        trigger_price=command.trigger_price,
        trigger_on=command.trigger_on,
        time_in_force=command.time_in_force,
        reduce_only=command.reduce_only,
        close_position=command.close_position,
    )
    order = state.accounts[command.account].orders[command.order_id]
    if order.order_type is OrderType.MARKET:
        yield from take(state, order)
    elif order.order_type is OrderType.LIMIT:
        yield from _arrive(state, order)


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
    yield from _arrive(state, order)


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


def canceled(order: Order, cancellation: Cancellation) -> ev.OrderCanceled:
    """Return the event that ends an order by somebody's will."""
    return ev.OrderCanceled(
        account=order.account,
        symbol=order.symbol,
        order_id=order.order_id,
        cancellation=cancellation,
    )


def take(state: State, order: Order) -> Iterator[ev.Event]:
    """Yield the fill of an order that takes what the market gives, to the last of it."""
    price: int = taker_price(state, order.symbol, order.side)
    if order.price:
        best = min if order.side is Side.BUY else max
        price = best(price, order.price)
    quantity = _clip(state, order)
    if not quantity:
        yield expire(order, Expiry.NO_POSITION)
        return
    yield from fill(state, order, price, quantity, maker=False)


def meet(state: State, tick: Observation, orders: Sequence[Order]) -> Iterator[ev.Event]:
    """Yield what a tick does to orders of its symbol: triggers by arrival, then fills.

    Fills go by price, then arrival. A tick that traded so much fills no more than that, over all
    orders together.
    """
    for order in sorted(orders, key=lambda order: order.number):
        if order.conditional and _watches(state, tick, order):
            reference = trigger_reference(state, order)
            if is_reached(order, reference) and _is_open(state, order):
                yield from _trigger(state, order, reference)
    left = tick.quantity if isinstance(tick, ObserveTrade) and tick.quantity else None
    for order in sorted(orders, key=lambda order: (-order.sign * order.price, order.number)):
        if order.trigger_price or not _is_open(state, order) or not _reaches(state, tick, order):
            continue
        quantity = _clip(state, order)
        if left is not None:
            quantity = Qty(min(quantity, left))
        if quantity:
            before = order.remaining
            yield from fill(state, order, order.price, quantity, maker=True)
            if left is not None:
                left = Qty(left - before + order.remaining)


def limit_bounds(
    state: State, instrument: Instrument, order: Order
) -> list[tuple[Kind, int | None, int | None]]:
    """Return, per stream, the price at or beyond which a tick concerns an order."""
    if order.conditional:
        kind = (
            instrument.mark_stream if order.trigger_on is TriggerOn.MARK else instrument.last_stream
        )
        falls = (order.side is Side.SELL) == (order.order_type is OrderType.STOP_MARKET)
        return [
            (kind, order.trigger_price if falls else None, None if falls else order.trigger_price)
        ]
    bounds: list[tuple[Kind, int | None, int | None]] = []
    for kind in instrument.fill_streams:
        price = order.price - order.sign * _beyond(state, kind)
        buys = order.side is Side.BUY
        bounds.append((kind, price if buys else None, None if buys else price))
    return bounds


def _arrive(state: State, order: Order) -> Iterator[ev.Event]:
    """Yield what a limit order trades at once; the rest of an IOC expires."""
    if crosses(state, order):
        yield from take(state, order)
    elif order.time_in_force is TimeInForce.IOC:
        yield expire(order, Expiry.IOC_REST)


def _trigger(state: State, order: Order, price: Price) -> Iterator[ev.Event]:
    """Yield a stop's way to the market, with the margin check it was spared until now."""
    account = state.accounts[order.account]
    yield ev.OrderTriggered(
        account=order.account, symbol=order.symbol, order_id=order.order_id, price=price
    )
    refused = refuse_margin(state, account, order)
    if refused:
        beyond = refused is Reason.POSITION_EXCEEDS_BRACKET_AT_LEVERAGE
        yield expire(order, Expiry.BRACKET_EXCEEDED if beyond else Expiry.MARGIN_INSUFFICIENT)
        return
    yield from take(state, order)


def _watches(state: State, tick: Observation, order: Order) -> bool:
    """Return whether the tick's stream is the one that a stop watches."""
    instrument = state.instruments[order.symbol]
    on_mark = order.trigger_on is TriggerOn.MARK
    return _kind(tick) is (instrument.mark_stream if on_mark else instrument.last_stream)


def _reaches(state: State, tick: Observation, order: Order) -> bool:
    """Return whether the tick fills a resting limit order. docs/rules.md, Fills."""
    kind = _kind(tick)
    if kind not in state.instruments[order.symbol].fill_streams:
        return False
    if isinstance(tick, ObserveQuote):
        price: int = tick.ask if order.side is Side.BUY else tick.bid
    else:
        price = tick.price
    return order.sign * (order.price - price) >= _beyond(state, kind)


def _beyond(state: State, kind: Kind) -> int:
    """Return by how much a price must pass a limit to fill it."""
    through = state.settings.limit_fill is LimitFill.THROUGH and kind is not Kind.QUOTE
    return 1 if through else 0


def _kind(tick: Observation) -> Kind:
    if isinstance(tick, ObserveTrade):
        return Kind.TRADE
    return Kind.MARK if isinstance(tick, ObserveMark) else Kind.QUOTE


def _clip(state: State, order: Order) -> Qty:
    """Return how much of an order may trade: a closing one no more than is held."""
    if not order.closes:
        return order.remaining
    held = state.accounts[order.account].held(order.symbol, order.position_side)
    closable = max(0, -order.sign * held)
    return Qty(closable if order.close_position else min(order.remaining, closable))


def _is_open(state: State, order: Order) -> bool:
    return state.orders.get(order.number) is order
