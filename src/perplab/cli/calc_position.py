"""A position as the calculator's options state it, and what follows from it at a mark price."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from perplab.formulas.exact import nearest, unrounded
from perplab.formulas.liquidation import bankruptcy_price, liquidation_price
from perplab.formulas.margin import (
    equity_ratio,
    maintenance_margin,
    margin_ratio,
    unrealized_profit,
    zone,
)
from perplab.formulas.rows import Rows

Values = dict[str, Decimal | str | None]
"""A result's names and numbers, in the order in which they are printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a person says about a position; the wallet is isolated, or cross with the others."""

    side: str
    quantity: Fraction
    entry: Fraction
    margin: Fraction
    mark: Fraction
    rows: Rows
    other_maintenance: Fraction = Fraction(0)
    other_unrealized: Fraction = Fraction(0)


def prices(position: Stated) -> Values:
    """Return the liquidation and bankruptcy prices, and how far the first is from the mark."""
    price = liquidation_price(
        position.side,
        position.quantity,
        position.entry,
        position.margin,
        position.rows,
        other_maintenance=position.other_maintenance,
        other_unrealized=position.other_unrealized,
    )
    bankrupt = bankruptcy_price(
        position.side,
        position.quantity,
        position.entry,
        position.margin,
        other_unrealized=position.other_unrealized,
    )
    return {
        "liquidation_price": price,
        "distance_from_mark": _distance(position, price),
        "bankruptcy_price": bankrupt,
    }


def standing(position: Stated) -> Values:
    """Return equity, maintenance margin, the ratios and the zone at the mark price."""
    notional = position.quantity * position.mark
    profit = unrealized_profit(position.side, position.quantity, position.entry, position.mark)
    equity = position.margin + Fraction(profit) + position.other_unrealized
    needed = Fraction(maintenance_margin(notional, position.rows)) + position.other_maintenance
    ratio = margin_ratio(needed, equity)
    return {
        "notional": unrounded(notional),
        "unrealized_profit": profit,
        "margin_balance": unrounded(equity),
        "maintenance_margin": unrounded(needed),
        "margin_ratio": ratio,
        "zone": zone(ratio),
        "equity_ratio": equity_ratio(equity, notional),
        "effective_leverage": nearest(notional / equity) if equity > 0 else None,
    }


def _distance(position: Stated, price: Decimal | None) -> Decimal | None:
    """Return how far the mark may move before liquidation, as a share of the mark."""
    if price is None:
        return None
    sign = 1 if position.side == "long" else -1
    return nearest(sign * (position.mark - Fraction(price)) / position.mark)
