"""The chain: records in their canonical lines, batch after batch, each hashed with the one before.

A batch's hash is BLAKE2b-256 over the hash before it and the batch's record lines.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from perplab.domain.batch import Batch
from perplab.journal.codec import encode
from perplab.journal.errors import differs

GENESIS = "0" * 64
"""What stands for the hash before the manifest's."""

LINE = '{"seq":%d,"batch":%d,"time_ns":%d,"kind":"%s","type":"%s","body":%s}\n'


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


@dataclass(frozen=True, slots=True)
class Block:
    """A batch as the log holds it: its records and its hash."""

    number: int
    records: tuple[Record, ...]
    hash: str

    @property
    def text(self) -> str:
        """Return the batch's lines: one for each record, then its hash."""
        return "".join(record.line for record in self.records) + hash_line(self.number, self.hash)


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
        return self._add(0, [("manifest", "Manifest", manifest)])

    def add(self, batch: Batch) -> Block:
        """Add a batch and return it as the log holds it."""
        command = ("command", type(batch.command).__name__, encode(batch.command))
        events = [("event", type(event).__name__, encode(event)) for event in batch.events]
        return self._add(batch.time_ns, [command, *events])

    def _add(self, time_ns: int, bodies: list[tuple[str, str, str]]) -> Block:
        records = tuple(
            [
                Record(seq, self.number, time_ns, kind, name, body)
                for seq, (kind, name, body) in enumerate(bodies, self.seq)
            ]
        )
        block = Block(self.number, records, digest_of(self.head, records))
        self.pass_over(block)
        return block

    def check(self, block: Block) -> None:
        """Accept the next stored batch; `JournalError` if it does not follow from what is before.

        Bodies are not looked at: the hash is over their bytes.
        """
        if block.number != self.number:
            raise differs("batch number", str(block.number), str(self.number), seq=self.seq)
        if not block.records:
            raise differs(f"batch {block.number}", "no record", "at least one", seq=self.seq)
        for seq, record in enumerate(block.records, self.seq):
            if (record.seq, record.batch) != (seq, self.number):
                found = f"record {record.seq} of batch {record.batch}"
                raise differs("order", found, f"record {seq} of batch {self.number}", seq=seq)
        expected = digest_of(self.head, block.records)
        if block.hash != expected:
            what = f"batch {block.number} is not what was written: its hash"
            raise differs(what, block.hash, expected, seq=self.seq)
        self.pass_over(block)

    def pass_over(self, block: Block) -> None:
        """Move to the end of a batch."""
        self.head = block.hash
        self.seq += len(block.records)
        self.number += 1


def digest_of(head: str, records: Iterable[Record]) -> str:
    """Return the hash of a batch that follows the hash `head`."""
    text = head + "\n" + "".join([LINE % record for record in records])
    # A body that is not ASCII can only come from a changed log, and must not stop the check.
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest()
