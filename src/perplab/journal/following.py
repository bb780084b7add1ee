"""Following: the batches of a log that another process is writing, as they are committed.

The file is opened for each look and closed again, so that the writer waits for nobody who watches.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from perplab.journal import database
from perplab.journal.chain import Block, Chain
from perplab.journal.errors import JournalError
from perplab.journal.manifest import Manifest
from perplab.journal.stored import COLUMNS, is_end, manifest_of

_AT_ONCE = 500
"""How many batches one look takes, so that it is short."""
_BATCHES = "SELECT batch, first_seq, last_seq, hash FROM batches WHERE batch >= ? ORDER BY batch"
_RECORDS = f"SELECT {COLUMNS} FROM records WHERE seq BETWEEN ? AND ? ORDER BY seq"  # noqa: S608 - our own names


class Following:
    """Where one who follows a log has got to; each batch is checked against the chain."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest: Manifest | None = None
        self.ended = False
        self._chain = Chain()

    @property
    def head(self) -> str:
        """Return the hash of the last batch that was read."""
        return self._chain.head

    @property
    def records(self) -> int:
        """Return how many records were read."""
        return self._chain.seq

    def new(self) -> Iterator[Block]:
        """Yield the batches that were committed since the last time, the manifest's first.

        `JournalError` if the file is no log, or no longer the one that was followed.
        """
        with database.speaking(self.path):
            while not self.ended and (blocks := self._look()):
                for block in blocks:
                    self._chain.check(block)
                    if self.manifest is None:
                        self.manifest = manifest_of(block)
                    self.ended = self.ended or is_end(block)
                    yield block

    def _look(self) -> list[Block]:
        """Return the next few batches."""
        connection = database.open_reading(self.path)
        try:
            return self._read(connection)
        finally:
            connection.close()

    def _read(self, connection: sqlite3.Connection) -> list[Block]:
        connection.execute("BEGIN")  # one moment's log for both questions
        try:
            bounds = connection.execute(_BATCHES, [self._chain.number]).fetchmany(_AT_ONCE)
            if not bounds:
                self._demand_whole(connection)
                return []
            first, last = bounds[0][1], bounds[-1][2]
            rows = connection.execute(_RECORDS, (first, last)).fetchall()
        finally:
            connection.execute("COMMIT")
        return [
            Block(number, rows[begin - first : end + 1 - first], digest)
            for number, begin, end, digest in bounds
        ]

    def _demand_whole(self, connection: sqlite3.Connection) -> None:
        (batches,) = connection.execute("SELECT count(*) FROM batches").fetchone()
        if batches < self._chain.number:
            raise JournalError(
                f"it holds {batches} batches, fewer than the {self._chain.number} that were read:"
                " another log has taken its place"
            )
