"""Rebuild: the state that a log's events add up to; no rule runs."""

from pathlib import Path

from perplab.domain.batch import Batch
from perplab.domain.commands import Observation
from perplab.domain.evolve import evolve, observe
from perplab.domain.state import State
from perplab.journal import database
from perplab.journal.errors import JournalError
from perplab.journal.journal import Journal
from perplab.journal.manifest import config_of


def rebuild(path: Path | str, *, until: int | None = None) -> State:
    """Return the state after the log's last batch, or after the batch that holds seq `until`."""
    with Journal.open(path) as journal, database.speaking(journal.path):
        state = State(config_of(journal.manifest.config))
        for _, first, batch in journal.batches():
            if until is not None and first > until:
                break
            fold(state, batch, first)
        return state


def fold(state: State, batch: Batch, first_seq: int) -> None:
    """Apply a batch's observation and events; `JournalError` for one that cannot have been."""
    seq = first_seq
    try:
        state.time_ns = batch.time_ns
        if isinstance(batch.command, Observation):
            observe(state, batch.command, batch.time_ns)
        for event in batch.events:
            seq += 1
            evolve(state, event)
    except KeyError as error:
        message = f"record {seq}: it is about {error}, which does not exist"
        raise JournalError(message, seq=seq) from error
