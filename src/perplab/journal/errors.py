"""JournalError: what is wrong with a log, told to a person."""

from pathlib import Path


class JournalError(Exception):
    """A log that cannot be written, read or believed.

    `seq` is the record at fault where one is known; `found` and `expected` are its texts;
    `path` is the file.
    """

    def __init__(
        self,
        message: str,
        *,
        seq: int | None = None,
        found: str | None = None,
        expected: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.seq = seq
        self.found = found
        self.expected = expected
        self.path: Path | None = None

    def __str__(self) -> str:
        return self.message if self.path is None else f"{self.path}: {self.message}"

    def at(self, path: Path) -> "JournalError":
        """Return this error with its file named, unless one is already."""
        self.path = self.path or path
        return self


def differs(what: str, found: str, expected: str, *, seq: int | None = None) -> JournalError:
    """Return the error that says what was found and what was expected in its place."""
    place = what if seq is None else f"record {seq}: {what}"
    message = f"{place}: found {found}, expected {expected}"
    return JournalError(message, seq=seq, found=found, expected=expected)
