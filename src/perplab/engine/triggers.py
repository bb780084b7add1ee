"""Triggers: when a conditional order's price is reached."""

from perplab.domain.commands import OrderType, TriggerOn
from perplab.domain.numbers import ONE, Price, divide_up
from perplab.domain.state import Order, State


def trigger_reference(state: State, order: Order) -> Price:
    """Return the current price that a conditional order watches."""
    prices = state.prices[order.symbol]
    return prices.mark if order.trigger_on is TriggerOn.MARK else prices.last


def is_reached(order: Order, price: int) -> bool:
    """Return whether a price triggers a conditional order."""
    if order.order_type is OrderType.TRAILING_STOP_MARKET:
        return _has_come_back(order, price)
    return price <= order.trigger_price if order.falls else price >= order.trigger_price


def is_held_back(state: State, order: Order) -> bool:
    """Return whether price protection keeps an order from being triggered now.

    |last - mark| > trigger_protect * mark. docs/rules.md, Price protection.
    """
    if not order.price_protect:
        return False
    prices = state.prices[order.symbol]
    allowed = state.instruments[order.symbol].trigger_protect * prices.mark
    return abs(prices.last - prices.mark) * ONE > allowed


def would_activate(order: Order, price: int) -> bool:
    """Return whether a trailing stop's activation price, if it has one, is reached already."""
    if not order.activation_price:
        return False
    return _is_activated(order, price)


def _has_come_back(order: Order, price: int) -> bool:
    """Return whether a trailing stop is active and the price came back by its callback.

    A sell: price <= high * (1 - rate); a buy: price >= low * (1 + rate).
    """
    if order.activation_price and not _is_activated(order, order.extreme):
        return False
    back = order.extreme - price if order.falls else price - order.extreme
    return back >= divide_up(order.extreme * order.callback_rate, ONE)


def _is_activated(order: Order, extreme: int) -> bool:
    falls = order.falls
    return extreme >= order.activation_price if falls else extreme <= order.activation_price
