"""A Parquet or Feather file as a table with exact columns."""

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from perplab.domain.numbers import DECIMALS, INT64_MAX, ONE, shown
from perplab.tape.errors import TapeError
from perplab.tape.exact import fault_in, units_of_decimals, units_of_doubles, units_of_texts
from perplab.tape.plain_rows import Form
from perplab.tape.source import Source


def open_frame(source: Source) -> "FrameTable":
    """Return the table of a Parquet or Feather file. Raises TapeError when it is damaged."""
    reader = pl.read_parquet if source.content == "parquet" else pl.read_ipc
    data = source.data if isinstance(source.data, bytes) else source.data[:]
    try:
        frame = reader(io.BytesIO(data))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise TapeError(
            source.path,
            found=f"a damaged {source.content} file ({str(error).splitlines()[0]})",
            expected=f"a whole {source.content} file",
        ) from error
    return FrameTable(source.path, frame)


class FrameTable:
    """Named and typed columns; rows count from 1, `places` are theirs in a larger table."""

    has_header = True

    def __init__(
        self, path: Path, frame: pl.DataFrame, places: NDArray[np.int64] | None = None
    ) -> None:
        self.path = path
        self._frame = frame
        self._places = places
        self.names = frame.columns
        if frame.is_empty():
            raise TapeError(path, found="columns and no rows", expected="rows of prices")

    def row_of(self, place: int) -> int:
        """Return the number of a row."""
        return 1 + (place if self._places is None else int(self._places[place]))

    def form_of(self, column: str) -> Form:
        """Return what a column holds; times are texts here, and `load` gives them as they are."""
        dtype = self._frame[column].dtype
        if dtype.is_integer():
            return "integer"
        return "decimal" if dtype.is_numeric() else "text"

    def cell(self, column: str, index: int) -> str:
        """Return the text of a cell, for error messages."""
        value = self._frame[column][index]
        return "" if value is None else str(value)

    def load(self, wanted: Mapping[str, Form]) -> pl.DataFrame:
        """Return the wanted columns as `CsvTable.load` does, and times in their own type."""
        return pl.DataFrame([self._column(name, form) for name, form in wanted.items()])

    def _column(self, name: str, form: Form) -> pl.Series:
        column = self._frame[name]
        if form in ("text", "flag"):
            return column.cast(pl.String) if column.dtype == pl.Categorical else column
        if form == "integer" and column.dtype.is_integer():
            return self._cast(column)
        if form == "decimal":
            return self._units(column).alias(name)
        raise TapeError(
            self.path, column=name, found=f"values of type {column.dtype}", expected="whole numbers"
        )

    def _cast(self, column: pl.Series) -> pl.Series:
        cast = column.cast(pl.Int64, strict=False)
        lost = cast.is_null() & column.is_not_null()
        self._refuse_any(column, lost, "a number within 64-bit integers")
        return cast

    def _units(self, column: pl.Series) -> pl.Series:
        if column.dtype.is_integer():
            whole = self._cast(column)
            self._refuse_any(column, whole.abs() > INT64_MAX // ONE, "a number below 92233720368")
            return whole * ONE
        if column.dtype == pl.String:
            return self._units_of_texts(column)
        if column.dtype.is_decimal():
            units = units_of_decimals(column)
            return units if units is not None else self._units_of_texts(column.cast(pl.String))
        if column.dtype.is_float():
            return self._units_of_doubles(column)
        raise TapeError(
            self.path, column=column.name, found=f"type {column.dtype}", expected="numbers"
        )

    def _units_of_texts(self, column: pl.Series) -> pl.Series:
        units, fault = units_of_texts(column)
        if fault is not None:
            self._refuse(column, fault, f"a decimal number: {fault_in(column[fault])}")
        return units

    def _units_of_doubles(self, column: pl.Series) -> pl.Series:
        known = column.is_not_null()
        if column.dtype == pl.Float32:
            values = np.array([float(str(v)) for v in column.to_numpy()], np.float64)
        else:
            values = column.cast(pl.Float64).fill_null(0).to_numpy()
        units, bad = units_of_doubles(values)
        self._refuse_any(
            column, pl.Series(bad) & known, f"a decimal number of at most {DECIMALS} decimals"
        )
        result = pl.DataFrame({"units": units, "known": known})
        return result.select(pl.when("known").then("units")).to_series()

    def _refuse_any(self, column: pl.Series, bad: pl.Series, expected: str) -> None:
        if bad.any():
            self._refuse(column, int(bad.arg_true()[0]), expected)

    def _refuse(self, column: pl.Series, place: int, expected: str) -> None:
        raise TapeError(
            self.path,
            row=self.row_of(place),
            column=column.name,
            found=shown(str(column[place])),
            expected=expected,
        )
