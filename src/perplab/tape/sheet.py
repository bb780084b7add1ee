"""A sheet: the columns of a table by the role they play, with the checks each must pass."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from perplab.domain.numbers import shown
from perplab.tape.csv_table import CsvTable
from perplab.tape.errors import TapeError
from perplab.tape.frame_table import FrameTable, open_frame
from perplab.tape.plain_rows import Form
from perplab.tape.source import Source

Table = CsvTable | FrameTable


class Rows(Protocol):
    """What a sheet needs of the file that its rows came from, to speak of them."""

    path: Path

    def row_of(self, place: int) -> int:
        """Return the row's number in the file."""
        ...

    def cell(self, column: str, index: int) -> str:
        """Return the text of a cell."""
        ...


_FORMS: Mapping[str, Form] = {
    "price": "decimal", "quantity": "decimal", "bid": "decimal", "ask": "decimal",
    "rate": "decimal", "open": "decimal", "high": "decimal", "low": "decimal",
    "close": "decimal", "volume": "decimal", "symbol": "text", "flag": "flag",
}  # fmt: skip

_FLAGS = ("true", "false", "1", "0")


_PART = 1 << 15


def rises(values: NDArray[np.int64]) -> bool:
    """Return whether each value is above the one before it: a part at a time, so within a cache."""
    return all(
        bool((values[start + 1 : start + _PART + 1] > values[start : start + _PART][:rest]).all())
        for start in range(0, len(values) - 1, _PART)
        if (rest := len(values) - 1 - start)
    )


def open_table(source: Source) -> Table:
    """Return the table that a source holds."""
    return CsvTable(source) if source.content == "text" else open_frame(source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Columns named by role: numbers count 1e-8, times and ids are as they stand.

    `rows` are the places in the table of rows that were picked, or None for all.
    """

    table: Rows
    roles: Mapping[str, str]
    frame: pl.DataFrame
    rows: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return self.frame.height

    def __contains__(self, role: str) -> bool:
        return role in self.frame.columns

    def picked(self, rows: NDArray[np.bool_]) -> "Sheet":
        """Return the sheet with some of its rows."""
        places = np.flatnonzero(rows)
        before = places if self.rows is None else self.rows[places]
        return replace(self, frame=self.frame.filter(pl.Series(rows)), rows=before)

    def prices(self, role: str) -> NDArray[np.int64]:
        """Return prices, each above zero. Raises TapeError at the first that is not."""
        units = self.frame[role]
        return self._checked(role, units <= 0, "a decimal number above zero")

    def quantities(self, role: str) -> NDArray[np.int64]:
        """Return quantities, none below zero. Raises TapeError at the first that is."""
        units = self.frame[role]
        return self._checked(role, units < 0, "a decimal number not below zero")

    def numbers(self, role: str) -> NDArray[np.int64]:
        """Return numbers of any sign. Raises TapeError at the first empty cell."""
        return self._checked(role, self.frame[role].is_null(), "a decimal number")

    def row_of(self, index: int) -> int:
        """Return the row's number in the file."""
        return self.table.row_of(self._place(index))

    def refusal(self, role: str, index: int, expected: str, *, advice: str = "") -> TapeError:
        """Return the error that a cell is not what was expected."""
        column = self.roles[role]
        cell = self.table.cell(column, self._place(index))
        return TapeError(
            self.table.path,
            row=self.row_of(index),
            column=column,
            found=shown(cell) if cell else "an empty cell",
            expected=expected,
            advice=advice,
        )

    def refuse_duplicates(self, role: str) -> None:
        """Raise TapeError when two rows have the same id, and name both."""
        ids = self.frame[role]
        if ids.dtype == pl.Int64 and not ids.null_count() and rises(ids.to_numpy()):
            return
        known = ids.to_frame("id").with_row_index("row").drop_nulls("id")
        again = known.filter(~pl.col("id").is_first_distinct())
        if again.is_empty():
            return
        row, value = again.row(0)
        first = known.filter(pl.col("id") == value)["row"][0]
        raise TapeError(
            self.table.path,
            row=self.row_of(row),
            column=self.roles[role],
            found=f"id {value}, which row {self.row_of(first)} has",
            expected="each id once",
            advice="Remove the duplicate: a trade must not count twice.",
        )

    def refuse_no_flags(self, role: str) -> None:
        """Raise TapeError at the first cell that is neither true nor false, 1 nor 0."""
        cells = self.frame[role]
        known = cells.is_not_null()
        if cells.dtype not in (pl.Boolean, pl.Enum):
            texts = cells.cast(pl.String).str.strip_chars().str.to_lowercase()
            known &= texts.is_in(_FLAGS).fill_null(value=False)
        if not known.all():
            raise self.refusal(role, int((~known).arg_true()[0]), "true or false")

    def _place(self, index: int) -> int:
        return index if self.rows is None else int(self.rows[index])

    def _checked(self, role: str, bad: pl.Series, expected: str) -> NDArray[np.int64]:
        fault = bad.fill_null(value=True)
        if fault.any():
            raise self.refusal(role, int(fault.arg_true()[0]), expected)
        return self.frame[role].to_numpy()


def load(table: Table, roles: Mapping[str, str]) -> Sheet:
    """Return a table's columns by role. Raises TapeError at the first cell that does not fit."""
    wanted: dict[str, Form] = {}
    for role, column in roles.items():
        form = _FORMS.get(role) or ("integer" if table.form_of(column) == "integer" else "text")
        if wanted.setdefault(column, form) != form:
            raise TapeError(
                table.path, column=column, found="two roles for one column", expected="one role"
            )
    columns = table.load(wanted)
    frame = columns.select(pl.col(column).alias(role) for role, column in roles.items())
    return Sheet(table=table, roles=roles, frame=frame)
