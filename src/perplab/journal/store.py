"""The store: putting whole batches into a log's database, and a new log into its place."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from perplab.journal import database
from perplab.journal.chain import Block
from perplab.journal.schema import create_schema
from perplab.journal.stored import COLUMNS

COMMIT_EVERY = 5_000
"""How many records may wait in memory for the disk."""

_RECORD = f"INSERT INTO records ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608  # our own names
_BATCH = "INSERT INTO batches (batch, first_seq, last_seq, hash) VALUES (?, ?, ?, ?)"


def commit(connection: sqlite3.Connection, blocks: list[Block]) -> None:
    """Write whole batches in one transaction, which is on the disk when this returns."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany(_RECORD, (record for block in blocks for record in block.records))
        connection.executemany(
            _BATCH,
            ((b.number, b.records[0].seq, b.records[-1].seq, b.hash) for b in blocks),
        )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def make(path: Path, blocks: Iterable[Block]) -> None:
    """Make a log beside its place and move it there, so that it is never seen half made."""
    new = path.with_name(f"{path.name}.new")
    for leftover in (new, new.with_name(f"{new.name}-journal")):
        leftover.unlink(missing_ok=True)
    connection = database.create(new)
    try:
        create_schema(connection)
        _commit_all(connection, blocks)
    except BaseException:
        connection.close()
        new.unlink()
        raise
    connection.close()
    new.replace(path)


def _commit_all(connection: sqlite3.Connection, blocks: Iterable[Block]) -> None:
    waiting: list[Block] = []
    records = 0
    for block in blocks:
        waiting.append(block)
        records += len(block.records)
        if records >= COMMIT_EVERY:
            commit(connection, waiting)
            waiting, records = [], 0
    commit(connection, waiting)
