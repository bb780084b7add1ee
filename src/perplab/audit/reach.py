"""Reach: between which prices nothing can be due for a pool or an order, in whole 1e-8.

Inside the interval a tick needs no look; at or beyond a bound everything is compared exactly. So a
bound may be too near, never too far.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from perplab.audit.book import Book, Leg, Order, Pool
from perplab.audit.exact import SCALE, ZERO
from perplab.audit.risk import Risk, assess
from perplab.audit.rules.ticks import beyond
from perplab.audit.rules.triggers import is_reached

FURTHEST = 2**62


class Source(NamedTuple):
    """A price stream: its symbol and kind."""

    symbol: str
    kind: str


class Bound(NamedTuple):
    """Look at ticks of a stream at or below `low`, at or above `high`; in 1e-8."""

    source: Source
    low: int
    high: int


def bounds_of_pool(book: Book, pool: Pool) -> list[Bound]:
    """Return, for each symbol of a pool, the marks at which it must be looked at.

    Maintenance is a line in each price as long as no leg leaves its bracket, so the level lies
    slack / slope away. Of several symbols each may use an equal share of the slack.
    """
    legs = book.legs(pool)
    symbols = sorted({leg.symbol for leg in legs})
    risk = assess(book, pool)
    return [
        _bound(book, pool, risk, [leg for leg in legs if leg.symbol == symbol], len(symbols))
        for symbol in symbols
    ]


def _bound(book: Book, pool: Pool, risk: Risk, legs: list[Leg], shares: int) -> Bound:
    symbol = legs[0].symbol
    instrument, mark = book.instruments[symbol], book.prices[symbol].mark
    lows, highs = [-FURTHEST], [FURTHEST]
    net, weight = ZERO, ZERO
    for leg in legs:
        size = abs(leg.position.quantity)
        index = instrument.table.index_at(size * mark)
        rows = instrument.table.rows
        net += leg.position.quantity
        weight += rows[index].rate * size
        if index > 0:
            lows.append(floor(rows[index - 1].cap / size * SCALE))
        if index < len(rows) - 1:
            highs.append(_above(rows[index].cap / size))
    settings = book.settings
    called = book.is_called(pool)
    level = Fraction(1) if called else min(Fraction(1), settings.margin_call_ratio)
    slope = level * net - weight
    if slope:
        move = max(ZERO, level * risk.equity - risk.maintenance) / (shares * slope)
        if slope > 0:
            lows.append(floor((mark - move) * SCALE))
        else:
            highs.append(ceil((mark - move) * SCALE))
    level = settings.margin_call_rearm
    slope = level * net - weight
    if called and slope:
        move = max(ZERO, risk.maintenance - level * risk.equity) / (shares * slope)
        if slope > 0:
            highs.append(_above(mark + move))
        else:
            lows.append(-_above(-mark - move))
    return _within(Source(symbol, instrument.mark_stream), max(lows), min(highs))


def _within(source: Source, low: int, high: int) -> Bound:
    """Return a bound of 64 bits: no price is further away."""
    return Bound(source, max(-FURTHEST, min(FURTHEST, low)), max(-FURTHEST, min(FURTHEST, high)))


def _above(price: Fraction) -> int:
    """Return the first price in 1e-8 that is above an exact one."""
    above: int = floor(price * SCALE) + 1
    return above


def bounds_of_order(book: Book, order: Order) -> list[Bound]:
    """Return the prices at which an order must be looked at; none for a trailing stop."""
    instrument = book.instruments[order.symbol]
    if not order.waits:
        return [
            _reaching(
                Source(order.symbol, kind),
                order.side == "buy",
                order.price - order.sign * beyond(book, kind),
            )
            for kind in instrument.fill_streams
        ]
    if order.trails:
        return []
    source = Source(order.symbol, book.watched(order))
    if order.price_protect and is_reached(order, book.reference(order)):
        # Held back: whatever brings the two prices together triggers it.
        kinds = dict.fromkeys((instrument.mark_stream, instrument.last_stream))
        return [Bound(Source(order.symbol, kind), FURTHEST, -FURTHEST) for kind in kinds]
    return [_reaching(source, order.falls, order.trigger_price)]


def _reaching(source: Source, falls: bool, price: Fraction) -> Bound:
    units = floor(price * SCALE) if falls else ceil(price * SCALE)
    return _within(source, *((units, FURTHEST) if falls else (-FURTHEST, units)))


Key = Pool | int
"""What is fenced in: a pool, or an order by its number."""


def keys_of(book: Book, names: Iterable[str]) -> Iterator[Key]:
    """Yield the pools and orders of accounts."""
    for name in names:
        account = book.accounts[name]
        yield from book.pools(account)
        yield from (order.number for order in account.orders.values())
