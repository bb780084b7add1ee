"""Trades: what a fill does to a position and its money. Rules 1.3, 5.2, 5.3, 13, 18.4, 18.7."""

from fractions import Fraction
from typing import NamedTuple

from perplab.audit.book import Account, Book, Order, Position
from perplab.audit.exact import UNIT, ZERO, cut, down
from perplab.audit.hearing import Due, Expected
from perplab.audit.margin import initial
from perplab.audit.market import taker_price

_FINEST = UNIT * UNIT
"""A position's cost is kept to 16 decimals. Rule 1.1."""


class Trade(NamedTuple):
    """A trade of a signed quantity, and its fee."""

    symbol: str
    side: str
    quantity: Fraction
    price: Fraction
    fee: Fraction


def fee_of(quantity: Fraction, price: Fraction, rate: Fraction) -> Fraction:
    """Return a fee: cut toward zero. Rule 13.3."""
    return cut(abs(quantity) * price * rate)


def closing_part(held: Fraction, quantity: Fraction) -> Fraction:
    """Return the signed part of a signed quantity that closes what is held. Rule 13.1."""
    if held * quantity >= 0:
        return ZERO
    return quantity if abs(quantity) <= abs(held) else -held


def fillable(book: Book, order: Order) -> Fraction:
    """Return how much of an order may trade: a closing one no more than is held. Rule 18.7."""
    if not order.closes:
        return order.remaining
    held = book.accounts[order.account].held(order.symbol, order.position_side)
    most = max(ZERO, -order.sign * held)
    return most if order.close_position else min(order.remaining, most)


def take(book: Book, order: Order) -> Due:
    """Expect the fill of an order that takes what the market gives. Rules 19.2, 19.3."""
    price = taker_price(book, order.symbol, order.side)
    if order.price:
        better = min if order.side == "buy" else max
        price = better(price, order.price)
    quantity = fillable(book, order)
    if not quantity:
        yield expired(order, "no_position", "18.7", "there is nothing that it could close")
        return
    yield from fill(book, order, price, quantity, maker=False)


def fill(book: Book, order: Order, price: Fraction, quantity: Fraction, *, maker: bool) -> Due:
    """Expect a fill, then what it closes, then what it opens. Rule 13.1."""
    account = book.accounts[order.account]
    rate = book.settings.maker_fee if maker else book.settings.taker_fee
    key = order.symbol, order.position_side
    signed = order.sign * quantity
    closing = closing_part(account.held(*key), signed)
    opening = signed - closing
    if opening and not _can_open(book, account, _trade(key, opening, price, rate), rate):
        if not closing:
            yield expired(order, "margin_insufficient", "18.6", "the wallet cannot pay its margin")
            return
        quantity, opening = abs(closing), ZERO
    fact = yield Expected(
        "OrderFilled",
        {
            "account": account.name,
            "symbol": order.symbol,
            "order_id": order.order_id,
            "side": order.side,
            "price": price,
            "quantity": quantity,
            "remaining": max(ZERO, order.remaining - quantity),
            "maker": maker,
        },
        "19.3" if maker or order.price else "19.2",
        f"order {order.order_id} is reached" if maker else f"order {order.order_id} takes",
    )
    if fact is None:
        return
    price, unopened = fact["price"], signed - closing - opening
    if fact["quantity"] != quantity:
        signed = order.sign * fact["quantity"]
        closing = closing_part(account.held(*key), signed)
        opening, unopened = signed - closing, ZERO
    if closing:
        yield from close(book, account, _trade(key, closing, price, rate))
    if opening:
        yield grow(book, account, _trade(key, opening, price, rate))
    if unopened and order.order_id in account.orders:
        yield expired(order, "margin_insufficient", "18.6", "the wallet cannot pay what is left")


def _trade(key: tuple[str, str], quantity: Fraction, price: Fraction, rate: Fraction) -> Trade:
    return Trade(*key, quantity, price, fee_of(quantity, price, rate))


def expired(order: Order, expiry: str, rule: str, why: str) -> Expected:
    """Return the end of an order that nobody cancelled."""
    body = {"account": order.account, "symbol": order.symbol, "order_id": order.order_id}
    return Expected("OrderExpired", body | {"expiry": expiry}, rule, why)


def canceled(order: Order, cancellation: str, rule: str, why: str, check: str = "") -> Expected:
    """Return the cancellation of an order."""
    body = {"account": order.account, "symbol": order.symbol, "order_id": order.order_id}
    return Expected("OrderCanceled", body | {"cancellation": cancellation}, rule, why, check)


def grow(book: Book, account: Account, trade: Trade) -> Expected:
    """Return the opening or increase that a trade makes. Rules 5.2, 5.3, 13.2."""
    isolated = account.isolated(trade.symbol)
    margin = _opening_margin(book, account, trade) if isolated else ZERO
    held = account.held(trade.symbol, trade.side)
    body = {
        "account": account.name,
        "symbol": trade.symbol,
        "position_side": trade.side,
        "margin_mode": "isolated" if isolated else "cross",
        "quantity": trade.quantity,
        "cost": trade.quantity * trade.price,
        "fee": trade.fee,
        "futures": -margin if isolated else -trade.fee,
        "isolated": margin - trade.fee if isolated else ZERO,
    }
    kind = "PositionIncreased" if held else "PositionOpened"
    return Expected(kind, body, "5.2" if isolated else "5.3", "its order was filled")


def close(book: Book, account: Account, trade: Trade) -> Due:
    """Expect a reduction or close by the user's own trade, and its consequences. 13.4-6."""
    position = account.positions[trade.symbol, trade.side]
    full = trade.quantity == -position.quantity
    yield shrink(position, account.name, trade, release=True)
    if not full:
        return
    if position.margin < 0 and (trade.symbol, trade.side) in account.positions:
        yield cover(book, account, trade.symbol, trade.side, -position.margin)
    yield from orphans(account, trade.symbol, trade.side)


def shrink(position: Position, name: str, trade: Trade, *, release: bool) -> Expected:
    """Return the reduction of a position; a liquidation releases no isolated margin. Rule 13.5."""
    cost, realized = _realize(position, trade)
    net = realized - trade.fee
    futures, isolated = net, ZERO
    if position.margin_mode == "isolated":
        futures, isolated = _give_back(position, trade, net) if release else (ZERO, net)
    full = trade.quantity == -position.quantity
    body = {
        "account": name,
        "symbol": trade.symbol,
        "position_side": trade.side,
        "margin_mode": position.margin_mode,
        "quantity": trade.quantity,
        "cost": cost,
        "realized_pnl": realized,
        "fee": trade.fee,
        "futures": futures,
        "isolated": isolated,
    }
    return Expected(
        "PositionClosed" if full else "PositionReduced",
        body,
        "13.4" if full else "13.5",
        "a fill closes it",
    )


def orphans(account: Account, symbol: str, side: str) -> Due:
    """Expect the end of the orders that could only have reduced a position now gone. Rule 18.7."""
    for order in list(account.orders.values()):
        if order.symbol == symbol and order.position_side == side and order.closes:
            yield expired(order, "no_position", "18.7", "its position is gone")


def cover(book: Book, account: Account, symbol: str, side: str, amount: Fraction) -> Expected:
    """Return the payment that brings a wallet below zero back to zero. Rule 13.6."""
    fund = max(ZERO, book.ledger["insurance"])
    body = {
        "account": account.name,
        "symbol": symbol,
        "position_side": side,
        "amount": amount,
        "exchange": max(ZERO, amount - fund),
    }
    return Expected("BankruptcyCovered", body, "13.6", "a balance is below zero")


def given_back(account: Account, trade: Trade, rate: Fraction) -> Fraction:
    """Return what closing the opposite isolated position gives to the futures wallet. Rule 18.4."""
    held = account.held(trade.symbol, trade.side)
    if not account.isolated(trade.symbol) or held * trade.quantity >= 0:
        return ZERO
    closing = Trade(trade.symbol, trade.side, -held, trade.price, fee_of(held, trade.price, rate))
    position = account.positions[trade.symbol, trade.side]
    return Fraction(shrink(position, account.name, closing, release=True).body["futures"])


def _realize(position: Position, trade: Trade) -> tuple[Fraction, Fraction]:
    """Return the signed change of cost and the realized profit, rounded down. Rule 1.3."""
    worth = -trade.quantity * trade.price
    if trade.quantity == -position.quantity:
        return -position.cost, down(worth - position.cost)
    part = abs(trade.quantity) / abs(position.quantity)
    share = position.cost * part // _FINEST * _FINEST
    realized = down(worth - share)
    return realized - worth, realized


def _give_back(position: Position, trade: Trade, net: Fraction) -> tuple[Fraction, Fraction]:
    """Return what futures wallet and isolated margin change by. Rules 13.4, 13.5."""
    if trade.quantity == -position.quantity:
        left = position.margin + net
        return (left, -position.margin) if left >= 0 else (ZERO, net)
    part = abs(trade.quantity) / abs(position.quantity)
    released = down(position.margin * part)
    return (released + net, -released) if released + net >= 0 else (ZERO, net)


def _opening_margin(book: Book, account: Account, trade: Trade) -> Fraction:
    """Return notional / leverage, of a short at the mark where that is higher. Rule 5.2."""
    mark = book.prices[trade.symbol].mark
    base = trade.price if trade.quantity > 0 else max(trade.price, mark)
    return initial(abs(trade.quantity) * base, book.leverage_of(account, trade.symbol))


def _can_open(book: Book, account: Account, trade: Trade, rate: Fraction) -> bool:
    """Return whether the futures wallet holds the margin that an isolated opening moves."""
    if not account.isolated(trade.symbol):
        return True
    margin = _opening_margin(book, account, trade)
    return account.futures + given_back(account, trade, rate) >= margin
