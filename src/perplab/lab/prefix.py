"""The prefix: a fork begins as its parent did, which is proven record by record as it runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from perplab.domain.batch import Batch
from perplab.journal.comparing import Comparing
from perplab.journal.errors import differs
from perplab.journal.manifest import Parent

Prove = Callable[[Batch], Batch]
"""Takes a batch of the fork before it is recorded, and gives it on if the parent had it too."""


@contextmanager
def proving(log: Path | None, parent: Parent | None) -> Iterator[Prove | None]:
    """Yield what compares the shared batches; it raises `JournalError` at the first difference.

    Once the record at which they part has gone by, it lets everything pass. Without a parent
    there is nothing to compare, and None is yielded.
    """
    if log is None or parent is None:
        yield None
        return
    with Comparing(log) as comparing:

        def prove(batch: Batch) -> Batch:
            if comparing.chain.seq <= parent.seq:
                comparing.append(batch)
                _demand_point(comparing, parent)
            return batch

        yield prove
        if comparing.chain.seq <= parent.seq:
            found = f"a run of {comparing.chain.seq} records"
            raise differs("the fork", found, f"to part after record {parent.seq}").at(log)


def _demand_point(comparing: Comparing, parent: Parent) -> None:
    """Demand the parent's hash at the point, which is the end of a batch."""
    last = comparing.chain.seq - 1
    if last >= parent.seq and (last, comparing.head) != (parent.seq, parent.hash):
        expected = f"record {parent.seq}, hash {parent.hash}"
        found = f"record {last}, hash {comparing.head}"
        raise differs("where the fork parts", found, expected, seq=last).at(comparing.path)
