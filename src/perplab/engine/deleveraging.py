"""Deleveraging: closing profitable opposite positions when the insurance fund cannot pay."""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from perplab.domain import events as ev
from perplab.domain.commands import MarginMode, PositionSide, Side
from perplab.domain.numbers import ONE, SQUARE, Price, Qty
from perplab.domain.reasons import Cancellation
from perplab.domain.state import Account, Position, State
from perplab.engine.orders import canceled
from perplab.engine.risk import Leg, maintenance, unrealized
from perplab.engine.trade import Execution, close


class Ranked(NamedTuple):
    """An opposite position and its place in the queue, highest score first."""

    score: Fraction
    account: Account
    side: PositionSide
    position: Position


def deleverage(
    state: State, bankrupt: str, symbol: str, quantity: int, price: Price
) -> Iterator[ev.Event]:
    """Yield the closing of opposite positions at the bankruptcy price, best-ranked first.

    `quantity` is the bankrupt position's, signed. No fee is charged; the orders of who is
    deleveraged in this symbol are cancelled. docs/rules.md, Auto-deleveraging.
    """
    left = abs(quantity)
    for entry in rank(state, bankrupt, symbol, quantity):
        if not left:
            return
        size = min(left, abs(entry.position.quantity))
        left -= size
        signed = -size if entry.position.quantity > 0 else size
        for order in list(entry.account.orders.values()):
            if order.symbol == symbol:
                yield canceled(order, Cancellation.DELEVERAGING)
        yield ev.PositionDeleveraged(
            account=entry.account.name,
            symbol=symbol,
            position_side=entry.side,
            against=bankrupt,
            side=Side.BUY if signed > 0 else Side.SELL,
            quantity=Qty(size),
            price=price,
        )
        trade = Execution(symbol, entry.side, signed, price, 0)
        yield from close(state, entry.account, trade)


def rank(state: State, bankrupt: str, symbol: str, quantity: int) -> list[Ranked]:
    """Return opposite positions in profit, ranked by profit share times margin ratio."""
    found = []
    for account in state.accounts.values():
        for (name, side), position in account.positions.items():
            opposite = position.quantity * quantity < 0
            if name != symbol or account.name == bankrupt or not opposite:
                continue
            leg = Leg(symbol, side, position)
            if unrealized(state, leg) > 0:
                found.append(Ranked(_score(state, account, leg), account, side, position))
    return sorted(found, key=lambda entry: (-entry.score, entry.account.number, entry.side))


def _score(state: State, account: Account, leg: Leg) -> Fraction:
    """Return max(0, UPNL) / max(1, W) * MM / (W + UPNL), 0 where W + UPNL <= 0."""
    isolated = leg.position.margin_mode is MarginMode.ISOLATED
    wallet = Fraction(leg.position.margin if isolated else account.futures, ONE)
    profit = Fraction(unrealized(state, leg), SQUARE)
    if wallet + profit <= 0:
        return Fraction(0)
    ratio = Fraction(maintenance(state, leg), SQUARE * ONE) / (wallet + profit)
    return profit / max(Fraction(1), wallet) * ratio
