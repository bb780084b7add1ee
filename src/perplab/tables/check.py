"""Check: what a leverage-bracket table must satisfy before anything is computed with it."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from perplab.domain.instrument import Bracket
from perplab.domain.numbers import ONE, format_units
from perplab.tables.reading import TableError

_MOST_SHOWN = 32


def checked(
    symbol: str, rows: Sequence[Bracket], source: str, *, lookup: bool = False
) -> tuple[Bracket, ...]:
    """Return the rows if they make a table, or raise `TableError` with each faulty row.

    Floors must be contiguous from zero, rates rise, maximum leverage fall, and amounts keep
    maintenance margin continuous: amount = floor * (rate - rate above) + amount above. With
    `lookup` a table need only be one in which a notional can be looked up.
    """
    faults = list(_unusable(rows) if lookup else _faults(rows))
    if faults:
        raise TableError("\n".join(f"{source}: {symbol}: {fault}" for fault in faults))
    return tuple(rows)


def _faults(rows: Sequence[Bracket]) -> Iterator[str]:
    yield from _unusable(rows)
    if not rows:
        return
    if rows[0].floor:
        yield _fault(1, "floor", format_units(rows[0].floor), "0")
    if rows[0].amount:
        yield _fault(1, "maintenance amount", format_units(rows[0].amount), "0")
    for number, (above, row) in enumerate(pairwise(rows), start=2):
        yield from _discontinuities(number, above, row)


def _discontinuities(number: int, above: Bracket, row: Bracket) -> Iterator[str]:
    if row.floor != above.cap:
        cap = _short(format_units(above.cap))
        yield _fault(
            number, "floor", format_units(row.floor), f"{cap}, the cap of row {number - 1}"
        )
    if row.rate <= above.rate:
        rate = format_units(above.rate)
        yield _fault(number, "rate", format_units(row.rate), f"more than {rate}, the rate above")
    if row.max_leverage >= above.max_leverage:
        limit = f"less than {_short(str(above.max_leverage))}, the leverage above"
        yield _fault(number, "maximum leverage", str(row.max_leverage), limit)
    amount = row.floor * (row.rate - above.rate) + above.amount * ONE  # 1e-16
    if row.amount * ONE != amount:
        exact = _short(format_units(amount, 16))
        expected = f"{exact} = floor * (rate - rate above) + amount above"
        yield _fault(number, "maintenance amount", format_units(row.amount), expected)


def _unusable(rows: Sequence[Bracket]) -> Iterator[str]:
    if not rows:
        yield "has no rows; expected at least one bracket"
    for number, row in enumerate(rows, start=1):
        if row.cap <= row.floor:
            floor = f"more than {_short(format_units(row.floor))}, its floor"
            yield _fault(number, "cap", format_units(row.cap), floor)
        if not 0 < row.rate < ONE:
            yield _fault(number, "rate", format_units(row.rate), "a rate above 0 and below 1")
        if row.max_leverage < 1:
            yield _fault(number, "maximum leverage", str(row.max_leverage), "at least 1")
    for number, (above, row) in enumerate(pairwise(rows), start=2):
        if row.cap <= above.cap:
            cap = f"more than {_short(format_units(above.cap))}, the cap above"
            yield _fault(number, "cap", format_units(row.cap), cap)


def _fault(number: int, column: str, found: str, expected: str) -> str:
    return f"row {number}: {column}: found {_short(found)}, expected {expected}"


def _short(text: str) -> str:
    """Return a number's text, of one that no market has only the beginning."""
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}... ({len(text)} characters)"
