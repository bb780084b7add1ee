"""Triggers: when a waiting order's price is reached. Rules 18.6, 18.9, 18.10."""

from fractions import Fraction

from perplab.audit.book import Book, Order


def is_reached(order: Order, price: Fraction) -> bool:
    """Return whether a price triggers a waiting order. Rules 18.6, 18.9."""
    if order.trails:
        return _has_come_back(order, price)
    return price <= order.trigger_price if order.falls else price >= order.trigger_price


def is_activated(order: Order, extreme: Fraction) -> bool:
    """Return whether a trailing stop's extreme has reached its activation price. Rule 18.9."""
    wanted = order.activation_price
    return extreme >= wanted if order.falls else extreme <= wanted


def is_held_back(book: Book, order: Order) -> bool:
    """Return whether price protection keeps an order waiting now. Rule 18.10."""
    prices = book.prices[order.symbol]
    allowed = book.instruments[order.symbol].trigger_protect * prices.mark
    return order.price_protect and abs(prices.last - prices.mark) > allowed


def watches(book: Book, order: Order, kind: str) -> bool:
    """Return whether a price stream of its symbol may trigger a waiting order."""
    instrument = book.instruments[order.symbol]
    both = (instrument.mark_stream, instrument.last_stream)
    return kind == book.watched(order) or (order.price_protect and kind in both)


def _has_come_back(order: Order, price: Fraction) -> bool:
    """Return whether the price came back from the extreme by the callback rate, once active."""
    if order.activation_price and not is_activated(order, order.extreme):
        return False
    if order.falls:
        return price <= order.extreme * (1 - order.callback_rate)
    return price >= order.extreme * (1 + order.callback_rate)
