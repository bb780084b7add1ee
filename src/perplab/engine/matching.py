"""Matching: what a tick of the tape does to the orders that wait for it."""

from collections.abc import Iterator, Sequence

from perplab.domain import events as ev
from perplab.domain.commands import (
    Observation,
    ObserveQuote,
    ObserveTrade,
    OrderType,
    Side,
    kind_of,
)
from perplab.domain.instrument import Instrument, Kind, LimitFill
from perplab.domain.numbers import INT64_MAX, Price, Qty
from perplab.domain.state import Order, State, watched_stream
from perplab.engine.arrival import arrive_triggered, fillable, queued
from perplab.engine.trade import fill
from perplab.engine.triggers import is_held_back, is_reached, trigger_reference


def meet(state: State, tick: Observation, orders: Sequence[Order]) -> Iterator[ev.Event]:
    """Yield what a tick does to orders of its symbol: triggers by arrival, then fills.

    What is triggered comes to the book after the tick, which does not fill it.
    """
    resting = [order for order in orders if not order.conditional]
    for order in sorted(orders, key=lambda order: order.number):
        if order.conditional and _is_open(state, order) and _watches(state, tick, order):
            price = trigger_reference(state, order)
            if is_reached(order, price) and not is_held_back(state, order):
                yield _triggered(state, order, price)
                yield from arrive_triggered(state, order)
    yield from _fill(state, tick, resting)


def _fill(state: State, tick: Observation, orders: Sequence[Order]) -> Iterator[ev.Event]:
    """Yield the fills of resting orders, by price, then arrival.

    A tick that traded so much fills no more than that, over all orders together; of a trade at an
    order's very price what is ahead of the order takes its part first. docs/rules.md, Queue.
    """
    left = tick.quantity if isinstance(tick, ObserveTrade) and tick.quantity else None
    for order in sorted(orders, key=lambda order: (-order.sign * order.price, order.number)):
        if not _is_open(state, order) or not _reaches(state, tick, order):
            continue
        room = left
        at_limit = isinstance(tick, ObserveTrade) and tick.price == order.price
        if order.ahead and at_limit:
            if not left:
                continue  # of a trade of unknown size nobody knows how much of the queue it took
            gone = min(order.ahead, left)
            yield queued(order, order.ahead - gone)
            room = Qty(left - gone)
        quantity = fillable(state, order)
        quantity = quantity if room is None else Qty(min(quantity, room))
        if quantity:
            before = order.remaining
            yield from fill(state, order, order.price, quantity, maker=True)
            if left is not None:
                left = Qty(left - before + order.remaining)
        if order.ahead and not at_limit and _is_open(state, order):
            yield queued(order, 0)


def limit_bounds(
    state: State, instrument: Instrument, order: Order
) -> list[tuple[Kind, int | None, int | None]]:
    """Return, per stream, the price at or beyond which a tick concerns an order."""
    if order.conditional:
        if order.order_type is OrderType.TRAILING_STOP_MARKET:
            return []  # the exchange shows it every tick of its stream; the tape finds its row
        kind, trigger = watched_stream(instrument, order), order.trigger_price
        reached = (kind, trigger if order.falls else None, None if order.falls else trigger)
        if order.price_protect and is_reached(order, trigger_reference(state, order)):
            # Held back: whatever brings last price and mark together triggers it.
            other = _other(instrument, kind)
            return [reached, (other, INT64_MAX, None)]
        return [reached]
    bounds: list[tuple[Kind, int | None, int | None]] = []
    for kind in instrument.fill_streams:
        price = order.price - order.sign * _beyond(state, kind)
        buys = order.side is Side.BUY
        bounds.append((kind, price if buys else None, None if buys else price))
    return bounds


def _triggered(state: State, order: Order, price: Price) -> ev.OrderTriggered:
    return ev.OrderTriggered(
        account=order.account,
        symbol=order.symbol,
        order_id=order.order_id,
        price=price,
        extreme=order.extreme,
        number=state.next_number if order.order_type.limited else 0,
    )


def _watches(state: State, tick: Observation, order: Order) -> bool:
    """Return whether the tick's stream is one that a conditional order watches."""
    instrument, kind = state.instruments[order.symbol], kind_of(tick)
    watched = watched_stream(instrument, order)
    return kind is watched or (order.price_protect and kind is _other(instrument, watched))


def _other(instrument: Instrument, kind: Kind) -> Kind:
    """Return the stream of the mark for that of the last price, and the other way about."""
    return instrument.mark_stream if kind is instrument.last_stream else instrument.last_stream


def _reaches(state: State, tick: Observation, order: Order) -> bool:
    """Return whether the tick fills a resting limit order. docs/rules.md, Fills."""
    kind = kind_of(tick)
    if kind not in state.instruments[order.symbol].fill_streams:
        return False
    if isinstance(tick, ObserveQuote):
        price: int = tick.ask if order.side is Side.BUY else tick.bid
    else:
        price = tick.price
    return order.sign * (order.price - price) >= _beyond(state, kind)


def _beyond(state: State, kind: Kind) -> int:
    """Return by how much a price must pass a limit to fill it.

    A mark at the limit says nothing of how much traded there, and so moves no queue.
    """
    rule = state.settings.limit_fill
    if kind is Kind.QUOTE or rule is LimitFill.TOUCH:
        return 0
    return 1 if rule is LimitFill.THROUGH or kind is Kind.MARK else 0


def _is_open(state: State, order: Order) -> bool:
    return state.orders.get(order.number) is order
