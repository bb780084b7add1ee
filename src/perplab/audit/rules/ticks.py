"""Ticks: what a row of the tape does to waiting orders. Rules 18.6, 19.3, 19.4, 19.8."""

from collections.abc import Iterator
from fractions import Fraction

from perplab.audit.book import Book, Order
from perplab.audit.exact import UNIT, ZERO
from perplab.audit.hearing import Due, Expected
from perplab.audit.rules.orders import arrive_triggered, queued
from perplab.audit.rules.trades import fill, fillable
from perplab.audit.rules.triggers import is_held_back, is_reached, watches
from perplab.audit.tick import Tick


def meet(book: Book, tick: Tick) -> Due:
    """Expect what a tick triggers, by arrival, then the fills of what was resting before it."""
    mine = [order for order in book.orders.values() if order.symbol == tick.symbol]
    resting = [order for order in mine if not order.waits]
    for order in sorted(mine, key=lambda order: order.number):
        if _is_open(book, order) and is_due(book, order, tick.kind):
            yield from _trigger(book, order)
    yield from _fill(book, tick, resting)


def is_due(book: Book, order: Order, kind: str) -> bool:
    """Return whether a tick of a stream triggers a waiting order at the current prices."""
    return (
        order.waits
        and watches(book, order, kind)
        and is_reached(order, book.reference(order))
        and not is_held_back(book, order)
    )


def reached(book: Book, tick: Tick) -> Iterator[Order]:
    """Yield the resting orders that a tick fills, or that it moves up in the queue."""
    for order in book.orders.values():
        if order.symbol != tick.symbol or order.waits or not _reaches(book, tick, order):
            continue
        in_queue = order.ahead and tick.kind == "trade" and tick.price == order.price
        if in_queue and not tick.quantity:
            continue  # of a trade of unknown size nobody knows how much of the queue it took
        if fillable(book, order) or order.ahead:
            yield order


def _trigger(book: Book, order: Order) -> Due:
    fact = yield Expected(
        "OrderTriggered",
        {
            "account": order.account,
            "symbol": order.symbol,
            "order_id": order.order_id,
            "price": book.reference(order),
            "extreme": order.extreme,
            "number": book.next_number if order.limited else 0,
        },
        "18.9" if order.trails else "18.6",
        f"order {order.order_id} is reached",
    )
    if fact is not None:
        yield from arrive_triggered(book, order)


def _fill(book: Book, tick: Tick, orders: list[Order]) -> Due:
    """Expect fills by price, then arrival, of no more than was traded. Rules 19.4, 19.8."""
    left = tick.quantity if tick.kind == "trade" and tick.quantity else None
    for order in sorted(orders, key=lambda order: (-order.sign * order.price, order.number)):
        if not _is_open(book, order) or not _reaches(book, tick, order):
            continue
        room = left
        at_limit = tick.kind == "trade" and tick.price == order.price
        if order.ahead and at_limit:
            if not left:
                continue
            gone = min(order.ahead, left)
            yield queued(order, order.ahead - gone, "what was ahead traded first")
            room = left - gone
        quantity = _within(fillable(book, order), room)
        if quantity:
            before = order.remaining
            yield from fill(book, order, order.price, quantity, maker=True)
            left = None if left is None else left - before + order.remaining
        if order.ahead and not at_limit and _is_open(book, order):
            yield queued(order, ZERO, "the price went past it")


def _within(quantity: Fraction, room: Fraction | None) -> Fraction:
    return quantity if room is None else min(quantity, room)


def _reaches(book: Book, tick: Tick, order: Order) -> bool:
    """Return whether a tick's price reaches a resting order's. Rule 19.3."""
    if tick.kind not in book.instruments[order.symbol].fill_streams:
        return False
    price = tick.ask if tick.kind == "quote" and order.side == "buy" else tick.price
    return order.sign * (order.price - price) >= beyond(book, tick.kind)


def beyond(book: Book, kind: str) -> Fraction:
    """Return how far past a limit a price must be to fill it. Rules 19.3, 19.8."""
    rule = book.settings.limit_fill
    if kind == "quote" or rule == "touch":
        return ZERO
    return UNIT if rule == "through" or kind == "mark" else ZERO


def _is_open(book: Book, order: Order) -> bool:
    return book.orders.get(order.number) is order
