"""What is stored: a log's batches as they stand in its database, and their messages."""

import sqlite3
from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import islice

from perplab.domain.batch import Batch
from perplab.domain.commands import Command
from perplab.journal.chain import Block, Chain, Record, Row
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
        batch: list[Row] = list(islice(rows, last - first + 1))
        if not batch or batch[0][0] != first or batch[-1][0] != last:
            raise _bounds_differ(number, batch, f"records {first} to {last}")
        yield Block(number, batch, digest)
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
            found = block.first.type if block.rows else f"a hash of batch {block.number}"
            raise differs(what, found, "nothing", seq=chain.seq)
        if not chain.number and block.rows:
            refuse_unknown_manifest(block.first.body)
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
    record = block.first
    found = (len(block.rows), record.time_ns, record.kind, record.type)
    if found != (1, 0, "manifest", "Manifest"):
        raise differs("record", f"{record.kind} {record.type}", "the manifest alone", seq=0)
    return read_manifest(record.body)


def batch_of(block: Block) -> Batch:
    """Return the command and the events of a stored batch; `JournalError` if not canonical."""
    _check_places(block.rows)
    command, *events = [decode(name, body, seq=seq) for seq, _, _, _, name, body in block.rows]
    return Batch(time_ns=block.rows[0][2], command=command, events=tuple(events))


def command_of(block: Block) -> Command:
    """Return the command of a stored batch; `JournalError` if it is none or not canonical."""
    _check_places(block.rows[:1])
    seq, _, _, _, name, body = block.rows[0]
    command: Command = decode(name, body, seq=seq)
    return command


def is_end(block: Block) -> bool:
    """Return whether a batch ended its run."""
    return "RunEnded" in [row[4] for row in block.rows]


def _check_places(rows: Sequence[Row]) -> None:
    """Raise `JournalError` unless a batch is one command, then events of the same time."""
    time_ns, wanted, names = rows[0][2], "command", COMMANDS
    for seq, _, at_ns, kind, name, _ in rows:
        if kind != wanted:
            raise differs("kind", shown(kind), wanted, seq=seq)
        if name not in names:
            raise differs("type", shown(name), f"a known {wanted}", seq=seq)
        if at_ns != time_ns:
            raise differs("time_ns", str(at_ns), f"{time_ns}, its command's", seq=seq)
        wanted, names = "event", EVENTS


def _nothing() -> JournalError:
    return JournalError("the log holds no record, not even its manifest")


def _bounds_differ(number: int, rows: list[Row], expected: str) -> JournalError:
    if not rows:
        return differs(f"batch {number}", "no record", expected)
    found = f"records {rows[0][0]} to {rows[-1][0]}"
    return differs(f"batch {number}", found, expected, seq=rows[0][0])
