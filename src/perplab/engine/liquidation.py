"""Liquidation: what the exchange does with a pool whose equity has fallen to maintenance."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from perplab.domain import events as ev
from perplab.domain.commands import MarginMode, Side
from perplab.domain.numbers import (
    ONE,
    Money,
    Price,
    Qty,
    divide_down,
    fee_cut,
    money_down,
    value_of,
)
from perplab.domain.reasons import Cancellation
from perplab.domain.state import Account, PoolKey, State
from perplab.engine.deleveraging import deleverage
from perplab.engine.market import forced_price
from perplab.engine.orders import canceled
from perplab.engine.outright import outright
from perplab.engine.risk import (
    Leg,
    Risk,
    assess,
    bankruptcy_price,
    is_liquidatable,
    legs_of,
    maintenance,
    notional,
    unrealized,
    wallet_of,
)
from perplab.engine.trade import Execution, cover, orphans, shrink


class Deal(NamedTuple):
    """The price of a liquidation fill and who took it."""

    price: int
    taker: ev.Taker


def liquidate(state: State, key: PoolKey, risk: Risk) -> Iterator[ev.Event]:
    """Yield the whole story of a liquidation; `risk` is the pool's, as it is now."""
    yield ev.LiquidationStarted(
        account=key.account,
        symbol=key.symbol,
        position_side=key.position_side,
        equity=risk.equity,
        maintenance=risk.maintenance,
    )
    yield from outright(state, key, risk) or step_by_step(state, key, risk)


def step_by_step(state: State, key: PoolKey, risk: Risk) -> Iterator[ev.Event]:
    """Yield what follows the start: orders cancelled, parts closed until it is safe or empty."""
    account = state.accounts[key.account]
    yield from _cancel_orders(account, key)
    while is_liquidatable(risk):
        legs = legs_of(account, key)
        pair = _hedged_pair(legs)
        if pair:
            yield from _offset(state, key, *pair)
        else:
            yield from _reduce(state, key, _first_to_go(state, risk, legs), risk)
        risk = assess(state, key)
    yield from _end(state, key)


def _cancel_orders(account: Account, key: PoolKey) -> Iterator[ev.OrderCanceled]:
    """Yield the end of all orders that belong to the pool."""
    for order in list(account.orders.values()):
        isolated = account.mode_of(order.symbol) is MarginMode.ISOLATED
        mine = (order.symbol, order.position_side) == (key.symbol, key.position_side)
        if mine if key.symbol else not isolated:
            yield canceled(order, Cancellation.LIQUIDATION)


def _first_to_go(state: State, risk: Risk, legs: list[Leg]) -> Leg:
    """Return the position with the largest maintenance margin, or of a bankrupt pool the worst.

    The worst first, because the pool's whole loss is in its bankruptcy price: it belongs to the
    position that made it. docs/rules.md, Liquidation.
    """
    if len(legs) == 1:
        return legs[0]
    if risk.equity > 0:
        return max(legs, key=lambda leg: maintenance(state, leg))
    return min(legs, key=lambda leg: unrealized(state, leg))


def _hedged_pair(legs: list[Leg]) -> tuple[Leg, Leg] | None:
    """Return the first long and short of one symbol, if the pool holds such a pair."""
    for first, second in pairwise(legs):
        if first.symbol == second.symbol:
            return first, second
    return None


def _offset(state: State, key: PoolKey, first: Leg, second: Leg) -> Iterator[ev.Event]:
    """Yield the equal reduction of both legs at the mark: it frees margin and realizes no net.

    No order goes to the market, so nothing is charged. Our choice: docs/rules.md, Liquidation.
    """
    size = min(abs(first.position.quantity), abs(second.position.quantity))
    mark = state.prices[first.symbol].mark
    for leg in (first, second):
        yield from _fill(state, key, leg, size, Deal(mark, ev.Taker.HEDGE))


def _reduce(state: State, key: PoolKey, leg: Leg, risk: Risk) -> Iterator[ev.Event]:
    """Yield one immediate-or-cancel order and who took it."""
    instrument = state.instruments[leg.symbol]
    bracket = instrument.bracket_at(notional(state, leg))
    size = _order_size(state, leg, bracket)
    limit = bankruptcy_price(state, leg, risk)
    side = _closing_side(leg)
    yield ev.LiquidationOrdered(
        account=key.account,
        symbol=leg.symbol,
        position_side=leg.side,
        side=side,
        quantity=Qty(size),
        bankruptcy_price=limit,
        mark=state.prices[leg.symbol].mark,
        bracket=bracket + 1,
        equity=risk.equity,
        maintenance=risk.maintenance,
    )
    market = forced_price(state, leg.symbol, side)
    if market < limit if side is Side.SELL else market > limit:
        yield from _take_over(state, key, leg, limit, market)
        return
    yield from _fill(state, key, leg, size, Deal(market, ev.Taker.MARKET))
    yield from _charge(state, key, leg, value_of(market, size))


def _order_size(state: State, leg: Leg, bracket: int) -> int:
    """Return how much to close: down to the cap of the bracket below, or all in the first."""
    held = abs(leg.position.quantity)
    instrument = state.instruments[leg.symbol]
    if not state.settings.partial_liquidation or bracket == 0:
        return held
    cap = instrument.brackets[bracket - 1].cap
    steps = divide_down(cap * ONE, state.prices[leg.symbol].mark * instrument.step)
    return held - min(held, steps * instrument.step)


def _fill(state: State, key: PoolKey, leg: Leg, size: int, deal: Deal) -> Iterator[ev.Event]:
    """Yield a part of a position leaving the pool; isolated margin stays until the end."""
    account = state.accounts[key.account]
    side = _closing_side(leg)
    price, taker = deal
    yield ev.LiquidationFilled(
        account=key.account,
        symbol=leg.symbol,
        position_side=leg.side,
        side=side,
        quantity=Qty(size),
        price=Price(price),
        taker=taker,
    )
    charged = taker is ev.Taker.MARKET and state.settings.liquidation_taker_fee
    rate = state.settings.taker_fee if charged else 0
    signed = size if side is Side.BUY else -size
    # What the pool has once the part is closed at this price and not at the mark.
    worth = assess(state, key).equity - signed * (price - state.prices[leg.symbol].mark)
    left = max(0, money_down(worth))
    trade = Execution(leg.symbol, leg.side, signed, price, rate, fee_limit=left)
    closing = shrink(account, trade, release=False)
    yield closing
    if account.orders and isinstance(closing, ev.PositionClosed):
        yield from orphans(account, leg.symbol, leg.side)


def _charge(state: State, key: PoolKey, leg: Leg, value: int) -> Iterator[ev.Event]:
    """Yield the clearance fee: the symbol's rate on what the market took, or what is left."""
    rate = state.instruments[leg.symbol].liquidation_fee
    left = max(0, money_down(assess(state, key).equity))
    amount = min(fee_cut(value, rate), left)
    if amount:
        yield ev.LiquidationFeeCharged(
            account=key.account,
            symbol=leg.symbol,
            position_side=leg.side,
            margin_mode=leg.position.margin_mode,
            amount=Money(amount),
        )


def _take_over(
    state: State, key: PoolKey, leg: Leg, limit: Price, market: Price
) -> Iterator[ev.Event]:
    """Yield the insurance fund's taking of the whole position at its bankruptcy price.

    The fund closes it at the market at once. What it cannot carry is deleveraged.
    """
    held = leg.position.quantity
    result = money_down((market - limit) * held)
    if state.ledger.insurance + result < 0:
        yield from _deleverage(state, key, leg, limit)
        return
    yield from _fill(state, key, leg, abs(held), Deal(limit, ev.Taker.INSURANCE_FUND))
    yield ev.PositionTakenOver(
        account=key.account,
        symbol=leg.symbol,
        quantity=held,
        bankruptcy_price=limit,
        market_price=market,
        result=result,
    )


def _deleverage(state: State, key: PoolKey, leg: Leg, limit: Price) -> Iterator[ev.Event]:
    """Yield the closing against opposite positions; the market account takes what none holds."""
    held = leg.position.quantity
    size = abs(held)
    yield from _fill(state, key, leg, size, Deal(limit, ev.Taker.DELEVERAGING))
    yield from deleverage(state, key.account, leg.symbol, held, limit)


def _end(state: State, key: PoolKey) -> Iterator[ev.Event]:
    """Yield what became of the money: covered if below zero, returned or forfeited if left."""
    account = state.accounts[key.account]
    closed = not any(leg.position.quantity for leg in legs_of(account, key))
    left = wallet_of(account, key)
    if closed and left < 0:
        yield cover(state, account, key.symbol, key.position_side, -left)
        left = Money(0)
    forfeited = left if closed and state.settings.remainder_to_fund else 0
    returned = left - forfeited if closed and key.symbol else 0
    yield ev.LiquidationEnded(
        account=key.account,
        symbol=key.symbol,
        position_side=key.position_side,
        outcome=ev.Outcome.CLOSED if closed else ev.Outcome.RECOVERED,
        returned=Money(returned),
        forfeited=Money(forfeited),
    )


def _closing_side(leg: Leg) -> Side:
    return Side.SELL if leg.position.quantity > 0 else Side.BUY
