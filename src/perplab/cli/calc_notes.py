"""Notes: what a person should know of a stated position that the exchange would not hold."""

from decimal import Decimal
from fractions import Fraction

from perplab.cli.calc_position import Stated, standing
from perplab.cli.calc_print import plain
from perplab.domain.instrument import Bracket
from perplab.domain.numbers import ONE, format_units
from perplab.formulas.exact import unrounded


def notes_on(position: Stated, leverage: Decimal | None = None) -> list[str]:
    """Return all notes on a position; without a leverage, none on the leverage."""
    return [*at_once(position), *beyond_brackets(position, leverage)]


def at_once(position: Stated) -> list[str]:
    """Return a note on a position whose margin balance does not exceed its maintenance margin."""
    at_mark = standing(position)
    balance, needed = at_mark["margin_balance"], at_mark["maintenance_margin"]
    assert isinstance(balance, Decimal)
    assert isinstance(needed, Decimal)
    if balance > needed:
        return []
    note = (
        f"the position would be liquidated at once: at the mark price {_text(position.mark)} its"
        f" margin balance {plain(balance)} is not above its maintenance margin {plain(needed)}"
    )
    return [note]


def beyond_brackets(position: Stated, leverage: Decimal | None) -> list[str]:
    """Return notes on a notional beyond the last bracket and a leverage beyond its bracket's.

    Rows that are not of a table state neither.
    """
    rows = [row for row in position.rows if isinstance(row, Bracket)]
    if not rows:
        return []
    notional = position.quantity * position.mark
    holding = [row for row in rows if notional <= Fraction(row.cap, ONE)]
    if not holding:
        cap = format_units(rows[-1].cap)
        note = f"the notional {_text(notional)} is above {cap}, the cap of the last bracket"
        return [f"{note}: the exchange holds no such position"]
    most = holding[0].max_leverage
    if leverage is None or leverage <= most:
        return []
    bracket = f"the bracket of the notional {_text(notional)}"
    return [f"the leverage {plain(leverage)} is above {most}, the highest that {bracket} allows"]


def _text(number: Fraction) -> str | None:
    return plain(unrounded(number))
