"""Rows: one record of a foreign file, its cells read exactly or refused with their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

from perplab.audit.foreign.amounts import amount, amount_with_asset, moment, names_zone
from perplab.audit.foreign.layouts import plain
from perplab.tape.errors import TapeError

_SIDES = {"BUY": 1, "SELL": -1, "BID": 1, "ASK": -1, "B": 1, "A": -1}
_FLAGS = {"true": True, "yes": True, "y": True, "1": True, "maker": True}
_NO_FLAGS = {"false": False, "no": False, "n": False, "0": False, "taker": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The cells of a record by field; `number` is its line, or its place from 1 in a JSON list."""

    path: Path
    number: int
    cells: Mapping[str, str]
    columns: Mapping[str, str]
    """The name that each field's column has in the file."""
    offset: timedelta | None = None

    @property
    def place(self) -> str:
        """Return where it stands."""
        return f"{self.path.name} row {self.number}"

    def text(self, field: str) -> str:
        """Return a cell's text, empty where there is none."""
        return self.cells.get(field, "").strip()

    def number_of(self, field: str) -> Fraction:
        """Return a cell's exact number."""
        try:
            return amount(self.text(field))
        except ValueError:
            raise self.refusal(field, "a decimal number") from None

    def positive(self, field: str) -> Fraction:
        """Return a cell's exact number, which must be above zero."""
        value = self.number_of(field)
        if value <= 0:
            raise self.refusal(field, "a number above zero")
        return value

    def maybe_number(self, field: str) -> Fraction | None:
        """Return a cell's exact number, None where the file has none."""
        return (
            None
            if self.text(field).lower() in {"", "none", "null", "--"}
            else (self.number_of(field))
        )

    def with_asset(self, field: str) -> tuple[Fraction, str]:
        """Return the number and the asset that stand in one cell."""
        try:
            return amount_with_asset(self.text(field))
        except ValueError:
            raise self.refusal(field, "a number, or a number and an asset") from None

    def time_ns(self, field: str = "time") -> int:
        """Return a cell's time in ns since the epoch, UTC unless the file says otherwise."""
        try:
            return moment(self.text(field), None if self.says_utc(field) else self.offset)
        except ValueError:
            expected = "a time such as 2024-01-31 12:00:00, or a count of milliseconds"
            raise self.refusal(field, expected) from None

    def says_utc(self, field: str = "time") -> bool:
        """Return whether the column's name, or the cell, tells the zone of a time."""
        return plain(self.columns.get(field, "")).endswith("utc") or names_zone(self.text(field))

    def side(self, field: str = "side") -> int:
        """Return +1 for a buy, -1 for a sell."""
        sign = _SIDES.get(self.text(field).upper())
        if sign is None:
            raise self.refusal(field, "BUY or SELL")
        return sign

    def position_side(self, field: str = "position_side") -> str:
        """Return `both`, `long` or `short`; a file that does not say is of one-way mode."""
        side = self.text(field).lower() or "both"
        if side not in {"both", "long", "short"}:
            raise self.refusal(field, "BOTH, LONG or SHORT")
        return side

    def flag(self, field: str) -> bool | None:
        """Return whether a cell says yes, None where the file has none."""
        text = self.text(field).lower()
        if not text:
            return None
        known = _FLAGS | _NO_FLAGS
        if text not in known:
            raise self.refusal(field, "true or false")
        return known[text]

    def refusal(self, field: str, expected: str) -> TapeError:
        """Return the error of a cell that cannot be what its column says."""
        text = self.text(field)
        return TapeError(
            self.path,
            row=self.number,
            column=self.columns.get(field, field),
            found=repr(text) if text else "nothing",
            expected=expected,
        )
