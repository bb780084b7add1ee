"""Database: whether the file of a log is still what a log is kept in: append-only, and sealed."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path

from perplab.audit.log import Fault, connect

_PAGE = 4096
_SEAL = b"perplab seal 1\n"
_SCHEMA = {
    "table records": "ca948b7c43816260",
    "table batches": "26a432ea79aa6079",
    "trigger records_refuse_UPDATE": "8177c71ddabffb9a",
    "trigger records_refuse_DELETE": "b50fa3e0ffe567bf",
    "trigger records_only_next": "a4954d476b347bee",
    "trigger batches_refuse_UPDATE": "e6b875b11969067f",
    "trigger batches_refuse_DELETE": "4472d34482f52d64",
    "trigger batches_only_next": "d453ed29ae94aca9",
    "view orders": "68ab6cd4d56d3ab3",
    "view fills": "4fb1696ecb93d31b",
    "view positions": "2275b6fa8ae3b5f7",
    "view margin": "1957632295042e55",
    "view liquidations": "6c971f920e0c199c",
    "view wallets": "11428076036054b8",
    "view funding": "6f208b1513488018",
}
"""Format 1: each table, trigger and view, and the hash of its SQL without quotes and line ends."""
_QUOTES = re.compile(r'["\[\]`\s]+')


def file_faults(path: Path, *, finished: bool) -> Iterator[Fault]:
    """Yield how a log's database fails to be append-only: its schema and its seal."""
    try:
        with closing(connect(path)) as connection:
            asked = "SELECT type || ' ' || name, sql FROM sqlite_schema ORDER BY rowid"
            schema = [(str(name), sql) for name, sql in connection.execute(asked)]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        yield Fault("append-only", -1, f"its schema cannot be read: {error}")
    else:
        yield from _schema_faults(schema)
    content = path.read_bytes()
    pages = _PAGE * int.from_bytes(content[28:32], "big")
    page = content[pages:]
    if not page:
        if finished:
            yield Fault("append-only", -1, "the run has ended, but the file was not sealed")
        return
    digest = blake2b(content[:pages], digest_size=32).hexdigest().encode()
    if page != (_SEAL + digest).ljust(_PAGE, b"\0"):
        yield Fault("append-only", -1, "the seal is not that of the file's bytes")


def _schema_faults(schema: Sequence[tuple[str, str | None]]) -> Iterator[Fault]:
    """Yield what differs from format 1, and what a database made like this lets through."""
    found = {name: _digest(sql or "") for name, sql in schema}
    for name in dict.fromkeys((*_SCHEMA, *found)):
        if found.get(name) != _SCHEMA.get(name):
            how = "is missing" if name not in found else "is not that of a log"
            yield Fault("append-only", -1, f"the {name} {how}")
    try:
        yield from _changes_let_through(
            [sql for name, sql in schema if sql and not name.startswith("view")]
        )
    except (sqlite3.Error, ValueError) as error:
        text = f"a database made like this one cannot be written at all: {error}"
        yield Fault("append-only", -1, text)


def _digest(sql: str) -> str:
    plain = _QUOTES.sub(" ", sql).strip()
    return blake2b(plain.encode("utf-8", "replace"), digest_size=8).hexdigest()


_ROWS = (
    "INSERT INTO records VALUES ({0}, {0}, 0, 'manifest', 'Manifest', '{{}}')",
    "INSERT INTO batches VALUES ({0}, {0}, {0}, '')",
)
_CHANGES = (
    "UPDATE records SET body = ''",
    "UPDATE batches SET hash = ''",
    "DELETE FROM records",
    "DELETE FROM batches",
    *(row.format(7) for row in _ROWS),
    *(row.format(1).replace("INSERT", "INSERT OR REPLACE") for row in _ROWS),
)
"""What an append-only log refuses, once it holds two rows a table."""


def _changes_let_through(schema: Sequence[str]) -> Iterator[Fault]:
    """Yield the changes that a database made like this one would not refuse."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as twin:
        for sql in schema:
            twin.execute(sql)
        for number in (0, 1):
            for row in _ROWS:
                twin.execute(row.format(number))
        for change in _CHANGES:
            twin.execute("BEGIN")
            try:
                twin.execute(change)
            except sqlite3.Error:
                pass  # refused, as it should be
            else:
                yield Fault("append-only", -1, f"the database lets through: {change}")
            if twin.in_transaction:
                twin.execute("ROLLBACK")
