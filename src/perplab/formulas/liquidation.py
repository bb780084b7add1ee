"""Liquidation: the prices at which equity meets maintenance margin, or is gone.

docs/rules.md, Liquidation price and Bankruptcy price.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from perplab.formulas.exact import Exact, direction, exact, natural, nearest, positive
from perplab.formulas.rows import Line, Rows, lines_of, rows_of


class SafeRange(NamedTuple):
    """The prices between which a pair is safe; None on a side where nothing liquidates it."""

    below: Decimal | None
    above: Decimal | None


def liquidation_price(
    side: str,
    quantity: Exact,
    entry_price: Exact,
    margin: Exact,
    brackets: Rows,
    *,
    other_maintenance: Exact = 0,
    other_unrealized: Exact = 0,
) -> Decimal | None:
    """Return the mark price at which equity equals maintenance margin, or None.

    `margin` is the isolated wallet of an isolated position, or the cross wallet; for cross, the
    others' maintenance margin and unrealized profit are taken at fixed marks. With W = margin -
    other maintenance + other unrealized, a long's price is the highest over the brackets of
    (q * entry - W - amount) / (q * (1 - rate)), a short's the lowest of
    (q * entry + W + amount) / (q * (1 + rate)); rounded half up to 8 decimals. None if it is
    zero or below: a long that cannot be liquidated, or a short that is at any price.

    >>> liquidation_price("long", "0.1", "60000", "497", [(0, "0.004", 0)])
    Decimal('55251.00401606')
    """
    sign = direction(side)
    held = sign * positive("quantity", quantity)
    wallet = _wallet(margin, other_maintenance, other_unrealized)
    lines = lines_of(wallet, held, positive("entry_price", entry_price), rows_of(brackets))
    roots = [line.root for line in lines]
    return _price(max(roots) if sign > 0 else min(roots))


def hedged_liquidation_prices(
    *,
    long_quantity: Exact,
    long_entry: Exact,
    short_quantity: Exact,
    short_entry: Exact,
    margin: Exact,
    brackets: Rows,
    other_maintenance: Exact = 0,
    other_unrealized: Exact = 0,
) -> SafeRange | None:
    """Return the range of mark prices in which a cross long and short of one symbol are safe.

    Equity is linear in the price and the sum of both maintenance margins convex, so the safe
    prices lie between at most two. None if no price is safe; a bound is None where there is
    none above zero.

    >>> hedged_liquidation_prices(
    ...     long_quantity=1,
    ...     long_entry=50000,
    ...     short_quantity=1,
    ...     short_entry=52000,
    ...     margin=1000,
    ...     brackets="BTCUSDT",
    ... )
    SafeRange(below=None, above=Decimal('360000.00000000'))
    """
    rows = rows_of(brackets)
    wallet = _wallet(margin, other_maintenance, other_unrealized)
    held, entry = positive("long_quantity", long_quantity), positive("long_entry", long_entry)
    sold, price = positive("short_quantity", short_quantity), positive("short_entry", short_entry)
    longs = lines_of(wallet, held, entry, rows)
    shorts = lines_of(Fraction(0), -sold, price, rows)
    return _safe_range([Line(a.level + b.level, a.slope + b.slope) for a in longs for b in shorts])


def bankruptcy_price(
    side: str,
    quantity: Exact,
    entry_price: Exact,
    margin: Exact,
    *,
    other_unrealized: Exact = 0,
) -> Decimal | None:
    """Return the price at which the loss equals the margin, or None if it is zero or below.

    entry - side * (margin + other unrealized) / quantity, rounded half up to 8 decimals.

    >>> bankruptcy_price("long", 1, 50000, 5000)
    Decimal('45000.00000000')
    """
    sign, held = direction(side), positive("quantity", quantity)
    equity = exact("margin", margin) + exact("other_unrealized", other_unrealized)
    return _price(positive("entry_price", entry_price) - sign * equity / held)


def _wallet(margin: Exact, other_maintenance: Exact, other_unrealized: Exact) -> Fraction:
    maintenance = natural("other_maintenance", other_maintenance)
    return exact("margin", margin) - maintenance + exact("other_unrealized", other_unrealized)


def _safe_range(lines: Iterable[Line]) -> SafeRange | None:
    """Return where all lines are above zero: each keeps one side of its root."""
    below, above = Fraction(0), None
    for line in lines:
        if line.slope > 0:
            below = max(below, line.root)
        elif line.slope < 0:
            above = line.root if above is None else min(above, line.root)
        elif line.level <= 0:
            return None
    if above is not None and above <= below:
        return None
    return SafeRange(_price(below), None if above is None else _price(above))


def _price(exact_price: Fraction) -> Decimal | None:
    price = nearest(exact_price)
    return price if price > 0 else None
