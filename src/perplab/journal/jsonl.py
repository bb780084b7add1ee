"""JSONL: a log as lines of text, one for each record and one for each batch's hash, and back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from perplab.journal import database
from perplab.journal.chain import Block, Record, hash_line
from perplab.journal.errors import JournalError, differs
from perplab.journal.forms import shown
from perplab.journal.journal import Journal
from perplab.journal.lock import Lock
from perplab.journal.seal import add_seal
from perplab.journal.store import clear_leftovers, make
from perplab.journal.stored import batch_of, chained, manifest_of

_FIELDS = {"seq": int, "batch": int, "time_ns": int, "kind": str, "type": str, "body": dict}
_WORDS = {int: "a whole number of 64 bits", str: "text", dict: "an object"}
INT64 = range(-(2**63), 2**63)


def export(path: Path | str, out: TextIO) -> int:
    """Write a log's lines and return how many records there were."""
    records = 0
    with Journal.open(path) as journal:
        for block in journal.blocks():
            out.write(block.text)
            records += len(block.rows)
    return records


def import_(source: Path | str, target: Path | str) -> int:
    """Make a new log of an export, every line checked, and return its number of records.

    `JournalError` names the record or line that is wrong; then no log is made.
    """
    source, target = Path(source), Path(target)
    with database.speaking(target):
        lock = Lock.take(target)
        try:
            return _import(source, target)
        finally:
            lock.release()


def _import(source: Path, target: Path) -> int:
    if target.exists():
        raise JournalError("the file exists already; choose another name")
    clear_leftovers(target)
    make(target, checked_lines(source))
    with Journal.open(target) as journal:
        finished, records = journal.finished, journal.length
    if finished:
        add_seal(target)
    return records


def checked_lines(path: Path) -> Iterator[Block]:
    """Yield the batches of an export along the checked chain, every message canonical."""
    with database.speaking(path):
        for block in chained(read_lines(path)):
            if block.number:
                batch_of(block)
            else:
                manifest_of(block)
            yield block


def read_lines(path: Path) -> Iterator[Block]:
    """Yield the batches of an export; `JournalError` names a line that is not canonical."""
    records: list[Record] = []
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            found = _object(raw, number)
            if list(found) == ["batch", "hash"]:
                yield _block(found, raw, records, number)
                records = []
            else:
                records.append(_record(found, raw, number))
    if records:
        seq = records[-1].seq
        raise JournalError(f"record {seq}: the file was cut: no hash follows it", seq=seq)


def _object(raw: bytes, number: int) -> dict[str, Any]:
    try:
        found = json.loads(raw.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise _line_differs(
            raw, number, "a JSON object in ASCII, as every line of an export is"
        ) from error
    if not isinstance(found, dict):
        raise _line_differs(raw, number, "a JSON object, as every line of an export is")
    return found


def _record(found: dict[str, Any], raw: bytes, number: int) -> Record:
    if list(found) != list(_FIELDS):
        raise _line_differs(raw, number, f"the fields {', '.join(_FIELDS)}, or batch, hash")
    for name, kind in _FIELDS.items():
        if type(found[name]) is not kind or (kind is int and found[name] not in INT64):
            what = f"line {number}, field {name!r}"
            raise differs(what, shown(found[name]), _WORDS[kind])
    body = json.dumps(found["body"], separators=(",", ":"))
    record = Record(**(found | {"body": body}))
    if record.line.encode() != raw:
        raise _line_differs(raw, number, f"its canonical form {shown(record.line)}")
    return record


def _block(found: dict[str, Any], raw: bytes, records: list[Record], number: int) -> Block:
    digest = found["hash"]
    if type(found["batch"]) is not int or type(digest) is not str:
        raise _line_differs(raw, number, "a batch's number and hash")
    line = hash_line(found["batch"], digest)
    if line.encode() != raw:
        raise _line_differs(raw, number, f"its canonical form {shown(line)}")
    return Block(found["batch"], records, digest)


def _line_differs(raw: bytes, number: int, expected: str) -> JournalError:
    return differs(f"line {number}", shown(raw.decode("utf-8", "replace")), expected)
