"""Forced: what can be said of a forced order: its fill, its limit, what they imply, the market."""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from perplab.audit.exact import written
from perplab.audit.foreign.dated import LATER, NEEDED, Brackets, Implied, implied_liquidation
from perplab.audit.foreign.prices import Prices
from perplab.audit.foreign.report import right, unknown, wrong
from perplab.audit.verdict import Line, Verdict

NEAR = Fraction(1, 1000)
"""A fill is near the implied liquidation price if it is within 0.1% of it."""
NO_AVERAGE = "the average price of each fill, which the recording left out"
NO_LIMIT = "the limit price of the forced order: GET /fapi/v1/forceOrders"
NO_PRICES = "prices of that time: --prices FILES, candles or trades"
OTHERS = (
    "the account's other positions and its wallet: the limit is the bankruptcy price of the whole"
    " pool, and implies the liquidation price of a position that is alone"
)


_NEEDED = "; needed: "


class Closing(NamedTuple):
    """A forced order: signed quantity of the position that it is for, limit, average fill."""

    symbol: str
    time_ns: int
    quantity: Fraction
    limit: Fraction
    average: Fraction | None


def implied_of(closing: Closing, brackets: Brackets) -> Implied | None:
    """Return what a forced order's limit implies, None if no table has the symbol."""
    table = brackets.table(closing.symbol, closing.time_ns)
    if table is None or closing.limit <= 0:
        return None
    implied = implied_liquidation(table, closing.quantity, closing.limit)
    return implied._replace(dated=brackets.is_dated(closing.symbol, closing.time_ns))


def distance(closing: Closing, implied: Implied) -> Fraction:
    """Return how far the fill is from the implied price, as a share; below zero it is worse."""
    assert closing.average is not None
    side = 1 if closing.quantity > 0 else -1
    return side * (closing.average - implied.price) / implied.price


def lines_of(closing: Closing, implied: Implied | None, prices: Prices) -> Iterator[Line]:
    """Yield what can be said of a forced order. Rules 14.1 and 14.4."""
    if closing.average is None:
        yield unknown("fill-limit", NO_AVERAGE)
        yield unknown("implied-price", NO_AVERAGE)
        yield unknown("price-range", NO_AVERAGE)
        return
    if closing.limit > 0:
        yield _fill(closing, closing.average)
        yield _near(closing, implied)
    else:
        yield unknown("fill-limit", NO_LIMIT)
        yield unknown("implied-price", NO_LIMIT)
    yield from _market(closing, closing.average, implied, prices)


def _fill(closing: Closing, average: Fraction) -> Line:
    text = f"filled at {written(average)} on average, limit {written(closing.limit)}"
    worse = average < closing.limit if closing.quantity > 0 else average > closing.limit
    if worse:
        return wrong("fill-limit", f"{text}: worse than its limit, the bankruptcy price")
    return right("fill-limit", text)


def _near(closing: Closing, implied: Implied | None) -> Line:
    if implied is None:
        return unknown("implied-price", NEEDED)
    away = distance(closing, implied)
    text = (
        f"bankruptcy price {written(closing.limit)} implies liquidation at"
        f" {written(_eight(implied.price))} (bracket {implied.bracket},"
        f" {percent(implied.rate)}); the fill is {percent(abs(away))}"
        f" {'worse' if away < 0 else 'better'}"
    )
    if not implied.dated:
        return unknown("implied-price", f"{text}{_NEEDED}{LATER}")
    if abs(away) <= NEAR:
        return right("implied-price", text)
    return unknown("implied-price", f"{text}{_NEEDED}{OTHERS}")


def _market(
    closing: Closing, average: Fraction, implied: Implied | None, prices: Prices
) -> Iterator[Line]:
    traded = prices.last(closing.symbol, closing.time_ns)
    if traded is None:
        yield unknown("price-range", NO_PRICES)
    elif traded.holds(average):
        yield right("price-range", f"the fill is inside {traded.words}")
    else:
        yield wrong("price-range", f"the fill {written(average)} is outside {traded.words}")
    marks = prices.mark(closing.symbol, closing.time_ns)
    if marks is None or implied is None:
        return
    price = written(_eight(implied.price))
    if marks.holds(implied.price):
        yield right("mark-range", f"the implied price {price} is inside marks {marks.words}")
    else:
        text = f"the implied price {price} is outside marks {marks.words}{_NEEDED}{OTHERS}"
        yield unknown("mark-range", text)


def verdict_of(lines: tuple[Line, ...]) -> Verdict:
    """Return violated if any line is; confirmed if fill and implied price are; else cannot tell."""
    if any(line.verdict is Verdict.VIOLATED for line in lines):
        return Verdict.VIOLATED
    told = {line.check for line in lines if line.verdict is Verdict.CONFIRMED}
    return Verdict.CONFIRMED if {"fill-limit", "implied-price"} <= told else Verdict.CANNOT_TELL


def needed(line: Line) -> str:
    """Return what a line that cannot be told needs, without its numbers."""
    return line.text.rpartition(_NEEDED)[2]


def percent(share: Fraction) -> str:
    """Return a share in percent, with at most four decimals.

    >>> percent(Fraction(1, 250))
    '0.4%'
    """
    scaled = Fraction(round(share * 10**6), 10**4)
    return f"{written(scaled)}%"


def _eight(price: Fraction) -> Fraction:
    return Fraction(round(price * 10**8), 10**8)
