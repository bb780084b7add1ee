"""The ending: a log is sealed if, and only if, its run has ended."""

from pathlib import Path

from perplab.journal import database
from perplab.journal.errors import JournalError
from perplab.journal.journal import Journal
from perplab.journal.seal import check_seal


def check_ending(path: Path) -> None:
    """Raise `JournalError` if a log's seal is wrong, missing, or there too early.

    The file is hashed but its records are not read: a log that passes may still not verify.
    """
    with Journal.open(path) as journal:
        finished = journal.finished
    with database.speaking(path):
        # Looked at after its end, because a writer may be sealing it right now.
        sealed = database.is_sealed(path)
        if sealed and not finished:
            with Journal.open(path) as journal:
                finished = journal.finished
        if sealed:
            check_seal(path)
        demand_seal(finished=finished, sealed=sealed)


def demand_seal(*, finished: bool, sealed: bool) -> None:
    """Raise `JournalError` unless a run that has ended is sealed, and no other."""
    if finished and not sealed:
        raise JournalError(
            "the run has ended but the file has no seal: it was changed after the run ended,"
            " or the writer was killed while it closed it, and resuming the run seals it"
        )
    if sealed and not finished:
        raise JournalError("the file is sealed but its run has not ended: it was not made by us")
