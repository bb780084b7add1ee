"""The chain: records in their canonical lines, batch after batch, each hashed with the one before.

A batch's hash is BLAKE2b-256 over the hash before it and the batch's record lines.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from perplab.domain.batch import Batch
from perplab.journal.codec import WRITERS
from perplab.journal.errors import differs

GENESIS = "0" * 64
"""What stands for the hash before the manifest's."""

LINE = '{"seq":%d,"batch":%d,"time_ns":%d,"kind":"%s","type":"%s","body":%s}\n'


Row = tuple[int, int, int, str, str, str]
"""A record's fields as the database takes and gives them, in the order of `Record`."""


class Record(NamedTuple):
    """One row of the log; `kind` is manifest, command or event and `body` canonical JSON."""

    seq: int
    batch: int
    time_ns: int
    kind: str
    type: str
    body: str

    @property
    def line(self) -> str:
        """Return the record's canonical line, with its line end."""
        return LINE % self


class Block(NamedTuple):
    """A batch as the log holds it: the rows of its records, and its hash."""

    number: int
    rows: Sequence[Row]
    hash: str

    @property
    def records(self) -> tuple[Record, ...]:
        """Return the rows as records."""
        return tuple(map(Record._make, self.rows))

    @property
    def first(self) -> Record:
        """Return the first record, the manifest's or the command's."""
        return Record._make(self.rows[0])

    @property
    def last(self) -> Record:
        """Return the last record."""
        return Record._make(self.rows[-1])

    @property
    def text(self) -> str:
        """Return the batch's lines: one for each record, then its hash."""
        return "".join([LINE % row for row in self.rows]) + hash_line(self.number, self.hash)


def hash_line(number: int, digest: str) -> str:
    """Return the line that closes a batch in a JSONL export."""
    return f'{{"batch":{number},"hash":{json.dumps(digest)}}}\n'


@dataclass(slots=True)
class Chain:
    """Where a log has got to: the last batch's hash, and the next seq and batch number."""

    head: str = GENESIS
    seq: int = 0
    number: int = 0

    def open(self, manifest: str) -> Block:
        """Add the manifest's canonical text, the first record and a batch of its own."""
        return self._add([(self.seq, self.number, 0, "manifest", "Manifest", manifest)])

    def add(self, batch: Batch) -> Block:
        """Add a batch and return it as the log holds it."""
        return self._add(rows_of(batch, self.number, self.seq))

    def _add(self, rows: list[Row]) -> Block:
        block = Block(self.number, rows, digest_of(self.head, rows))
        self.pass_over(block)
        return block

    def check(self, block: Block) -> None:
        """Accept the next stored batch; `JournalError` if it does not follow from what is before.

        Bodies are not looked at: the hash is over their bytes.
        """
        if block.number != self.number:
            raise differs("batch number", str(block.number), str(self.number), seq=self.seq)
        if not block.rows:
            raise differs(f"batch {block.number}", "no record", "at least one", seq=self.seq)
        for seq, row in enumerate(block.rows, self.seq):
            if row[0] != seq or row[1] != self.number:
                found = f"record {row[0]} of batch {row[1]}"
                raise differs("order", found, f"record {seq} of batch {self.number}", seq=seq)
        expected = digest_of(self.head, block.rows)
        if block.hash != expected:
            what = f"batch {block.number} is not what was written: its hash"
            raise differs(what, block.hash, expected, seq=self.seq)
        self.pass_over(block)

    def pass_over(self, block: Block) -> None:
        """Move to the end of a batch."""
        self.head = block.hash
        self.seq += len(block.rows)
        self.number += 1


def rows_of(batch: Batch, number: int, seq: int) -> list[Row]:
    """Return the rows of a batch of this number whose first record is `seq`."""
    time_ns, command = batch.time_ns, batch.command
    kind: type = type(command)
    rows: list[Row] = [(seq, number, time_ns, "command", kind.__name__, WRITERS[kind](command))]
    for event in batch.events:
        seq += 1
        kind = type(event)
        rows.append((seq, number, time_ns, "event", kind.__name__, WRITERS[kind](event)))
    return rows


def digest_of(head: str, rows: Iterable[Row]) -> str:
    """Return the hash of a batch that follows the hash `head`."""
    text = f"{head}\n{''.join([LINE % row for row in rows])}"
    # A body that is not ASCII can only come from a changed log, and must not stop the check.
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest()
