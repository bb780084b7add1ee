"""Dated: the auditor's bracket tables by symbol and day, from dated files. Rule 4.5."""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from perplab.audit.brackets import Row, Table, liquidation_price
from perplab.audit.exact import of_units
from perplab.tables.dated import DatedTable, DatedTables

NEEDED = "the leverage brackets of that day: --brackets FILE@DATE"
LATER = f"{NEEDED}; the earliest given that have the symbol are of a later day"


class Implied(NamedTuple):
    """What a position's bankruptcy price says of its liquidation."""

    price: Fraction
    bracket: int
    rate: Fraction
    dated: bool = True
    """Whether the brackets were in force by then, rather than used before their date."""


class Brackets:
    """The tables of an audit, each converted once; none if no file was given."""

    def __init__(self, tables: DatedTables | None) -> None:
        self._tables = tables
        self._symbols = frozenset(tables.symbols) if tables else frozenset()
        self._kept: dict[tuple[str, str], Table] = {}
        self._used: dict[str, str] = {}

    def table(self, symbol: str, time_ns: int) -> Table | None:
        """Return the table in force, the latest for a time below zero; None if none has the symbol.

        Raises `TableError` if the symbol's table is not sound.
        """
        if self._tables is None or symbol not in self._symbols:
            return None
        dated = self._in_force(symbol, time_ns)
        self._used[f"{symbol} {dated.source}"] = self._tables.note(symbol, dated.effective_ns)
        return self._converted(dated, symbol)

    def is_dated(self, symbol: str, time_ns: int) -> bool:
        """Return whether the table was in force by then, rather than used before its date."""
        return time_ns < 0 or self._in_force(symbol, time_ns).effective_ns <= time_ns

    def others(self, symbol: str, time_ns: int) -> Iterator[tuple[str, Table]]:
        """Yield the source and table of each file that has the symbol and was not in force."""
        in_force = self._in_force(symbol, time_ns)
        for dated in self._of(symbol):
            if dated is not in_force:
                yield dated.source, self._converted(dated, symbol)

    def notes(self) -> list[str]:
        """Return which files the brackets came from, each once."""
        sources = {note.partition(": ")[2] for note in self._used.values()}
        return [f"brackets: {source}" for source in sorted(sources)]

    def _of(self, symbol: str) -> list[DatedTable]:
        assert self._tables is not None
        return [table for table in self._tables.tables if symbol in table.rows]

    def _in_force(self, symbol: str, time_ns: int) -> DatedTable:
        tables = self._of(symbol)
        begun = [table for table in tables if time_ns < 0 or table.effective_ns <= time_ns]
        return begun[-1] if begun else tables[0]

    def _converted(self, dated: DatedTable, symbol: str) -> Table:
        key = dated.source, symbol
        if key not in self._kept:
            assert self._tables is not None
            rows = self._tables.in_force(symbol, dated.effective_ns)
            self._kept[key] = Table(
                tuple(
                    Row(
                        of_units(row.floor),
                        of_units(row.cap),
                        of_units(row.rate),
                        of_units(row.amount),
                        row.max_leverage,
                    )
                    for row in rows
                )
            )
        return self._kept[key]


def implied_liquidation(table: Table, quantity: Fraction, bankruptcy: Fraction) -> Implied:
    """Return the liquidation price of a position that is alone and bankrupt at that price.

    `quantity` is signed. Equity at a price P is `quantity * (P - bankruptcy)`; liquidation comes
    where it is the maintenance margin, `|quantity| * P * rate - amount`. Rules 9.1 and 10.1.
    """
    price = liquidation_price(table, quantity, quantity * bankruptcy, Fraction(0))
    bracket = table.index_at(abs(quantity) * price)
    return Implied(price, bracket + 1, table.rows[bracket].rate)
