"""The error of a price file that cannot be read, told so that a person can mend the file."""

from pathlib import Path


class TapeError(Exception):
    """A file that cannot be used: which one, where in it, what stood there, what was expected.

    `row` is the 1-based line of the file (of the table, in a columnar file) or None.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        found: str,
        expected: str,
        row: int | None = None,
        column: str | None = None,
        advice: str = "",
    ) -> None:
        self.path = Path(path)
        self.row = row
        self.column = column
        self.found = found
        self.expected = expected
        self.advice = advice
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        place = str(self.path)
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column}"
        text = f"{place}: found {self.found}, expected {self.expected}."
        return f"{text} {self.advice}" if self.advice else text
