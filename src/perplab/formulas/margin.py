"""Margin: what a position needs, and how near it is to needing more than it has.

docs/rules.md, Maintenance margin, Initial margin, Margin ratio and Zones.
"""

from decimal import Decimal
from typing import Literal

from perplab.formulas.exact import (
    Exact,
    cut,
    direction,
    exact,
    natural,
    nearest,
    positive,
    unrounded,
)
from perplab.formulas.rows import Rows, maintenance_of, rows_of

Zone = Literal["green", "yellow", "red"]


def maintenance_margin(notional: Exact, brackets: Rows) -> Decimal:
    """Return the exact maintenance margin of a notional: notional * rate - amount of its bracket.

    Notional is quantity * mark price. Nothing is rounded; the exchange prints it with all after
    the 8th decimal cut off.

    >>> maintenance_margin("300000.1", "BTCUSDT")
    Decimal('1200.0005')
    """
    return unrounded(maintenance_of(natural("notional", notional), rows_of(brackets)))


def initial_margin(quantity: Exact, price: Exact, leverage: Exact) -> Decimal:
    """Return quantity * price / leverage, cut after 8 decimals.

    The price is the fill's when a position opens (the higher of fill and mark for a short), and
    the mark when it is held.

    >>> initial_margin("0.1", "60000", 7)
    Decimal('857.14285714')
    """
    notional = natural("quantity", quantity) * positive("price", price)
    return cut(notional / positive("leverage", leverage))


def unrealized_profit(side: str, quantity: Exact, entry_price: Exact, mark_price: Exact) -> Decimal:
    """Return side * quantity * (mark - entry), exact.

    >>> unrealized_profit("short", "0.5", "60000", "58000")
    Decimal('1000')
    """
    moved = positive("mark_price", mark_price) - positive("entry_price", entry_price)
    return unrounded(direction(side) * natural("quantity", quantity) * moved)


def margin_ratio(maintenance: Exact, equity: Exact) -> Decimal:
    """Return maintenance / equity, the exchange's margin ratio: liquidation comes at 1.

    Equity (margin balance) is the wallet + unrealized profit. Rounded half up to 8 decimals;
    Infinity where equity is not above zero and something is held against it.

    >>> margin_ratio("24", "300")
    Decimal('0.08000000')
    """
    needed, held = natural("maintenance", maintenance), exact("equity", equity)
    if held > 0:
        return nearest(needed / held)
    return Decimal("Infinity") if needed or held else Decimal(0)


def equity_ratio(equity: Exact, notional: Exact) -> Decimal:
    """Return equity / notional: liquidation comes when it has fallen to the maintenance rate.

    This is what some guides call "margin ratio". Rounded half up to 8 decimals.

    >>> equity_ratio("300", "6000")
    Decimal('0.05000000')
    """
    return nearest(exact("equity", equity) / positive("notional", notional))


def zone(ratio: Exact, *, yellow: Exact = "0.5", red: Exact = "0.8") -> Zone:
    """Return the colour of a margin ratio: green below `yellow`, red from `red` on.

    >>> zone("0.5")
    'yellow'
    """
    first, second = exact("yellow", yellow), exact("red", red)
    if not 0 < first <= second:
        raise ValueError(f"yellow: found {yellow}, expected above 0 and at most red, {red}")
    if isinstance(ratio, Decimal) and ratio == Decimal("Infinity"):
        return "red"
    value = natural("ratio", ratio)
    if value >= second:
        return "red"
    return "yellow" if value >= first else "green"
