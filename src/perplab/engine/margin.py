"""Margin: what positions and orders bind, and what may be added, removed, transferred."""

from typing import NamedTuple

from perplab.domain.commands import MarginMode, PositionMode, PositionSide
from perplab.domain.numbers import (
    ONE,
    SQUARE,
    Money,
    Qty,
    divide_cut,
    divide_down,
    divide_up,
    money_down,
)
from perplab.domain.state import Account, Order, Position, State, cross_pool
from perplab.engine.risk import Leg, assess, legs_of, maintenance, notional, unrealized


class Exposure(NamedTuple):
    """A symbol's notionals, 1e-16: what is held, and the most that held and ordered can bind."""

    held: int
    bound: int


def initial_margin(notional_value: int, leverage: int) -> Money:
    """Return notional / leverage, cut to 8 decimals as the exchange prints it."""
    return Money(divide_cut(notional_value, ONE * leverage))


def exposure(
    state: State, account: Account, symbol: str, *, without: str = "", plus: "Ordered | None" = None
) -> Exposure:
    """Return what a symbol binds. docs/rules.md, Order margin.

    One-way: max(|N + bids|, |N - asks|), N the signed notional at mark. Hedge: the held and the
    opening orders of both sides. `without` leaves an order out, `plus` counts one in.
    """
    ordered = [
        Ordered(order.sign, order.remaining * order.price)
        for order in account.orders.values()
        if order.symbol == symbol and not order.conditional and not order.closes
        if order.order_id != without
    ]
    if plus is not None:
        ordered.append(plus)
    mark = state.prices[symbol].mark
    if account.position_mode is PositionMode.HEDGE:
        long, short = (account.held(symbol, s) for s in (PositionSide.LONG, PositionSide.SHORT))
        held = (long - short) * mark
        return Exposure(held, held + sum(order.value for order in ordered))
    net = account.held(symbol, PositionSide.BOTH) * mark
    bids = sum(order.value for order in ordered if order.sign > 0)
    asks = sum(order.value for order in ordered if order.sign < 0)
    return Exposure(abs(net), max(abs(net + bids), abs(net - asks)))


class Ordered(NamedTuple):
    """An order's part in the exposure: its sign and its value, 1e-16."""

    sign: int
    value: int


class Bound(NamedTuple):
    """What an account's symbols bind, as `Money`."""

    cross: Money
    """Initial margin of cross positions and their open orders."""
    isolated_orders: Money
    """Initial margin of open orders of isolated symbols, beyond what their positions hold."""


def bound(state: State, account: Account) -> Bound:
    """Return the initial margin that the futures wallet has to carry."""
    cross = isolated = 0
    symbols = {symbol for symbol, _ in account.positions}
    symbols.update(order.symbol for order in account.orders.values())
    for symbol in sorted(symbols):
        leverage = state.leverage_of(account, symbol)
        held, most = exposure(state, account, symbol)
        if account.mode_of(symbol) is MarginMode.CROSS:
            cross += initial_margin(most, leverage)
        else:
            isolated += initial_margin(most - held, leverage)
    return Bound(Money(cross), Money(isolated))


def available(state: State, account: Account) -> Money:
    """Return what new orders may use: futures + cross UPNL - what is bound; may be below zero."""
    return money_down(_free(state, account, bound(state, account)))


def transferable(state: State, account: Account) -> Money:
    """Return what may leave the futures wallet; unrealized profit may not.

    Never so much that the cross pool would be at maintenance. docs/rules.md, Transfers.
    """
    taken = bound(state, account)
    risk = assess(state, cross_pool(account.name))
    settled = account.futures - taken.isolated_orders - divide_up(risk.maintenance, SQUARE)
    limits = [settled, money_down(_free(state, account, taken))]
    if risk.maintenance:
        limits.append(divide_up(risk.slack(ONE), SQUARE) - 1)
    return Money(max(0, min(limits)))


def addable(state: State, account: Account) -> Money:
    """Return what may be moved into an isolated position: what may leave the futures wallet."""
    return transferable(state, account)


def removable(state: State, account: Account, symbol: str, position: Position) -> Money:
    """Return what may be taken out of an isolated position.

    max(0, min(margin - MM, margin + UPNL - mark * size / leverage)), and never so much that
    the rest would be at maintenance. docs/rules.md, Reducing margin.
    """
    leg = Leg(symbol, PositionSide.BOTH, position)
    required = maintenance(state, leg)
    leverage = state.leverage_of(account, symbol)
    equity = position.margin * ONE + unrealized(state, leg)
    by_wallet = position.margin - divide_up(required, SQUARE)
    by_initial = divide_down(equity * leverage - notional(state, leg), ONE * leverage)
    above_maintenance = divide_up(equity * ONE - required, SQUARE) - 1
    return Money(max(0, min(by_wallet, by_initial, above_maintenance)))


def opening_quantity(account: Account, order: Order) -> Qty:
    """Return how much of an order would open or increase a position rather than close it."""
    if order.closes:
        return Qty(0)
    if account.position_mode is PositionMode.HEDGE:
        return order.remaining
    held = account.held(order.symbol, PositionSide.BOTH)
    closing = max(0, -order.sign * held)
    for other in account.orders.values():
        same = other.symbol == order.symbol and other.side is order.side
        same = same and other.order_id != order.order_id
        if same and not other.conditional and not other.closes and other.number < order.number:
            closing -= other.remaining
    return Qty(max(0, order.remaining - max(0, closing)))


def _free(state: State, account: Account, taken: Bound) -> int:
    """Return futures + cross UPNL - bound margin, 1e-16."""
    legs = legs_of(account, cross_pool(account.name))
    profit = sum(unrealized(state, leg) for leg in legs)
    return (account.futures - taken.cross - taken.isolated_orders) * ONE + profit
