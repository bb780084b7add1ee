"""The journal: a log on the disk, read here, written through `create` and `resume`."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from perplab.domain.batch import Batch
from perplab.journal import database
from perplab.journal.chain import Block, Record
from perplab.journal.manifest import Manifest
from perplab.journal.stored import COLUMNS, batch_of, chained, first_of, manifest_of, stored_blocks
from perplab.journal.writer import Writer


class Journal:
    """A log opened for reading; use it in a `with`. Whatever is wrong is a `JournalError`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self.manifest: Manifest = manifest_of(first_of(stored_blocks(connection)))

    @staticmethod
    def create(path: Path | str, manifest: Manifest) -> Writer:
        """Return the writer of a new log; an existing file is refused."""
        return Writer.create(Path(path), manifest)

    @staticmethod
    def resume(path: Path | str, manifest: Manifest) -> Writer:
        """Return a writer that compares with what a log holds and goes on where it ends.

        `JournalError` names the first field in which the manifest is another.
        """
        return Writer.resume(Path(path), manifest)

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open a log; `JournalError` if the file is not one, or is of a newer version."""
        path = Path(path)
        with database.speaking(path):
            connection = database.open_reading(path)
            try:
                return cls(path, connection)
            except BaseException:
                connection.close()
                raise

    @property
    def head(self) -> str:
        """Return the hash of the last batch."""
        return self._last("SELECT hash FROM batches ORDER BY batch DESC LIMIT 1")

    @property
    def length(self) -> int:
        """Return the number of records, the manifest included."""
        return int(self._last("SELECT max(seq) + 1 FROM records"))

    @property
    def finished(self) -> bool:
        """Return whether the run ended, so that nothing can follow."""
        return self._last("SELECT type FROM records ORDER BY seq DESC LIMIT 1") == "RunEnded"

    def blocks(self) -> Iterator[Block]:
        """Yield every batch as it is stored, the manifest's first, along the checked chain."""
        with database.speaking(self.path):
            yield from chained(stored_blocks(self._connection))

    def batches(self) -> Iterator[tuple[int, int, Batch]]:
        """Yield batch number, first seq and batch, without the manifest's."""
        with database.speaking(self.path):
            for block in self.blocks():
                if block.number:
                    yield block.number, block.rows[0][0], batch_of(block)

    def records(
        self,
        *,
        types: Sequence[str] = (),
        kind: str | None = None,
        account: str | None = None,
        symbol: str | None = None,
        from_ns: int | None = None,
        to_ns: int | None = None,
    ) -> Iterator[Record]:
        """Yield the records, in order, that are all of what is asked; both times are included."""
        wanted: list[tuple[str, object]] = [
            ("kind = ?", kind),
            ("json_extract(body, '$.account') = ?", account),
            ("json_extract(body, '$.symbol') = ?", symbol),
            ("time_ns >= ?", from_ns),
            ("time_ns <= ?", to_ns),
        ]
        asked = [(condition, value) for condition, value in wanted if value is not None]
        conditions = [condition for condition, _ in asked] or ["true"]
        if types:
            conditions.append(f"type IN ({', '.join('?' * len(types))})")
        where = " AND ".join(conditions)
        sql = f"SELECT {COLUMNS} FROM records WHERE {where} ORDER BY seq"  # noqa: S608  # values are bound
        with database.speaking(self.path):
            for row in self._connection.execute(sql, [*(value for _, value in asked), *types]):
                yield Record._make(row)

    def query(self, sql: str, values: Sequence[object] = ()) -> Iterator[dict[str, Any]]:
        """Yield the rows of a question in SQL to the tables and views, as dictionaries."""
        from sqlite_utils import Database  # noqa: PLC0415 - slow to load, and runs ask nothing

        with database.speaking(self.path):
            yield from Database(self._connection, execute_plugins=False).query(sql, values)

    def close(self) -> None:
        """Close the log."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _last(self, sql: str) -> str:
        with database.speaking(self.path):
            (value,) = self._connection.execute(sql).fetchone()
            return str(value)
