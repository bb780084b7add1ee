"""Admission: whether an order may be accepted, and with which reason it is refused. Rule 18."""

import re
from dataclasses import replace
from fractions import Fraction

from perplab.audit.book import Account, Book, Order
from perplab.audit.exact import ZERO, down, number, up
from perplab.audit.margin import Extra, exposure, free, initial, opening_quantity
from perplab.audit.market import best_price, crosses, has_price, taker_price
from perplab.audit.messages import Fact
from perplab.audit.rules.trades import Trade, fee_of, given_back
from perplab.audit.rules.triggers import is_activated, is_reached

_SECOND_NS = 10**9
_SOONEST_NS = 600 * _SECOND_NS
_LATEST_NS = 253_402_300_799 * _SECOND_NS
_MOST_WAITING = 200
_CALLBACK_STEP, _CALLBACK_MOST = number("0.001"), number("0.1")
_MARKET_BUY = number("1.0005")
_ORDER_ID = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")
_WAITING = ("stop_market", "take_profit_market", "stop", "take_profit")
_TIMES = {
    "limit": ("gtc", "ioc", "fok", "gtx", "gtd"),
    "stop": ("gtc", "ioc", "fok"),
    "take_profit": ("gtc", "ioc", "fok"),
}


def order_of(book: Book, command: Fact) -> Order:
    """Return the order that a command asks for. Rules 18.9, 18.11."""
    order = Order(number=book.next_number, remaining=command["quantity"], **command.body)
    if order.trails:
        order.extreme = book.reference(order)
    if order.time_in_force == "gtd":
        order.good_till_ns -= order.good_till_ns % _SECOND_NS
    return order


def refusal(book: Book, command: Fact) -> str | None:
    """Return why an order is refused, None if it is not; the first in the order of rule 18.12."""
    account = book.accounts.get(command.account)
    if account is None:
        return "account_unknown"
    if command.symbol not in book.instruments:
        return "symbol_unknown"
    if not has_price(book, command.symbol):
        return "no_price_yet"
    order = order_of(book, command)
    if order.waits and not book.reference(order):
        return "no_price_yet"
    return (
        _of_terms(book, account, order)
        or _of_filters(book, account, order)
        or _of_trigger(book, order)
        or _of_reduction(account, order)
        or _of_time_in_force(book, order)
        or (None if order.waits else refusal_of_margin(book, account, order))
    )


def refusal_of_amendment(book: Book, account: Account, command: Fact) -> str | None:
    """Return why an amendment is refused, None if it is not. Rule 18.8."""
    order = account.orders.get(command["order_id"])
    if order is None:
        return "order_unknown"
    if order.waits or not order.limited:
        return "order_not_amendable"
    if (order.price, order.quantity) == (command["price"], command["quantity"]):
        return "order_unchanged"
    if 0 < command["quantity"] <= order.quantity - order.remaining:
        return None
    amended = replace(
        order,
        number=book.next_number,
        quantity=command["quantity"],
        remaining=order.remaining + command["quantity"] - order.quantity,
        price=command["price"],
    )
    instrument = book.instruments[order.symbol]
    return (
        _of_price(book, amended)
        or _of_quantity(book, amended, instrument.step)
        or refusal_of_margin(book, account, amended)
    )


def refusal_of_margin(book: Book, account: Account, order: Order) -> str | None:
    """Return whether bracket or margin refuse what an order would open. Rules 18.4, 18.5."""
    opening = opening_quantity(account, order)
    if not opening:
        return None
    symbol, leverage = order.symbol, book.leverage_of(account, order.symbol)
    price = _margin_price(book, order)
    extra = Extra(order.sign, price * order.remaining)
    rest = exposure(book, account, symbol, without=order.order_id)
    after = exposure(book, account, symbol, without=order.order_id, extra=extra)
    if after.most > max(book.instruments[symbol].table.cap_at(leverage), rest.most):
        return "position_exceeds_bracket_at_leverage"
    margin = initial(after.most, leverage) - initial(rest.most, leverage)
    worst = price
    if not order.price and order.side == "sell":
        worst = min(price, taker_price(book, symbol, order.side))
    taker = book.settings.taker_fee
    flip = Trade(symbol, order.position_side, order.sign * order.remaining, worst, ZERO)
    back = given_back(account, flip, taker)
    if account.isolated(symbol) and margin > account.futures + back:
        return "margin_insufficient"
    loss = opening * max(ZERO, order.sign * (worst - book.prices[symbol].mark))
    funds = down(free(book, account)) + back
    if order.order_id in account.orders:
        now = exposure(book, account, symbol)
        funds += initial(now.most, leverage) - initial(rest.most, leverage)
    cost = margin + up(loss) + fee_of(opening, price, taker)
    return "margin_insufficient" if cost > funds else None


def _margin_price(book: Book, order: Order) -> Fraction:
    """Return the price at which an order is margined. Rule 18.4."""
    if order.price:
        return order.price
    taken = taker_price(book, order.symbol, order.side)
    best = best_price(book, order.symbol, order.side)
    if order.side == "buy":
        return max(taken, up(best * _MARKET_BUY))
    return max(taken, best, book.prices[order.symbol].mark)


def _of_terms(book: Book, account: Account, order: Order) -> str | None:
    if not _ORDER_ID.fullmatch(order.order_id):
        return "order_id_invalid"
    if order.order_id in account.orders:
        return "order_id_duplicated"
    hedge = account.position_mode == "hedge"
    if hedge == (order.position_side == "both"):
        return "position_side_does_not_match_mode"
    if hedge and order.reduce_only:
        return "reduce_only_in_hedge_mode"
    if order.close_position and order.quantity:
        return "close_position_with_quantity"
    if _contradicts(order):
        return "order_terms_contradict"
    rate = order.callback_rate
    if order.trails and not (0 < rate <= _CALLBACK_MOST and rate % _CALLBACK_STEP == 0):
        return "callback_rate_invalid"
    ends = order.good_till_ns
    if order.time_in_force == "gtd" and not book.time_ns + _SOONEST_NS < ends < _LATEST_NS:
        return "good_till_date_invalid"
    return None


def _contradicts(order: Order) -> bool:
    """Return whether an order names what its type does not have, or lacks what it needs. 18.1."""
    waits = order.order_type in _WAITING
    opens = (order.position_side, order.side) in {("long", "buy"), ("short", "sell")}
    return (
        (order.trigger_price != 0) != waits
        or (order.price != 0) != order.limited
        or (not order.trails and (order.callback_rate != 0 or order.activation_price != 0))
        or (order.price_protect and not waits)
        or (order.good_till_ns != 0 and order.time_in_force != "gtd")
        or (order.close_position and (not waits or order.limited or order.reduce_only or opens))
        or order.time_in_force not in _TIMES.get(order.order_type, ("gtc",))
    )


def _of_filters(book: Book, account: Account, order: Order) -> str | None:
    instrument = book.instruments[order.symbol]
    mine = [other for other in account.orders.values() if other.symbol == order.symbol]
    if len(mine) >= instrument.max_orders:
        return "too_many_orders"
    waiting = [other for other in account.orders.values() if other.waits]
    if order.waits and len(waiting) >= _MOST_WAITING:
        return "too_many_conditional_orders"
    return _of_price(book, order) or _of_quantity(book, order, instrument.step)


def _of_price(book: Book, order: Order) -> str | None:
    instrument = book.instruments[order.symbol]
    prices = order.price, order.trigger_price, order.activation_price
    if min(prices) < 0 or (order.limited and order.price <= 0):
        return "price_not_positive"
    if any(price % instrument.tick for price in prices):
        return "price_off_tick"
    if not order.price:
        return None
    around = order.trigger_price if order.waits else book.prices[order.symbol].mark
    band = "trigger_band" if order.waits else "band"
    if order.side == "buy" and order.price > around * instrument.price_up:
        return f"price_above_{band}"
    if order.side == "sell" and order.price < around * instrument.price_down:
        return f"price_below_{band}"
    return None


def _of_quantity(book: Book, order: Order, step: Fraction) -> str | None:
    instrument = book.instruments[order.symbol]
    if order.close_position:
        return None
    if order.quantity <= 0:
        return "quantity_not_positive"
    if order.quantity < instrument.min_quantity:
        return "quantity_below_minimum"
    if order.quantity > instrument.max_quantity:
        return "quantity_above_maximum"
    if order.quantity % step:
        return "quantity_off_step"
    price = order.price or order.trigger_price or book.prices[order.symbol].mark
    if not order.closes and price * order.quantity < instrument.min_notional:
        return "notional_below_minimum"
    return None


def _of_trigger(book: Book, order: Order) -> str | None:
    if not order.waits:
        return None
    if is_reached(order, book.reference(order)):
        return "would_trigger_immediately"
    if order.activation_price and is_activated(order, book.reference(order)):
        return "would_trigger_immediately"
    return None


def _of_reduction(account: Account, order: Order) -> str | None:
    if order.waits or not order.closes:
        return None
    held = account.held(order.symbol, order.position_side)
    return "reduce_only_rejected" if held * order.sign >= 0 else None


def _of_time_in_force(book: Book, order: Order) -> str | None:
    if order.waits:
        return None
    if order.time_in_force == "fok" and not crosses(book, order):
        return "cannot_fill_at_once"
    if order.time_in_force == "gtx" and crosses(book, order):
        return "would_take"
    return None
