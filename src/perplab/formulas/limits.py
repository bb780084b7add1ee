"""Limits: how much margin may be added, taken back, or transferred out.

docs/rules.md, Adding and reducing margin, and Wallets and transfers.
"""

from decimal import Decimal
from fractions import Fraction

from perplab.domain.numbers import ONE
from perplab.formulas.exact import Exact, direction, exact, floor, natural, positive
from perplab.formulas.rows import Rows, maintenance_of, rows_of


def transferable(
    wallet: Exact,
    *,
    order_margin: Exact = 0,
    cross_maintenance: Exact = 0,
    cross_initial: Exact = 0,
    cross_unrealized: Exact = 0,
) -> Decimal:
    """Return what may leave the futures wallet, rounded down to 8 decimals.

    `wallet` is the cross wallet balance, `order_margin` the margin of open orders in isolated
    symbols, the rest the sums over cross positions (initial margin with their orders'). The
    lower of two bounds, not below zero: wallet - order margin - maintenance (a profit not yet
    realized cannot leave) and wallet + unrealized - initial - order margin.

    >>> transferable(1000, cross_maintenance=24, cross_initial=300, cross_unrealized=500)
    Decimal('976.00000000')
    """
    free = exact("wallet", wallet) - natural("order_margin", order_margin)
    kept = free - natural("cross_maintenance", cross_maintenance)
    available = free + exact("cross_unrealized", cross_unrealized)
    return floor(max(Fraction(0), min(kept, available - natural("cross_initial", cross_initial))))


def max_addable(
    wallet: Exact,
    *,
    order_margin: Exact = 0,
    cross_maintenance: Exact = 0,
    cross_initial: Exact = 0,
    cross_unrealized: Exact = 0,
) -> Decimal:
    """Return what may be added to an isolated position from the futures wallet.

    The same two bounds, and so the same arguments and figure, as `transferable`.

    >>> max_addable(1000, order_margin=150)
    Decimal('850.00000000')
    """
    return transferable(
        wallet,
        order_margin=order_margin,
        cross_maintenance=cross_maintenance,
        cross_initial=cross_initial,
        cross_unrealized=cross_unrealized,
    )


def max_removable(
    side: str,
    quantity: Exact,
    entry_price: Exact,
    margin: Exact,
    brackets: Rows,
    *,
    mark_price: Exact,
    leverage: Exact,
) -> Decimal:
    """Return what may be taken out of an isolated position, rounded down to 8 decimals.

    `margin` is its isolated wallet W. The lower of W - maintenance and W + unrealized - notional
    at mark / leverage, not below zero; and equity stays above maintenance (our choice, for a
    leverage that the position's bracket no longer allows).

    >>> max_removable("long", 1, 50000, 5000, "BTCUSDT", mark_price=51000, leverage=10)
    Decimal('900.00000000')
    """
    held, mark = positive("quantity", quantity), positive("mark_price", mark_price)
    moved = mark - positive("entry_price", entry_price)
    wallet = exact("margin", margin)
    equity = wallet + direction(side) * held * moved
    maintenance = maintenance_of(held * mark, rows_of(brackets))
    initial = held * mark / positive("leverage", leverage)
    spare = _below(equity - maintenance)
    return max(Decimal(0), floor(min(wallet - maintenance, equity - initial, spare)))


def _below(limit: Fraction) -> Fraction:
    """Return the largest amount of 8 decimals that is below the limit."""
    units = -(-limit.numerator * ONE // limit.denominator) - 1
    return Fraction(units, ONE)
