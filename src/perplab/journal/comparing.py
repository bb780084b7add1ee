"""Comparing: a sink that writes nothing and demands that a run makes the batches a log holds."""

from itertools import zip_longest
from pathlib import Path
from types import TracebackType
from typing import Self

from perplab.domain.batch import Batch
from perplab.journal import database
from perplab.journal.chain import Block, Chain, Record
from perplab.journal.errors import JournalError, differs
from perplab.journal.forms import shown
from perplab.journal.stored import first_of, is_end, manifest_of, stored_blocks


class Comparing:
    """Takes a run's batches and compares each, as bytes, with a log's; use it in a `with`.

    `append` raises `JournalError` at the first difference, `finish` if the log holds more.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.chain = Chain()
        self.ended = False
        with database.speaking(self.path):
            self._connection = database.open_reading(self.path)
            try:
                self._stored = stored_blocks(self._connection)
                self._next: Block | None = first_of(self._stored)
                self.manifest = manifest_of(self._next)
                self._accept(self.chain.open(self.manifest.text))
            except BaseException:
                self._connection.close()
                raise

    @property
    def head(self) -> str:
        """Return the hash of the last batch that was compared."""
        return self.chain.head

    @property
    def exhausted(self) -> bool:
        """Return whether the log holds no further batch."""
        return self._next is None

    def append(self, batch: Batch) -> int:
        """Compare the next batch and return its first seq."""
        first = self.chain.seq
        with database.speaking(self.path):
            self._accept(self.chain.add(batch))
        return first

    def finish(self) -> None:
        """Raise `JournalError` if the log holds a batch that the run did not make."""
        if self._next is None:
            return
        record = self._next.first
        message = f"record {record.seq}: the log goes on with {record.type}, but the run is over"
        raise JournalError(message, seq=record.seq, found=record.line.strip()).at(self.path)

    def close(self) -> None:
        """Close the log."""
        self._stored.close()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _accept(self, made: Block) -> None:
        stored = self._next
        if stored is None:
            record = made.first
            message = f"record {record.seq}: the log ends here, the run goes on with {record.type}"
            raise JournalError(message, seq=record.seq, expected=record.line.strip())
        demand_same(stored, made)
        self.ended = is_end(stored)
        self._next = next(self._stored, None)


def demand_same(stored: Block, made: Block) -> None:
    """Raise `JournalError` at the first record in which a stored batch is not the one made."""
    if stored == made:
        return
    for one, other in zip_longest(stored.records, made.records):
        if one == other:
            continue
        seq = (one or other).seq
        raise differs("the log is not what the run makes", _line(one), _line(other), seq=seq)
    seq = made.first.seq
    what = f"batch {made.number} is not what was written: its hash"
    raise differs(what, shown(stored.hash), made.hash, seq=seq)


def _line(record: Record | None) -> str:
    return "nothing" if record is None else record.line.strip()
