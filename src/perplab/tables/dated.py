"""Dated tables: which leverage brackets of a symbol are in force at a time."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from perplab.domain.instrument import Bracket
from perplab.tables.brackets import read_brackets
from perplab.tables.check import checked
from perplab.tables.reading import TableError, config_file

BUILT_IN = "binance-usdm-brackets.toml"

_RELEASE = re.compile(r"freqtrade-(20\d\d)\.(\d{1,2})(?!\d)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedTable:
    """One file's rows by symbol and the time from which they hold."""

    source: str
    effective_ns: int
    dated_by: str
    rows: Mapping[str, tuple[Bracket, ...]]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedTables:
    """Several tables in the order of their dates; each symbol is checked when it is asked for."""

    tables: tuple[DatedTable, ...]
    lookup: bool = False
    """Accept tables that are not continuous. docs/rules.md, Brackets."""

    def in_force(self, symbol: str, time_ns: int) -> tuple[Bracket, ...]:
        """Return the symbol's rows at a time: the earliest table's before its own date.

        Raises `TableError` if no table has the symbol or if its table fails the check.
        """
        return self._rows(self._table(symbol, time_ns), symbol)

    def changes_between(
        self, symbol: str, start_ns: int, end_ns: int
    ) -> tuple[tuple[int, tuple[Bracket, ...]], ...]:
        """Return (time_ns, rows) of each change with start < time <= end, in order."""
        changes = []
        current = self.in_force(symbol, start_ns)
        for table in self._of(symbol):
            if not start_ns < table.effective_ns <= end_ns:
                continue
            rows = self._rows(table, symbol)
            if rows != current:
                changes.append((table.effective_ns, rows))
            current = rows
        # The earliest table is in force before its own date too, so its date changes nothing.
        return tuple(changes)

    def note(self, symbol: str, time_ns: int) -> str:
        """Return a sentence on where the rows come from, and what was assumed about their date."""
        table = self._table(symbol, time_ns)
        early = "; used before that date, as no earlier table is given"
        since = f"{table.source}, {table.dated_by}"
        text = f"brackets of {symbol}: {since}{early if time_ns < table.effective_ns else ''}"
        return "\n".join((text, *table.notes))

    @property
    def symbols(self) -> tuple[str, ...]:
        """Return every symbol that a table has, sorted."""
        return tuple(sorted({symbol for table in self.tables for symbol in table.rows}))

    def _of(self, symbol: str) -> list[DatedTable]:
        return [table for table in self.tables if symbol in table.rows]

    def _rows(self, table: DatedTable, symbol: str) -> tuple[Bracket, ...]:
        return checked(symbol, table.rows[symbol], table.source, lookup=self.lookup)

    def _table(self, symbol: str, time_ns: int) -> DatedTable:
        tables = self._of(symbol)
        if not tables:
            sources = ", ".join(table.source for table in self.tables)
            raise TableError(
                f"{symbol}: no leverage brackets in {sources}; give a table that has it with"
                " --brackets FILE"
            )
        begun = [table for table in tables if table.effective_ns <= time_ns]
        return begun[-1] if begun else tables[0]


def read_dated(sources: Sequence[str | Path], *, lookup: bool = False) -> DatedTables:
    """Return the tables of these files, each `FILE` or `FILE@DATE`; without any, the built-in.

    A table holds from the date given, else from the one its content or its name states; a
    release `freqtrade-2023.5` is in force from the first day of that month (our choice). A
    table without any date holds from the start. Times are UTC.
    """
    if not sources:
        return built_in()
    tables = sorted((_dated(source) for source in sources), key=lambda table: table.effective_ns)
    _refuse_ties(tables)
    return DatedTables(tables=tuple(tables), lookup=lookup)


@cache
def built_in() -> DatedTables:
    """Return the tables that come with perplab."""
    table = replace(_dated(config_file(BUILT_IN)), source=f"built-in {BUILT_IN}")
    return DatedTables(tables=(table,))


def _refuse_ties(tables: Sequence[DatedTable]) -> None:
    seen: dict[tuple[int, str], str] = {}
    for table in tables:
        for symbol in table.rows:
            other = seen.setdefault((table.effective_ns, symbol), table.source)
            if other != table.source:
                raise TableError(
                    f"{table.source} and {other} both hold {symbol} from the same time;"
                    " give each a date: FILE@2023-06-01"
                )


def _dated(source: str | Path) -> DatedTable:
    path, stated = _split(source)
    file = read_brackets(path)
    effective, dated_by = _effective(path, stated, file.effective)
    return DatedTable(
        source=str(path),
        effective_ns=effective,
        dated_by=dated_by,
        rows=file.rows,
        notes=file.notes,
    )


def _split(source: str | Path) -> tuple[Path, datetime | date | None]:
    name, at, stated = str(source).rpartition("@")
    if not at or Path(source).exists():
        return Path(source), None
    try:
        return Path(name), datetime.fromisoformat(stated)
    except ValueError:
        raise TableError(
            f"{source}: found {stated!r} after @, expected a date such as 2023-06-01"
        ) from None


def _effective(
    path: Path, stated: datetime | date | None, content: datetime | date | None
) -> tuple[int, str]:
    if stated is not None:
        return nanoseconds(stated), f"in force from {stated:%Y-%m-%d} as stated"
    if content is not None:
        return nanoseconds(content), f"in force from {content:%Y-%m-%d} as it says"
    release = _RELEASE.search(path.name)
    if release is None:
        return 0, "undated, in force from the start"
    return _release(path, int(release[1]), int(release[2]))


def _release(path: Path, year: int, month: int) -> tuple[int, str]:
    try:
        first = date(year, month, 1)
    except ValueError:
        raise TableError(
            f"{path}: found month {month} in the name, expected 1 to 12, or give FILE@2023-06-01"
        ) from None
    return nanoseconds(first), f"in force from {first} as its name's release month suggests"


def nanoseconds(moment: datetime | date) -> int:
    """Return a moment in ns since the epoch; a date is its first moment, UTC unless it says."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
