"""Rows: leverage brackets as the formulas take them, and the lines that they make of a position.

Rates rise and amounts keep maintenance margin continuous, so inside any bracket
maintenance(n) = max over rows of (n * rate - amount). That the maximum is also the row looked up
is what makes every formula here a closed form.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from perplab.domain.instrument import Bracket
from perplab.domain.numbers import ONE
from perplab.formulas.exact import Exact, exact, natural
from perplab.tables.dated import built_in

Rows = str | Sequence[tuple[Exact, Exact, Exact] | Bracket]
"""A built-in table's symbol, or (notional floor, rate, maintenance amount) of each bracket.

One row alone holds at every notional: (0, rate, amount) is one bracket of an exchange's page, and
(0, 0, -50) a fixed maintenance margin of 50.
"""

_LATEST = 2**63 - 1


class Row(NamedTuple):
    """A bracket's terms, exact."""

    floor: Fraction
    rate: Fraction
    amount: Fraction


class Line(NamedTuple):
    """Equity less one bracket's maintenance as a line over the price: level + slope * price."""

    level: Fraction
    slope: Fraction

    @property
    def root(self) -> Fraction:
        """Return the price at which the line crosses zero."""
        return -self.level / self.slope


def rows_of(brackets: Rows) -> tuple[Row, ...]:
    """Return the rows, or raise ValueError naming the row that breaks the table.

    Floors and rates must rise, and each amount be floor * (rate - rate above) + amount above.
    """
    if isinstance(brackets, str):
        rows = tuple(_from_bracket(row) for row in _built_in(brackets))
    else:
        rows = tuple(_row(number, row) for number, row in enumerate(brackets, start=1))
    if not rows:
        raise ValueError("brackets: found none, expected at least one row")
    for number, (above, row) in enumerate(pairwise(rows), start=2):
        _check(number, above, row)
    return rows


def maintenance_of(notional: Fraction, rows: Iterable[Row]) -> Fraction:
    """Return the maintenance margin of a notional."""
    return max(notional * row.rate - row.amount for row in rows)


def lines_of(
    wallet: Fraction, signed: Fraction, entry: Fraction, rows: Iterable[Row]
) -> list[Line]:
    """Return a line for each row: wallet + q * (p - entry) - (|q| * p * rate - amount).

    `signed` is the quantity, below zero for a short. The position is safe where all are above
    zero.
    """
    level = wallet - signed * entry
    return [Line(level + row.amount, signed - abs(signed) * row.rate) for row in rows]


def _built_in(symbol: str) -> tuple[Bracket, ...]:
    tables = built_in()
    if symbol not in tables.symbols:
        known = ", ".join(tables.symbols)
        raise ValueError(f"brackets: found {symbol!r}, expected one of {known}, or rows")
    return tables.in_force(symbol, _LATEST)


def _from_bracket(row: Bracket) -> Row:
    return Row(Fraction(row.floor, ONE), Fraction(row.rate, ONE), Fraction(row.amount, ONE))


def _row(number: int, row: Bracket | Sequence[Exact]) -> Row:
    if isinstance(row, Bracket):
        return _from_bracket(row)
    if isinstance(row, str) or len(row) != len(Row._fields):
        raise ValueError(
            f"brackets: row {number}: found {row!r},"
            " expected (notional floor, rate, maintenance amount)"
        )
    floor = natural(f"brackets: row {number}: floor", row[0])
    rate = natural(f"brackets: row {number}: rate", row[1])
    if rate >= 1:
        raise ValueError(f"brackets: row {number}: rate: found {row[1]}, expected less than 1")
    return Row(floor, rate, exact(f"brackets: row {number}: amount", row[2]))


def _check(number: int, above: Row, row: Row) -> None:
    if row.floor <= above.floor:
        raise ValueError(f"brackets: row {number}: floor: does not rise above the row before")
    if row.rate <= above.rate:
        raise ValueError(f"brackets: row {number}: rate: does not rise above the row before")
    expected = row.floor * (row.rate - above.rate) + above.amount
    if row.amount != expected:
        raise ValueError(
            f"brackets: row {number}: amount: found {row.amount}, expected {expected}"
            " = floor * (rate - rate above) + amount above"
        )
