"""The writer: the one that appends a run's batches to a log, whole, and seals it at the end."""

import sqlite3
from contextlib import suppress
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

from perplab.domain.batch import Batch
from perplab.journal import database
from perplab.journal.chain import Block, Chain
from perplab.journal.comparing import Comparing
from perplab.journal.errors import JournalError
from perplab.journal.lock import Lock
from perplab.journal.manifest import Manifest, first_difference
from perplab.journal.schema import check_schema
from perplab.journal.seal import Seal, add_seal, check_seal, find_seal
from perplab.journal.store import COMMIT_EVERY, COMMIT_SECONDS, clear_leftovers, commit, make
from perplab.journal.stored import is_end


class Writer:
    """Appends batches to a log; use it in a `with`. Made by `Journal.create` and `.resume`.

    While the log still holds a batch for the one that comes, the two are compared instead.
    Leaving the `with` commits what came and seals a run that has ended. After an exception
    whole batches are kept and the log stays unfinished.
    """

    def __init__(
        self, path: Path, chain: Chain, comparing: Comparing | None, lock: Lock | None
    ) -> None:
        self.path = path
        self._lock = lock
        self._chain = chain
        self._comparing = comparing
        self._connection: sqlite3.Connection | None = None
        self._waiting: list[Block] = []
        self._records_waiting = 0
        self._committed = monotonic()
        self._ended = False

    @classmethod
    def create(cls, path: Path, manifest: Manifest) -> Self:
        """Start a log with its manifest; the file appears whole or not at all."""
        chain = Chain()
        with database.speaking(path):
            lock = Lock.take(path)
            try:
                connection = _begun(path, chain.open(manifest.text))
            except BaseException:
                lock.release()
                raise
        writer = cls(path, chain, None, lock)
        writer._connection = connection
        return writer

    @classmethod
    def resume(cls, path: Path, manifest: Manifest) -> Self:
        """Go on with a log made from the same manifest: compare as far as it goes, then write."""
        with database.speaking(path):
            # A sealed log is only compared with, which any number of processes may do.
            lock = None if database.is_sealed(path) else Lock.take(path)
            try:
                comparing = _compared(path, manifest)
            except BaseException:
                if lock is not None:
                    lock.release()
                raise
            return cls(path, comparing.chain, comparing, lock)

    @property
    def head(self) -> str:
        """Return the hash of the last batch."""
        return self._chain.head

    @property
    def seq(self) -> int:
        """Return the seq that the next record will have."""
        return self._chain.seq

    @property
    def comparing(self) -> bool:
        """Return whether the log still holds the next batch, so that it is compared."""
        return self._comparing is not None and not self._comparing.exhausted

    def append(self, batch: Batch) -> int:
        """Append or compare a batch and return its first seq; `JournalError` if it differs."""
        if self._comparing is not None and not self._comparing.exhausted:
            return self._comparing.append(batch)
        self._start_writing()
        block = self._chain.add(batch)
        self._ended = is_end(block)
        self._waiting.append(block)
        self._records_waiting += len(block.rows)
        waited = monotonic() - self._committed
        if self._records_waiting >= COMMIT_EVERY or waited >= COMMIT_SECONDS:
            self.flush()
        return block.rows[0][0]

    def flush(self) -> None:
        """Put every batch that came onto the disk, in one transaction."""
        if self._connection is None or not self._waiting:
            return
        blocks, self._waiting, self._records_waiting = self._waiting, [], 0
        with database.speaking(self.path):
            try:
                commit(self._connection, blocks)
            except sqlite3.Error:
                self._give_up()
                raise
        self._committed = monotonic()

    def close(self) -> None:
        """Flush, close the file and, if the run has ended, seal it; a second call does nothing."""
        try:
            if self._comparing is not None:
                self._close_compared(self._comparing)
            if self._connection is not None:
                self.flush()
                self._connection.close()
                self._connection = None
                if self._ended:
                    self._seal()
        finally:
            self._unlock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
            return
        try:
            self.flush()
        finally:
            self._give_up()

    def _start_writing(self) -> None:
        """Leave the comparing behind, if there was one, and make sure that a batch may come."""
        if self._comparing is not None:
            self._ended = self._comparing.ended
        if self._ended:
            message = f"record {self.seq}: the run has ended, nothing can follow"
            raise JournalError(message, seq=self.seq).at(self.path)
        if self._comparing is not None:
            self._comparing.close()
            self._comparing = None
            with database.speaking(self.path):
                self._connection = database.open_writing(self.path)
        if self._connection is None:
            raise JournalError("the log is closed: nothing can be appended").at(self.path)

    def _close_compared(self, comparing: Comparing) -> None:
        comparing.close()
        self._comparing = None
        if comparing.ended:
            comparing.finish()
            self._seal()

    def _seal(self) -> None:
        with database.speaking(self.path):
            if find_seal(self.path) is Seal.ABSENT:
                add_seal(self.path)

    def _give_up(self) -> None:
        """Let go of the file; a transaction that did not commit is taken back."""
        if self._comparing is not None:
            self._comparing.close()
            self._comparing = None
        if self._connection is not None:
            with suppress(sqlite3.Error):  # the reason for giving up is told, not its echo
                self._connection.close()
            self._connection = None
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def _begun(path: Path, first: Block) -> sqlite3.Connection:
    """Make a log of its first batch and open it for writing."""
    if path.exists():
        raise JournalError("the file exists already; resume it, or choose another name")
    clear_leftovers(path)
    make(path, [first])
    return database.open_writing(path)


def _compared(path: Path, manifest: Manifest) -> Comparing:
    """Return the comparing with a whole log of this manifest; `JournalError` if it is another."""
    _check_whole(path)
    comparing = Comparing(path)
    if difference := first_difference(comparing.manifest, manifest):
        comparing.close()
        difference.message = f"the log was made from something else: {difference.message}"
        raise difference
    clear_leftovers(path)
    return comparing


def _check_whole(path: Path) -> None:
    """Raise `JournalError` unless the log may be gone on with: its seal and its triggers stand."""
    connection = database.open_reading(path)
    try:
        check_schema(connection)
    finally:
        connection.close()
    if database.is_sealed(path):
        check_seal(path)
