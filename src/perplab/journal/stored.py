"""What is stored: a log's batches as they stand in its database, and their messages."""

import sqlite3
from collections.abc import Generator, Iterable, Iterator
from itertools import islice

from perplab.domain.batch import Batch
from perplab.journal.chain import Block, Chain, Record
from perplab.journal.codec import COMMANDS, EVENTS, decode
from perplab.journal.errors import JournalError, differs
from perplab.journal.forms import shown
from perplab.journal.manifest import Manifest, read_manifest, refuse_unknown_manifest

COLUMNS = ", ".join(Record._fields)


def stored_blocks(connection: sqlite3.Connection) -> Generator[Block]:
    """Yield each stored batch in order, the manifest's first; the chain is not checked here."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM records ORDER BY seq")  # noqa: S608  # no input in it
    batches = connection.execute(
        "SELECT batch, first_seq, last_seq, hash FROM batches ORDER BY batch"
    )
    for number, first, last, digest in batches:
        if last < first:
            raise differs(f"batch {number}", f"records {first} to {last}", "at least one record")
        records = tuple(map(Record._make, islice(rows, last - first + 1)))
        if not records or (records[0].seq, records[-1].seq) != (first, last):
            raise _bounds_differ(number, records, f"records {first} to {last}")
        yield Block(number, records, digest)
    for row in rows:
        record = Record._make(row)
        raise differs(
            "batch", f"{record.batch}, which has no hash", "a whole batch", seq=record.seq
        )


def chained(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield the batches as long as each follows from the one before it, to the end of the run."""
    chain = Chain()
    ended = False
    for block in blocks:
        if ended:
            what = "the run has ended, but after it"
            found = block.records[0].type if block.records else f"a hash of batch {block.number}"
            raise differs(what, found, "nothing", seq=chain.seq)
        if not chain.number and block.records:
            refuse_unknown_manifest(block.records[0].body)
        chain.check(block)
        ended = is_end(block)
        yield block
    if not chain.number:
        raise _nothing()


def first_of(blocks: Iterator[Block]) -> Block:
    """Return a log's first batch, its manifest's; `JournalError` if there is none."""
    first = next(blocks, None)
    if first is None:
        raise _nothing()
    return first


def manifest_of(block: Block) -> Manifest:
    """Return the manifest of a log's first batch."""
    record = block.records[0]
    found = (len(block.records), record.time_ns, record.kind, record.type)
    if found != (1, 0, "manifest", "Manifest"):
        raise differs("record", f"{record.kind} {record.type}", "the manifest alone", seq=0)
    return read_manifest(record.body)


def batch_of(block: Block) -> Batch:
    """Return the command and the events of a stored batch; `JournalError` if not canonical."""
    command, *events = block.records
    for record in block.records:
        _check_place(record, command)
    return Batch(
        time_ns=command.time_ns,
        command=decode(command.type, command.body, seq=command.seq),
        events=tuple(decode(event.type, event.body, seq=event.seq) for event in events),
    )


def is_end(block: Block) -> bool:
    """Return whether a batch ended its run."""
    return any(record.type == "RunEnded" for record in block.records)


def _check_place(record: Record, command: Record) -> None:
    kind, names = ("command", COMMANDS) if record is command else ("event", EVENTS)
    if record.kind != kind:
        raise differs("kind", shown(record.kind), kind, seq=record.seq)
    if record.type not in names:
        raise differs("type", shown(record.type), f"a known {kind}", seq=record.seq)
    if record.time_ns != command.time_ns:
        expected = f"{command.time_ns}, its command's"
        raise differs("time_ns", str(record.time_ns), expected, seq=record.seq)


def _nothing() -> JournalError:
    return JournalError("the log holds no record, not even its manifest")


def _bounds_differ(number: int, records: tuple[Record, ...], expected: str) -> JournalError:
    if not records:
        return differs(f"batch {number}", "no record", expected)
    found = f"records {records[0].seq} to {records[-1].seq}"
    return differs(f"batch {number}", found, expected, seq=records[0].seq)
