"""Deleveraging: closing profitable opposite positions against a bankrupt one. Rule 16."""

from fractions import Fraction
from typing import NamedTuple

from perplab.audit.book import Account, Book, Leg
from perplab.audit.exact import ZERO
from perplab.audit.hearing import Due, Expected
from perplab.audit.risk import maintenance, profit
from perplab.audit.rules.trades import Trade, canceled, close


class Ranked(NamedTuple):
    """An opposite position, its account and its rank, highest first."""

    rank: Fraction
    account: Account
    leg: Leg


def deleverage(book: Book, bankrupt: str, symbol: str, quantity: Fraction, price: Fraction) -> Due:
    """Expect opposite positions closed at the bankruptcy price, best-ranked first. Rule 16.1."""
    left = abs(quantity)
    for _, account, leg in ranked(book, bankrupt, symbol, quantity):
        if not left:
            return
        held = leg.position.quantity
        size = min(left, abs(held))
        left -= size
        for order in list(account.orders.values()):
            if order.symbol == symbol:
                yield canceled(
                    order, "deleveraging", "16.1", "its account is deleveraged", "deleveraging"
                )
        body = {
            "account": account.name,
            "symbol": symbol,
            "position_side": leg.side,
            "against": bankrupt,
            "side": "sell" if held > 0 else "buy",
            "quantity": size,
            "price": price,
        }
        fact = yield Expected("PositionDeleveraged", body, "16.1", "it is next in rank")
        if fact is None:
            continue
        signed = -size if held > 0 else size
        yield from close(book, account, Trade(symbol, leg.side, signed, price, ZERO))


def ranked(book: Book, bankrupt: str, symbol: str, quantity: Fraction) -> list[Ranked]:
    """Return opposite positions in profit, best-ranked first. Rule 16.2."""
    found = []
    for account in book.accounts.values():
        for (held, side), position in account.positions.items():
            if held != symbol or account.name == bankrupt or position.quantity * quantity >= 0:
                continue
            leg = Leg(symbol, side, position)
            if profit(book, leg) > 0:
                found.append(Ranked(_rank(book, account, leg), account, leg))
    return sorted(found, key=lambda one: (-one.rank, one.account.number, one.leg.side))


def _rank(book: Book, account: Account, leg: Leg) -> Fraction:
    """Return profit / max(1, wallet) * maintenance / (wallet + profit). Rule 16.2."""
    isolated = leg.position.margin_mode == "isolated"
    wallet = leg.position.margin if isolated else account.futures
    gain = profit(book, leg)
    if wallet + gain <= 0:
        return ZERO
    return gain / max(Fraction(1), wallet) * maintenance(book, leg) / (wallet + gain)
