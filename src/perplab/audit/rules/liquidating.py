"""Liquidating: the whole way from cancelled orders to the last unit of money. Rules 10, 14, 15."""

from fractions import Fraction
from itertools import pairwise

from perplab.audit.book import Account, Book, Leg, Order, Pool
from perplab.audit.exact import ZERO, cut, down, to_step_down
from perplab.audit.hearing import Due, Expected
from perplab.audit.market import forced_price
from perplab.audit.risk import assess, bankruptcy_price, maintenance, notional, profit
from perplab.audit.rules.deleveraging import deleverage
from perplab.audit.rules.trades import Trade, canceled, cover, fee_of, orphans, shrink

_MOST_STEPS = 1_000
"""A liquidation that does not end after so many orders never will: its facts were forged."""


def liquidate(book: Book, pool: Pool) -> Due:
    """Expect orders cancelled, then parts closed until the pool is safe or empty. Rule 14."""
    risk = assess(book, pool)
    names = {"account": pool.account, "symbol": pool.symbol, "position_side": pool.side}
    why = "equity is at or below maintenance"
    fact = yield Expected("LiquidationStarted", names | risk._asdict(), "14.1", why)
    if fact is None:
        return
    for order in list(book.accounts[pool.account].orders.values()):
        if _belongs(book.accounts[pool.account], order, pool):
            yield canceled(
                order, "liquidation", "14.2", "its pool is liquidated", "liquidation-orders"
            )
    for _ in range(_MOST_STEPS):
        if not assess(book, pool).due:
            break
        yield from _step(book, pool)
    yield from _end(book, pool)


def _belongs(account: Account, order: Order, pool: Pool) -> bool:
    if pool.symbol:
        return (order.symbol, order.position_side) == (pool.symbol, pool.side)
    return not account.isolated(order.symbol)


def _step(book: Book, pool: Pool) -> Due:
    """Expect a hedged pair reduced, or one order for the first position to go. Rule 14.7."""
    legs = book.legs(pool)
    for first, second in pairwise(legs):
        if first.symbol == second.symbol:
            size = min(abs(first.position.quantity), abs(second.position.quantity))
            mark = book.prices[first.symbol].mark
            for leg in (first, second):
                yield from _fill(book, pool, leg, size, price=mark, taker="hedge")
            return
    yield from _order(book, pool, _first_to_go(book, pool, legs))


def _first_to_go(book: Book, pool: Pool, legs: list[Leg]) -> Leg:
    """Return the position of the most maintenance margin, of a bankrupt pool that of most loss."""
    if assess(book, pool).equity > 0:
        return max(legs, key=lambda leg: maintenance(book, leg))
    return min(legs, key=lambda leg: profit(book, leg))


def _order(book: Book, pool: Pool, leg: Leg) -> Due:
    """Expect an order at the bankruptcy price, and who took it. Rules 14.3, 14.4, 15.1."""
    held, mark = leg.position.quantity, book.prices[leg.symbol].mark
    side = "sell" if held > 0 else "buy"
    size = _size(book, leg)
    limit = bankruptcy_price(book, pool, leg)
    table = book.instruments[leg.symbol].table
    fact = yield Expected(
        "LiquidationOrdered",
        {
            "account": pool.account,
            "symbol": leg.symbol,
            "position_side": leg.side,
            "side": side,
            "quantity": size,
            "bankruptcy_price": limit,
            "mark": mark,
            "bracket": table.index_at(notional(book, leg)) + 1,
            **assess(book, pool)._asdict(),
        },
        "14.3",
        "the pool is still at maintenance",
    )
    if fact is not None:
        size = fact["quantity"]
    market = forced_price(book, leg.symbol, side)
    if market < limit if side == "sell" else market > limit:
        yield from _take_over(book, pool, leg, limit, market)
        return
    yield from _fill(book, pool, leg, size, price=market, taker="market")
    yield from _charge(book, pool, leg, size * market)


def _size(book: Book, leg: Leg) -> Fraction:
    """Return how much to close: down to the cap of the bracket below, or all. Rule 14.3."""
    instrument = book.instruments[leg.symbol]
    size = abs(leg.position.quantity)
    index = instrument.table.index_at(notional(book, leg))
    if index == 0 or not book.settings.partial_liquidation:
        return size
    cap = instrument.table.rows[index - 1].cap
    kept = to_step_down(cap / book.prices[leg.symbol].mark, instrument.step)
    return size - min(size, kept)


def _fill(book: Book, pool: Pool, leg: Leg, size: Fraction, *, price: Fraction, taker: str) -> Due:
    """Expect a part of a position to leave the pool, and its fee if one is charged. Rule 14.5."""
    side = "sell" if leg.position.quantity > 0 else "buy"
    names = {"account": pool.account, "symbol": leg.symbol, "position_side": leg.side}
    fact = yield Expected(
        "LiquidationFilled",
        names | {"side": side, "quantity": size, "price": price, "taker": taker},
        {"market": "14.4", "hedge": "14.7", "insurance_fund": "15.1"}.get(taker, "16.1"),
        "a part of the pool is closed",
    )
    if fact is None:
        return
    price, size = fact["price"], fact["quantity"]
    signed = size if side == "buy" else -size
    fee = ZERO
    if taker == "market" and book.settings.liquidation_taker_fee:
        worth = assess(book, pool).equity - signed * (price - book.prices[leg.symbol].mark)
        fee = min(fee_of(size, price, book.settings.taker_fee), max(ZERO, down(worth)))
    trade = Trade(leg.symbol, leg.side, signed, price, fee)
    full = signed == -leg.position.quantity
    yield shrink(leg.position, pool.account, trade, release=False)
    if full:
        yield from orphans(book.accounts[pool.account], leg.symbol, leg.side)


def _charge(book: Book, pool: Pool, leg: Leg, value: Fraction) -> Due:
    """Expect the clearance fee: the rate on what the market took, or what is left. Rule 14.5."""
    rate = book.instruments[leg.symbol].liquidation_fee
    amount = min(cut(value * rate), max(ZERO, down(assess(book, pool).equity)))
    if amount:
        body = {
            "account": pool.account,
            "symbol": leg.symbol,
            "position_side": leg.side,
            "margin_mode": leg.position.margin_mode,
            "amount": amount,
        }
        yield Expected("LiquidationFeeCharged", body, "14.5", "the market took a part")


def _take_over(book: Book, pool: Pool, leg: Leg, limit: Fraction, market: Fraction) -> Due:
    """Expect the insurance fund, or who is deleveraged, to take the whole. Rules 15.1, 16.1."""
    held = leg.position.quantity
    result = down((market - limit) * held)
    if book.ledger["insurance"] + result < 0:
        yield from _fill(book, pool, leg, abs(held), price=limit, taker="deleveraging")
        yield from deleverage(book, pool.account, leg.symbol, held, limit)
        return
    yield from _fill(book, pool, leg, abs(held), price=limit, taker="insurance_fund")
    body = {
        "account": pool.account,
        "symbol": leg.symbol,
        "quantity": held,
        "bankruptcy_price": limit,
        "market_price": market,
        "result": result,
    }
    yield Expected("PositionTakenOver", body, "15.1", "the market is beyond the bankruptcy price")


def _end(book: Book, pool: Pool) -> Due:
    """Expect what is left to go where it belongs. Rules 13.6, 14.6."""
    account = book.accounts[pool.account]
    closed, left = not book.legs(pool), book.wallet(pool)
    if closed and left < 0:
        yield cover(book, account, pool.symbol, pool.side, -left)
        left = ZERO
    forfeited = left if closed and book.settings.remainder_to_fund else ZERO
    body = {
        "account": pool.account,
        "symbol": pool.symbol,
        "position_side": pool.side,
        "outcome": "closed" if closed else "recovered",
        "returned": left - forfeited if closed and pool.symbol else ZERO,
        "forfeited": forfeited,
    }
    yield Expected("LiquidationEnded", body, "14.6", "the pool is safe, or empty")
