"""Order margin: whether an account can pay what an order would open."""

from perplab.domain.commands import MarginMode, Side
from perplab.domain.numbers import ONE, Price, divide_up, fee_cut, value_of
from perplab.domain.reasons import Reason
from perplab.domain.state import Account, Order, State
from perplab.engine.margin import Ordered, available, exposure, initial_margin, opening_quantity
from perplab.engine.market import best_price, taker_price
from perplab.engine.trade import Execution, given_back

_MARKET_BUY_MARGIN = 100_050_000
"""A market buy is margined at the best ask plus 0.05%. docs/rules.md, Order margin."""


def refuse_margin(state: State, account: Account, order: Order) -> Reason | None:
    """Return whether bracket or margin refuse what an order would open. docs/rules.md, Orders.

    The extra initial margin, the loss that it would open with and the taker fee must be
    available; an isolated opening moves its margin, so the futures wallet itself must hold it.
    """
    opening = opening_quantity(account, order)
    if not opening:
        return None
    leverage = state.leverage_of(account, order.symbol)
    price = _margin_price(state, order)
    ordered = Ordered(order.sign, value_of(price, order.remaining))
    before = exposure(state, account, order.symbol, without=order.order_id)
    after = exposure(state, account, order.symbol, without=order.order_id, plus=ordered)
    cap = state.instruments[order.symbol].notional_cap(leverage) * ONE
    if after.bound > max(cap, before.bound):
        return Reason.POSITION_EXCEEDS_BRACKET_AT_LEVERAGE
    extra = initial_margin(after.bound, leverage) - initial_margin(before.bound, leverage)
    worst = price if order.price or order.side is Side.BUY else min(price, _taken(state, order))
    back = given_back(account, _flip(state, order, worst))
    if account.mode_of(order.symbol) is MarginMode.ISOLATED and extra > account.futures + back:
        return Reason.MARGIN_INSUFFICIENT
    loss = opening * max(0, order.sign * (worst - state.prices[order.symbol].mark))
    fee = fee_cut(value_of(price, opening), state.settings.taker_fee)
    free = available(state, account) + _held_back(state, account, order) + back
    if extra + divide_up(loss, ONE) + fee > free:
        return Reason.MARGIN_INSUFFICIENT
    return None


def _taken(state: State, order: Order) -> Price:
    """Return the price that the order would get now."""
    return taker_price(state, order.symbol, order.side)


def _flip(state: State, order: Order, price: int) -> Execution:
    """Return the order as a trade, for what closing the opposite position would give back."""
    signed = order.sign * order.remaining
    return Execution(order.symbol, order.position_side, signed, price, state.settings.taker_fee)


def _held_back(state: State, account: Account, order: Order) -> int:
    """Return the margin that the order binds already, when it is being amended."""
    if order.order_id not in account.orders:
        return 0
    leverage = state.leverage_of(account, order.symbol)
    now = exposure(state, account, order.symbol).bound
    rest = exposure(state, account, order.symbol, without=order.order_id).bound
    return initial_margin(now, leverage) - initial_margin(rest, leverage)


def _margin_price(state: State, order: Order) -> int:
    """Return the price an order is margined at: its limit, or a market order's assumed price."""
    if order.price:
        return order.price
    taken = _taken(state, order)
    best = best_price(state, order.symbol, order.side)
    if order.side is Side.BUY:
        return max(taken, divide_up(best * _MARKET_BUY_MARGIN, ONE))
    return max(taken, best, state.prices[order.symbol].mark)
