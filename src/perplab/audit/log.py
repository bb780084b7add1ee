"""Log: a perplab log read as data, from its database or its JSONL export, and its chain checked."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

SQLITE = b"SQLite format 3\x00"
_PAGE = 4096
_SEAL = b"perplab seal 1\n"
_GENESIS = "0" * 64


class AuditError(Exception):
    """What was given cannot be audited at all; the message is for people."""


class Record(NamedTuple):
    """One record as it is stored; `body` is JSON text."""

    seq: int
    batch: int
    time_ns: int
    kind: str
    type: str
    body: str


@dataclass(frozen=True, slots=True)
class Stored:
    """One batch as it is stored, and the hash that closes it, empty if it has none."""

    number: int
    records: tuple[Record, ...]
    hash: str


class Fault(NamedTuple):
    """Something wrong with a log as a file: which check, at which record, in words."""

    check: str
    seq: int
    text: str


def is_log(path: Path) -> bool:
    """Return whether a file looks like a log of ours: a SQLite database, or an export."""
    with path.open("rb") as file:
        start = file.read(64)
    return start.startswith((SQLITE, b'{"seq":0,"batch":0,'))


def is_database(path: Path) -> bool:
    """Return whether a log is a database rather than an export."""
    with path.open("rb") as file:
        return file.read(len(SQLITE)) == SQLITE


def read_log(path: Path) -> Iterator[Stored]:
    """Yield a log's batches in order, as they stand; `AuditError` if it cannot be read."""
    try:
        if is_database(path):
            yield from _of_database(path)
        else:
            yield from _of_export(path)
    except OSError as error:
        raise AuditError(f"{path}: {error.strerror}") from error
    except sqlite3.Error as error:
        raise AuditError(f"{path}: the database cannot be read: {error}") from error


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _of_database(path: Path) -> Iterator[Stored]:
    with closing(_connect(path)) as connection:
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        hashes = dict(connection.execute("SELECT batch, hash FROM batches").fetchall())
        rows = connection.execute(
            "SELECT seq, batch, time_ns, kind, type, body FROM records ORDER BY seq"
        )
        for number, records in groupby(map(Record._make, rows), key=lambda record: record.batch):
            yield Stored(number, tuple(records), hashes.pop(number, ""))
    if hashes:
        raise AuditError(f"{path}: batch {min(hashes)} has a hash but no record")


def _of_export(path: Path) -> Iterator[Stored]:
    records: list[Record] = []
    with path.open(encoding="utf-8", errors="replace") as file:
        for line, text in enumerate(file, 1):
            found = _object(path, line, text)
            if "hash" in found:
                yield Stored(found.get("batch", -1), tuple(records), str(found["hash"]))
                records = []
                continue
            try:
                place = (found["seq"], found["batch"], found["time_ns"])
                body = json.dumps(found["body"], separators=(",", ":"))
                records.append(Record(*place, found["kind"], found["type"], body))
            except KeyError as error:
                raise AuditError(f"{path}, line {line}: it has no field {error}") from error
    if records:
        yield Stored(records[0].batch, tuple(records), "")


def _object(path: Path, line: int, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AuditError(f"{path}, line {line}: found {text[:60]!r}, expected JSON") from error
    if not isinstance(found, dict):
        raise AuditError(f"{path}, line {line}: found {text[:60]!r}, expected an object")
    return found


class Chain:
    """Follows the chain: each record after the one before it, each batch hashed with the last."""

    def __init__(self) -> None:
        self.head = _GENESIS
        self._seq = 0
        self._number = 0
        self._time_ns = 0

    def follow(self, batch: Stored) -> Iterator[Fault]:
        """Yield what is wrong with the next batch."""
        first = batch.records[0].seq if batch.records else self._seq
        if batch.number != self._number:
            text = f"batch {batch.number} stands where batch {self._number} is expected"
            yield Fault("chain", first, text)
        digest = blake2b(f"{self.head}\n".encode(), digest_size=32)
        for record in batch.records:
            if record.seq != self._seq or record.batch != batch.number:
                text = f"record {record.seq} stands where record {self._seq} is expected"
                yield Fault("chain", record.seq, text)
            if record.time_ns < self._time_ns:
                text = f"its time, {record.time_ns} ns, is before that of the record before it"
                yield Fault("chain", record.seq, text)
            if record.time_ns != batch.records[0].time_ns:
                yield Fault("chain", record.seq, "its time is not that of its command")
            digest.update(_line(record).encode("utf-8", "surrogatepass"))
            self._seq, self._time_ns = record.seq + 1, max(self._time_ns, record.time_ns)
        if batch.hash != digest.hexdigest():
            text = f"batch {batch.number}: its hash is not that of its records and the hash before"
            yield Fault("chain", first, text)
        self.head, self._number = batch.hash, batch.number + 1


def _line(record: Record) -> str:
    seq, batch, time_ns, kind, name, body = record
    place = f'{{"seq":{seq},"batch":{batch},"time_ns":{time_ns}'
    return f'{place},"kind":"{kind}","type":"{name}","body":{body}}}\n'


def file_faults(path: Path, *, finished: bool) -> Iterator[Fault]:
    """Yield how a log's database fails to be append-only: its triggers and its seal."""
    with closing(_connect(path)) as connection:
        schema = connection.execute(
            "SELECT sql FROM sqlite_schema WHERE type IN ('table', 'trigger') ORDER BY rowid"
        ).fetchall()
    yield from _changes_let_through([sql for (sql,) in schema if sql])
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
