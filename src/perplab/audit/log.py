"""Log: a perplab log read as data, from its database or its JSONL export, and its chain checked."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

SQLITE = b"SQLite format 3\x00"
_LEAST, _MOST = -(2**63), 2**63 - 1
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
    """One batch as it is stored, and the hash that closes it, empty if it has none.

    `bounds` are its first and last record as the database says, None in an export.
    """

    number: int
    records: tuple[Record, ...]
    hash: str
    bounds: tuple[int | None, int | None] | None = None


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
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise AuditError(f"{path}: the database cannot be read: {error}") from error


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection that only reads; bytes that are no text are replaced."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return connection


def _of_database(path: Path) -> Iterator[Stored]:
    with closing(connect(path)) as connection:
        asked = "SELECT batch, first_seq, last_seq, hash FROM batches"
        batches = {row[0]: row[1:] for row in connection.execute(asked)}
        rows = connection.execute(
            "SELECT seq, batch, time_ns, kind, type, body FROM records ORDER BY seq"
        )
        records = (_sound(f"{path}, record {row[0]!r}", Record._make(row)) for row in rows)
        for number, group in groupby(records, key=lambda record: record.batch):
            first, last, digest = batches.pop(number, (None, None, ""))
            yield Stored(number, tuple(group), str(digest), (first, last))
    if batches:
        raise AuditError(f"{path}: batch {min(batches)} has a hash but no record")


def _of_export(path: Path) -> Iterator[Stored]:
    records: list[Record] = []
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        for line, text in enumerate(file, 1):
            place = f"{path}, line {line}"
            found = _object(place, text)
            if tuple(found) == ("batch", "hash"):
                yield Stored(_number(place, found["batch"]), tuple(records), str(found["hash"]))
                records = []
                continue
            if tuple(found) != Record._fields:
                wanted = ", ".join(Record._fields)
                raise AuditError(f"{place}: found {', '.join(found)}, expected {wanted}")
            body = json.dumps(found["body"], separators=(",", ":"))
            record = _sound(place, Record(**(found | {"body": body})))
            if line_of(record) != text:
                raise AuditError(f"{place}: it is not written as a log writes it: {text[:60]!r}")
            records.append(record)
    if records:
        yield Stored(records[0].batch, tuple(records), "")


def _sound(place: str, record: Record) -> Record:
    """Return a record whose columns are of their types, or raise `AuditError`."""
    for name, value in record._asdict().items():
        if name in {"seq", "batch", "time_ns"}:
            _number(f"{place}, {name}", value)
        elif type(value) is not str:
            raise AuditError(f"{place}, {name}: found {value!r}, expected text")
    return record


def _number(place: str, value: object) -> int:
    if type(value) is not int or not _LEAST <= value <= _MOST:
        raise AuditError(f"{place}: found {value!r}, expected a whole number of 64 bits")
    return value


def _object(place: str, text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AuditError(f"{place}: found {text[:60]!r}, expected JSON") from error
    if not isinstance(found, dict):
        raise AuditError(f"{place}: found {text[:60]!r}, expected an object")
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
        if batch.bounds is not None and batch.records:
            last = batch.records[-1].seq
            if batch.bounds != (first, last):
                text = f"batch {batch.number} is records {first} to {last}, not {batch.bounds}"
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
            digest.update(line_of(record).encode("utf-8", "surrogatepass"))
            self._seq, self._time_ns = record.seq + 1, max(self._time_ns, record.time_ns)
        if batch.hash != digest.hexdigest():
            text = f"batch {batch.number}: its hash is not that of its records and the hash before"
            yield Fault("chain", first, text)
        self.head, self._number = batch.hash, batch.number + 1


def line_of(record: Record) -> str:
    """Return the line that a record is in an export, and that is hashed."""
    seq, batch, time_ns, kind, name, body = record
    place = f'{{"seq":{seq},"batch":{batch},"time_ns":{time_ns}'
    return f'{place},"kind":"{kind}","type":"{name}","body":{body}}}\n'
