"""A CSV file as a table: its header if it has one, and exact columns read by polars."""

import mmap
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
import polars as pl

from perplab.domain.numbers import DECIMALS, INT64_MAX, shown
from perplab.tape.errors import TapeError
from perplab.tape.exact import (
    DECIMAL,
    ROUNDED_AWAY,
    fault_in,
    units_of_decimals,
    units_of_texts,
)
from perplab.tape.plain_rows import Form, read_plain
from perplab.tape.source import Source

NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_INTEGER = r"^\s*[+-]?[0-9]{1,18}\s*$|^\s*[0-9]{19}\s*$"
_DTYPES: Mapping[Form, pl.DataType] = {
    "integer": pl.Int64(),
    "decimal": DECIMAL,
    "text": pl.String(),
    "flag": pl.Enum(["true", "false", "True", "False", "TRUE", "FALSE", "1", "0"]),
}
_SEPARATORS = ",;\t|"
_HEAD_ROWS = 3
_HEAD_BYTES = 1 << 20
_CHUNK = 1 << 18


class CsvTable:
    """Named columns of a CSV text; a file without a header names them "1", "2", and so on.

    `first_row` is the line number of the first row of data, `head` the cells of the first few.
    """

    def __init__(self, source: Source) -> None:
        self.path = source.path
        self._data = source.data
        lines = [self._cells_of(line) for line in _first_lines(source, _HEAD_ROWS + 1)]
        first = lines[0]
        self.has_header = not any(NUMBER.fullmatch(cell) for cell in first)
        self.names = first if self.has_header else [str(i + 1) for i in range(len(first))]
        self.first_row = 2 if self.has_header else 1
        self.head = lines[1:] if self.has_header else lines
        self._offset = source.data.find(b"\n") + 1 if self.has_header else 0
        if not self.head or (self.has_header and self._offset == 0):
            raise TapeError(self.path, found="a header and no rows", expected="rows of prices")
        if twice := {name for name in self.names if self.names.count(name) > 1}:
            raise TapeError(
                self.path, row=1, found=f"two columns {min(twice)!r}", expected="distinct columns"
            )

    @property
    def ends_with_line_break(self) -> bool:
        """Return whether the last row is closed by a line break."""
        return self._data[-1:] == b"\n"

    def last_cell(self) -> str:
        """Return the last cell of a file that does not end with a line break."""
        tail = self._data[-_HEAD_BYTES:].decode(errors="replace")
        return tail.rsplit("\n", 1)[-1].rsplit(self._separator, 1)[-1].strip()

    def _cells_of(self, line: str) -> list[str]:
        if not hasattr(self, "_separator"):
            self._separator = max(_SEPARATORS, key=line.count)
        return [cell.strip().strip('"') for cell in line.split(self._separator)]

    def form_of(self, column: str) -> Form:
        """Return how the first cell of a column reads."""
        place = self.names.index(column)
        cell = self.head[0][place] if place < len(self.head[0]) else ""
        if re.match(_INTEGER, cell):
            return "integer"
        return "decimal" if NUMBER.fullmatch(cell) else "text"

    def row_of(self, place: int) -> int:
        """Return the line number of a row of data."""
        return self.first_row + place

    def cell(self, column: str, index: int) -> str:
        """Return the text of a cell, for error messages."""
        text = self._scan({}).select(column).slice(index, 1).collect().item()
        return "" if text is None else str(text)

    def load(self, wanted: Mapping[str, Form]) -> pl.DataFrame:
        """Return the wanted columns: integers, decimals in units of 1e-8, texts; nulls if empty.

        A flag comes as a boolean, as one of a few known texts, or, if any is unknown, all as texts.

        Raises TapeError with its row for the first cell or row that does not fit.
        """
        places = {self.names.index(column): form for column, form in wanted.items()}
        width = len(self.names)
        plain = read_plain(self._data, self._offset, self._separator, width, places)
        if plain is not None:
            return pl.DataFrame(dict(zip(wanted, plain.values(), strict=True)))
        return self._load_any(wanted)

    def _load_any(self, wanted: Mapping[str, Form]) -> pl.DataFrame:
        """Return the same columns of rows that need not be plain."""
        try:
            frame = self._scan(wanted).select(*wanted, *self._guard(wanted)).collect()
        except pl.exceptions.PolarsError as error:
            return self._load_slowly(wanted, error)
        if self._quoted:
            self._refuse_open_quote()
        if not self._is_rectangular(frame):
            raise self._ragged() or TapeError(
                self.path, found="rows of unequal length", expected=f"{len(self.names)} columns"
            )
        decimals = [column for column, form in wanted.items() if form == "decimal"]
        exact: list[pl.Series] = []
        for column in decimals:
            units = units_of_decimals(frame[column])
            if units is None or self._may_hide_digits(units):
                return self._load_slowly(wanted, None)
            exact.append(units.alias(column))
        return frame.select(*wanted).with_columns(exact)

    def _scan(self, wanted: Mapping[str, Form]) -> pl.LazyFrame:
        schema = {name: _DTYPES[wanted.get(name, "text")] for name in self.names}
        data = self._data
        return pl.scan_csv(
            data if isinstance(data, bytes) else self.path,
            has_header=False,
            skip_lines=self.first_row - 1,
            schema=schema,
            separator=self._separator,
            glob=False,
        )

    def _guard(self, wanted: Mapping[str, Form]) -> Sequence[str]:
        """Return the last column when separators cannot be counted, because cells are quoted."""
        last = self.names[-1]
        self._quoted = _contains(self._data, b'"')
        return [last] if self._quoted and last not in wanted else []

    def _is_rectangular(self, frame: pl.DataFrame) -> bool:
        if self._quoted:
            return frame[self.names[-1]].null_count() == 0
        separator = ord(self._separator)
        cells = np.frombuffer(self._data, np.uint8, offset=self._offset)
        count = sum(
            int(np.count_nonzero(cells[start : start + _CHUNK] == separator))
            for start in range(0, len(cells), _CHUNK)
        )
        return count == frame.height * (len(self.names) - 1)

    def _may_hide_digits(self, units: pl.Series) -> bool:
        """Return whether the parser may have rounded digits away beyond the 27th decimal."""
        if (units == 0).any() and any(_contains(self._data, tiny) for tiny in (b"e-", b"E-")):
            return True
        return self._has_long_zeros

    @cached_property
    def _has_long_zeros(self) -> bool:
        return _contains(self._data, ROUNDED_AWAY)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        data, start, row = self._data, self._offset, self.first_row
        while start < len(data):
            end = data.find(b"\n", start)
            end = len(data) if end < 0 else end
            yield row, data[start:end]
            start, row = end + 1, row + 1

    def _ragged(self) -> TapeError | None:
        separator = self._separator.encode()
        for row, line in self._lines():
            count = line.count(separator) + 1
            if count == len(self.names) or b'"' in line:
                continue
            found = "a blank line" if not line.strip() else f"{count} columns"
            return TapeError(
                self.path,
                row=row,
                found=found,
                expected=f"{len(self.names)} columns",
                advice="A file that ends in such a row is cut short." if line.strip() else "",
            )
        return None

    def _refuse_open_quote(self) -> None:
        """Raise TapeError at the first row with a quote that it does not close.

        Such a quote would swallow the rows up to the next one.
        """
        if _odd_quotes(self._data, self._offset):
            row = next(row for row, line in self._lines() if line.count(b'"') % 2)
            raise TapeError(
                self.path,
                row=row,
                found="a quote that is not closed",
                expected="quotes on both sides of a cell, or none",
            )

    def _load_slowly(
        self, wanted: Mapping[str, Form], error: pl.exceptions.PolarsError | None
    ) -> pl.DataFrame:
        """Return the same columns parsed cell by cell, or raise at the first that is not exact."""
        if ragged := self._ragged():
            raise ragged
        self._refuse_open_quote()
        try:
            texts = self._scan({}).select(*wanted).collect()
        except pl.exceptions.PolarsError:
            raise self._unreadable() from error
        return texts.select(self._parsed(texts[name], form) for name, form in wanted.items())

    def _unreadable(self) -> TapeError:
        for row, line in self._lines():
            try:
                line.decode()
            except UnicodeDecodeError:
                return TapeError(
                    self.path, row=row, found="text that is not UTF-8", expected="UTF-8"
                )
        expected = f"rows of {len(self.names)} cells"
        return TapeError(self.path, found="rows that do not divide into cells", expected=expected)

    def _parsed(self, texts: pl.Series, form: Form) -> pl.Series:
        if form in ("text", "flag"):
            return texts
        if form == "integer":
            self._refuse(texts, _first_not_integer(texts), "a whole number")
            return texts.str.strip_chars().replace("", None).cast(pl.Int64)
        units, fault = units_of_texts(texts)
        why = "" if fault is None else f": {fault_in(texts[fault])}"
        self._refuse(texts, fault, f"a decimal number of at most {DECIMALS} decimals{why}")
        return units

    def _refuse(self, texts: pl.Series, fault: int | None, expected: str) -> None:
        if fault is not None:
            raise TapeError(
                self.path,
                row=self.row_of(fault),
                column=texts.name,
                found=shown(texts[fault]),
                expected=expected,
            )


def _first_not_integer(texts: pl.Series) -> int | None:
    bad = ~texts.str.contains(_INTEGER) | (
        texts.str.len_chars().gt(18) & texts.str.strip_chars().gt(str(INT64_MAX))
    )
    return bad.fill_null(value=False).arg_true().first() if bad.any() else None  # type: ignore[return-value]


def _odd_quotes(data: bytes | mmap.mmap, offset: int) -> bool:
    """Return whether a line after the offset has an odd number of quotes."""
    cells, open_before = np.frombuffer(data, np.uint8, offset=offset), 0
    for start in range(0, len(cells), _CHUNK):
        part = cells[start : start + _CHUNK]
        quotes = open_before + np.cumsum(part == ord('"'))
        if (quotes[part == ord("\n")] % 2).any():
            return True
        open_before = int(quotes[-1]) % 2
    return open_before == 1


def _contains(data: bytes | mmap.mmap, what: bytes) -> bool:
    """Return whether bytes are in the data; by chunks, since a mapped file's own `find` is slow."""
    step = _CHUNK + len(what) - 1
    return any(what in data[start : start + step] for start in range(0, len(data), _CHUNK))


def _first_lines(source: Source, count: int) -> list[str]:
    """Return the first lines as text, without a byte order mark or line ends."""
    head = source.data[:_HEAD_BYTES]
    lines = head.split(b"\n", count)
    try:
        texts = [line.decode("utf-8-sig").rstrip("\r") for line in lines[:count]]
    except UnicodeDecodeError as error:
        raise TapeError(source.path, found="text that is not UTF-8", expected="UTF-8") from error
    while texts and not texts[-1].strip():
        texts.pop()
    if not texts:
        raise TapeError(source.path, found="blank lines only", expected="rows of prices")
    return texts
