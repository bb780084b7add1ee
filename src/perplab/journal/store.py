"""The store: putting whole batches into a log's database, and a new log into its place."""

import errno
import os
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from glob import escape
from pathlib import Path
from secrets import token_hex

from perplab.journal import database
from perplab.journal.chain import Block
from perplab.journal.errors import JournalError
from perplab.journal.schema import create_schema
from perplab.journal.stored import COLUMNS

COMMIT_EVERY = 20_000
"""How many records may wait in memory for the disk."""
COMMIT_SECONDS = 1.0
"""How old the last commit is when the next batch to come is committed at once."""

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)
"""What a file system says that knows no hard links."""

_RECORD = f"INSERT INTO records ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608  # our own names
_BATCH = "INSERT INTO batches (batch, first_seq, last_seq, hash) VALUES (?, ?, ?, ?)"


def commit(connection: sqlite3.Connection, blocks: list[Block]) -> None:
    """Write whole batches in one transaction, which is on the disk when this returns."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        # In one order, wherever commits fall: so the same run fills the same pages.
        add_records, add_batch = connection.cursor().executemany, connection.cursor().execute
        for number, rows, digest in blocks:
            add_records(_RECORD, rows)
            add_batch(_BATCH, (number, rows[0][0], rows[-1][0], digest))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def make(path: Path, blocks: Iterable[Block]) -> None:
    """Make a log beside its place and put it there, so that it is never seen half made.

    Whoever calls this holds the log's lock. A file that is there already is never replaced.
    """
    new = path.with_name(f"{path.name}.{token_hex(8)}.new")
    connection = database.create(new)
    try:
        try:
            create_schema(connection)
            _commit_all(connection, blocks)
        finally:
            connection.close()
        _put(new, path)
    finally:
        new.unlink(missing_ok=True)


def clear_leftovers(path: Path) -> None:
    """Delete what processes left that were killed while they made this log, under its lock."""
    for leftover in path.parent.glob(f"{escape(path.name)}.{'[0-9a-f]' * 16}.new*"):
        with suppress(OSError):  # a file of another user's does not stand in the way
            leftover.unlink()


def _put(new: Path, path: Path) -> None:
    """Give a new log its name unless there is a file of that name, in one step."""
    try:
        os.link(new, path)
    except FileExistsError as error:
        message = "another process has made this file meanwhile; resume it, or choose another name"
        raise JournalError(message) from error
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if path.exists():
            raise JournalError("the file exists already; choose another name") from error
        new.rename(path)


def _commit_all(connection: sqlite3.Connection, blocks: Iterable[Block]) -> None:
    waiting: list[Block] = []
    records = 0
    for block in blocks:
        waiting.append(block)
        records += len(block.rows)
        if records >= COMMIT_EVERY:
            commit(connection, waiting)
            waiting, records = [], 0
    commit(connection, waiting)
