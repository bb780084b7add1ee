"""Margin: what positions and orders bind, and what may be moved. Rules 2.3, 5.1, 11, 18.3, 18.4."""

from fractions import Fraction
from typing import NamedTuple

from perplab.audit.book import Account, Book, Order, Pool, Position
from perplab.audit.exact import UNIT, ZERO, cut, down, up
from perplab.audit.risk import assess, profit


class Exposure(NamedTuple):
    """A symbol's notional that is held, and the most that held and ordered can come to."""

    held: Fraction
    most: Fraction


class Extra(NamedTuple):
    """One more order, for the question what it would bind."""

    sign: int
    value: Fraction


def initial(notional: Fraction, leverage: int) -> Fraction:
    """Return the initial margin, cut after 8 decimals. Rule 1.3."""
    return cut(notional / leverage)


def exposure(
    book: Book, account: Account, symbol: str, *, without: str = "", extra: Extra | None = None
) -> Exposure:
    """Return what a symbol binds at the mark, without an order, or with one more. Rule 18.3."""
    orders = [
        Extra(order.sign, order.remaining * order.price)
        for order in account.orders.values()
        if order.symbol == symbol and order.order_id != without
        if not order.waits and not order.closes
    ]
    if extra is not None:
        orders.append(extra)
    mark = book.prices[symbol].mark
    if account.position_mode == "hedge":
        held = (account.held(symbol, "long") - account.held(symbol, "short")) * mark
        return Exposure(held, held + sum((order.value for order in orders), ZERO))
    net = account.held(symbol, "both") * mark
    bids = sum((order.value for order in orders if order.sign > 0), ZERO)
    asks = sum((order.value for order in orders if order.sign < 0), ZERO)
    return Exposure(abs(net), max(abs(net + bids), abs(net - asks)))


class Bound(NamedTuple):
    """What an account's symbols bind of the futures wallet."""

    cross: Fraction
    isolated_orders: Fraction


def bound(book: Book, account: Account) -> Bound:
    """Return the initial margin of cross positions and orders, and of isolated symbols' orders."""
    cross = isolated = ZERO
    symbols = {symbol for symbol, _ in account.positions}
    symbols |= {order.symbol for order in account.orders.values()}
    for symbol in symbols:
        leverage = book.leverage_of(account, symbol)
        held, most = exposure(book, account, symbol)
        if account.isolated(symbol):
            isolated += initial(most - held, leverage)
        else:
            cross += initial(most, leverage)
    return Bound(cross, isolated)


def free(book: Book, account: Account) -> Fraction:
    """Return futures wallet + unrealized profit in cross - bound margin, exact. Rule 18.4."""
    legs = book.legs(Pool(account.name, "", "both"))
    taken = bound(book, account)
    gain = sum((profit(book, leg) for leg in legs), ZERO)
    return account.futures - taken.cross - taken.isolated_orders + gain


def transferable(book: Book, account: Account) -> Fraction:
    """Return what may leave the futures wallet. Rules 2.3, 11.1."""
    risk = assess(book, Pool(account.name, "", "both"))
    orders = bound(book, account).isolated_orders
    limits = [account.futures - orders - up(risk.maintenance), down(free(book, account))]
    if risk.maintenance:
        limits.append(most_below(risk.equity - risk.maintenance))
    return max(ZERO, min(limits))


def removable(book: Book, account: Account, symbol: str, position: Position) -> Fraction:
    """Return what may be taken out of an isolated position. Rule 11.2."""
    mark = book.prices[symbol].mark
    size = abs(position.quantity) * mark
    required = book.instruments[symbol].table.maintenance(size)
    equity = position.margin + position.quantity * mark - position.cost
    limits = (
        position.margin - up(required),
        down(equity - size / book.leverage_of(account, symbol)),
        most_below(equity - required),
    )
    return max(ZERO, min(limits))


def most_below(value: Fraction) -> Fraction:
    """Return the largest amount of money that is smaller than a value."""
    return up(value) - UNIT


def opening_quantity(account: Account, order: Order) -> Fraction:
    """Return how much of an order would open, behind what rests before it. Rule 18.4."""
    if order.closes:
        return ZERO
    if account.position_mode == "hedge":
        return order.remaining
    closing = max(ZERO, -order.sign * account.held(order.symbol, "both"))
    for other in account.orders.values():
        before = other.number < order.number and other.order_id != order.order_id
        same = other.symbol == order.symbol and other.side == order.side
        if before and same and not other.waits and not other.closes:
            closing -= other.remaining
    return max(ZERO, order.remaining - max(ZERO, closing))
