"""Trade: what a fill does to a position and its money."""

from collections.abc import Iterator
from typing import NamedTuple

from perplab.domain import events as ev
from perplab.domain.commands import MarginMode, PositionSide
from perplab.domain.numbers import (
    ONE,
    Money,
    Price,
    Qty,
    Value,
    divide_down,
    fee_cut,
    money_down,
    value_of,
)
from perplab.domain.reasons import Expiry
from perplab.domain.state import Account, Order, Position, State
from perplab.engine.margin import initial_margin


class Execution(NamedTuple):
    """A trade of a signed quantity for one position, and the fee that it pays.

    `fee_limit`, where there is one, is the most that is charged.
    """

    symbol: str
    side: PositionSide
    quantity: int
    price: int
    fee_rate: int
    fee_limit: int | None = None

    def fee(self) -> Money:
        """Return the rate on price * quantity, cut toward zero."""
        fee = fee_cut(abs(value_of(self.price, self.quantity)), self.fee_rate)
        return fee if self.fee_limit is None else Money(min(fee, self.fee_limit))


def closing_part(account: Account, symbol: str, side: PositionSide, quantity: int) -> int:
    """Return the signed part of a signed quantity that closes what is held."""
    held = account.held(symbol, side)
    if not held or (held > 0) == (quantity > 0):
        return 0
    return quantity if abs(quantity) <= abs(held) else -held


def fill(
    state: State, order: Order, price: int, quantity: int, *, maker: bool
) -> Iterator[ev.Event]:
    """Yield the events of an order that trades: the fill, then what it closes, then opens."""
    account = state.accounts[order.account]
    rate = state.settings.maker_fee if maker else state.settings.taker_fee
    symbol, side = order.symbol, order.position_side
    signed = order.sign * quantity
    closing = closing_part(account, symbol, side, signed)
    opening = signed - closing
    if opening and not _can_open(state, account, Execution(symbol, side, opening, price, rate)):
        if not closing:
            yield expire(order, Expiry.MARGIN_INSUFFICIENT)
            return
        quantity, opening = abs(closing), 0
    unopened = signed - closing - opening
    yield ev.OrderFilled(
        account=account.name,
        symbol=symbol,
        order_id=order.order_id,
        side=order.side,
        price=Price(price),
        quantity=Qty(quantity),
        remaining=Qty(max(0, order.remaining - quantity)),
        maker=maker,
    )
    if closing:
        yield from close(state, account, Execution(symbol, side, closing, price, rate))
    if opening:
        yield grow(state, account, Execution(symbol, side, opening, price, rate))
    if unopened and order.order_id in account.orders:
        yield expire(order, Expiry.MARGIN_INSUFFICIENT)


def expire(order: Order, expiry: Expiry) -> ev.OrderExpired:
    """Return the event that ends an order which nobody cancelled."""
    return ev.OrderExpired(
        account=order.account, symbol=order.symbol, order_id=order.order_id, expiry=expiry
    )


def grow(state: State, account: Account, trade: Execution) -> ev.PositionGrown:
    """Return the opening or increase of a position by a signed quantity."""
    symbol, side, quantity, price, *_ = trade
    cost = value_of(price, quantity)
    fee = trade.fee()
    mode = account.mode_of(symbol)
    isolated = mode is MarginMode.ISOLATED
    margin = _opening_margin(state, account, symbol, quantity, price) if isolated else 0
    event = ev.PositionIncreased if account.held(symbol, side) else ev.PositionOpened
    return event(
        account=account.name,
        symbol=symbol,
        position_side=side,
        margin_mode=mode,
        quantity=Qty(quantity),
        cost=cost,
        fee=fee,
        futures=Money(-margin if isolated else -fee),
        isolated=Money(margin - fee if isolated else 0),
    )


def close(state: State, account: Account, trade: Execution) -> Iterator[ev.Event]:
    """Yield a reduction or close by the user's own trade, and what follows from a close.

    Isolated margin comes back in proportion; a loss beyond it is taken from the margin that
    stays, and beyond that is paid by the insurance fund. docs/rules.md, Closing.
    """
    position = account.positions[trade.symbol, trade.side]
    event = shrink(account, trade, release=True)
    yield event
    if isinstance(event, ev.PositionReduced):
        return
    if position.margin < 0:
        yield cover(state, account, trade.symbol, trade.side, -position.margin)
    yield from orphans(account, trade.symbol, trade.side)


def shrink(account: Account, trade: Execution, *, release: bool) -> ev.PositionShrunk:
    """Return the reduction of a position by a signed quantity.

    With `release` an isolated position gives back its margin in proportion; in a liquidation it
    keeps everything until the end.
    """
    symbol, side, quantity, price, *_ = trade
    position = account.positions[symbol, side]
    cost, realized = _realize(position, quantity, price)
    fee = trade.fee()
    net = realized - fee
    full = quantity == -position.quantity
    futures, isolated = net, 0
    if position.margin_mode is MarginMode.ISOLATED:
        futures, isolated = _settle(position, quantity, net) if release else (0, net)
    event = ev.PositionClosed if full else ev.PositionReduced
    return event(
        account=account.name,
        symbol=symbol,
        position_side=side,
        margin_mode=position.margin_mode,
        quantity=Qty(quantity),
        cost=Value(cost),
        realized_pnl=Money(realized),
        fee=fee,
        futures=Money(futures),
        isolated=Money(isolated),
    )


def given_back(account: Account, trade: Execution) -> Money:
    """Return what closing the opposite isolated position first gives to the futures wallet."""
    held = account.held(trade.symbol, trade.side)
    isolated = account.mode_of(trade.symbol) is MarginMode.ISOLATED
    if not isolated or not held or (held > 0) == (trade.quantity > 0):
        return Money(0)
    return shrink(account, trade._replace(quantity=-held), release=True).futures


def orphans(account: Account, symbol: str, side: PositionSide) -> Iterator[ev.OrderExpired]:
    """Yield the end of the orders that could only have reduced a position now closed."""
    for order in list(account.orders.values()):
        if order.symbol == symbol and order.position_side is side and order.closes:
            yield expire(order, Expiry.NO_POSITION)


def cover(
    state: State, account: Account, symbol: str, side: PositionSide, amount: int
) -> ev.BankruptcyCovered:
    """Return the payment that brings a negative wallet back to zero."""
    beyond = max(0, amount - max(0, state.ledger.insurance))
    return ev.BankruptcyCovered(
        account=account.name,
        symbol=symbol,
        position_side=side,
        amount=Money(amount),
        exchange=Money(beyond),
    )


def _realize(position: Position, quantity: int, price: int) -> tuple[int, int]:
    """Return the signed change of cost, 1e-16, and the realized profit, rounded down.

    What rounding leaves stays in the cost of what is still held, so no money leaks.
    """
    if quantity == -position.quantity:
        return -position.cost, money_down(-quantity * price - position.cost)
    share = divide_down(position.cost * abs(quantity), abs(position.quantity))
    realized = money_down(-quantity * price - share)
    return realized * ONE + quantity * price, realized


def _settle(position: Position, quantity: int, net: int) -> tuple[int, int]:
    """Return what futures wallet and isolated margin change by at the user's own close."""
    margin = position.margin
    if quantity == -position.quantity:
        return (margin + net, -margin) if margin + net >= 0 else (0, net)
    released = divide_down(margin * abs(quantity), abs(position.quantity))
    rest = released + net
    return (rest, -released) if rest >= 0 else (0, net)


def _opening_margin(state: State, account: Account, symbol: str, quantity: int, price: int) -> int:
    """Return notional / leverage; a short is charged on the mark where that is higher."""
    base = price if quantity > 0 else max(price, state.prices[symbol].mark)
    return initial_margin(abs(quantity) * base, state.leverage_of(account, symbol))


def _can_open(state: State, account: Account, trade: Execution) -> bool:
    """Return whether the futures wallet holds the margin that an isolated opening moves.

    Where the opposite position is closed first, what that gives back counts.
    """
    if account.mode_of(trade.symbol) is MarginMode.CROSS:
        return True
    margin = _opening_margin(state, account, trade.symbol, trade.quantity, trade.price)
    return account.futures + given_back(account, trade) >= margin
