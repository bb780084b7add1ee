"""The database: opening a log's file, and telling a person what is wrong with it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from perplab.journal.errors import JournalError
from perplab.journal.manifest import refuse_unknown
from perplab.journal.schema import APPLICATION_ID
from perplab.journal.seal import SQLITE_MAGIC, Seal, find_seal

PATIENCE_S = 60
"""How long a writer waits for a reader, and a reader for a writer."""
CACHE_KIB = 32_768
"""How much of a log its writer may keep in memory: several transactions."""
_HEADER = 100
"""The length of SQLite's header, which holds user_version at 60 and application_id at 68."""


@contextmanager
def speaking(path: Path) -> Iterator[None]:
    """Turn whatever SQLite or the file system raises into a `JournalError` that names the file."""
    try:
        yield
    except JournalError as error:
        raise error.at(path) from error.__cause__
    except sqlite3.Error as error:
        raise JournalError(_sentence(error)).at(path) from error
    except UnicodeDecodeError as error:
        # SQLite quotes the damaged schema in its message, and Python cannot read the quotation.
        message = "the file is damaged: it holds text that is not UTF-8"
        raise JournalError(message).at(path) from error
    except OSError as error:
        raise JournalError(_system_sentence(error)).at(path) from error


def open_reading(path: Path) -> sqlite3.Connection:
    """Open a log to read it; it is left exactly as it is, but for an unfinished transaction."""
    recognise(path)
    if is_sealed(path):
        # A sealed log does not change: whatever lies beside it is not part of it.
        return _checked(_connect(path, "mode=ro&immutable=1"), _check_ours)
    _take_back_half_a_transaction(path)
    connection = _checked(_connect(path, "mode=ro"), lambda opened: _check_end(opened, path))
    return _checked(connection, _check_ours)


def open_writing(path: Path) -> sqlite3.Connection:
    """Open an unfinished log to go on writing it."""
    return _checked(_checked(_connect(path, "mode=rw"), _check_ours), _hurry)


def create(path: Path) -> sqlite3.Connection:
    """Create a database file; every commit is on the disk when it returns."""
    return _checked(_connect(path, "mode=rwc"), _hurry)


def recognise(path: Path) -> None:
    """Raise `JournalError` unless the file begins as a database does, of a format we know."""
    with path.open("rb") as file:
        header = file.read(_HEADER)
    start = header[: len(SQLITE_MAGIC)]
    if not start:
        raise JournalError("the file is empty; delete it and record the run again")
    if start.startswith(b"{"):
        raise JournalError("the file is a JSONL export, not a log; make it one by importing it")
    if start != SQLITE_MAGIC:
        raise JournalError("the file is not a perplab log: it is not a SQLite database")
    if int.from_bytes(header[68:72], "big") == APPLICATION_ID:
        # Told before anything else that is wrong: a newer log may have another seal and schema.
        refuse_unknown(int.from_bytes(header[60:64], "big", signed=True))


def is_sealed(path: Path) -> bool:
    """Return whether the file ends with a seal, right or wrong."""
    try:
        return find_seal(path) is Seal.PRESENT
    except JournalError:
        return False


_TOUCH = "SELECT count(*) FROM sqlite_schema"


def _take_back_half_a_transaction(path: Path) -> None:
    """Let SQLite take back what a killed writer left, which a reader may not."""
    beside = path.with_name(f"{path.name}-journal")
    if beside.exists() and beside.stat().st_size:
        connection = _connect(path, "mode=rw")
        _checked(connection, lambda opened: opened.execute(_TOUCH)).close()


def _check_end(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `JournalError` unless the file ends with SQLite's last page.

    Looked at within a transaction, so that no writer is just making the file longer.
    """
    try:
        connection.execute("BEGIN")
        connection.execute(_TOUCH).fetchone()
    except sqlite3.DatabaseError:
        find_seal(path)  # says that the file was cut, if it was
        raise
    broken = find_seal(path) is Seal.BROKEN
    connection.execute("COMMIT")
    if broken:
        raise JournalError(
            "the file was changed after it was written: after its last page"
            " stands something that is not a seal"
        )


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}?{mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=PATIENCE_S)
    return _checked(connection, _prepare)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA recursive_triggers = on")
    connection.execute("PRAGMA synchronous = FULL")


def _hurry(connection: sqlite3.Connection) -> None:
    """Let our own writer do without what costs and holds already; the triggers stay."""
    # The CHECK of `kind` builds its list anew for every row. We write no other kind than these.
    connection.execute("PRAGMA ignore_check_constraints = on")
    # A whole transaction stays in memory: what does not is synced to the disk twice.
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")


def _checked(
    connection: sqlite3.Connection, check: Callable[[sqlite3.Connection], object]
) -> sqlite3.Connection:
    """Return the connection, or close it if the check raises."""
    try:
        check(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_ours(connection: sqlite3.Connection) -> None:
    """Raise `JournalError` unless this is a log of a format that this perplab reads."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise JournalError("the file is a SQLite database but not a perplab log")
    refuse_unknown(version)


_SENTENCES = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk did not take what was written, it may be full",
    "SQLITE_BUSY": "another process is writing this log; wait until it has finished",
    "SQLITE_CONSTRAINT_TRIGGER": "another process has written to this log; resume the run",
    "SQLITE_CORRUPT": "the file is damaged: SQLite cannot read it",
    "SQLITE_NOTADB": "the file is damaged or is not a perplab log: SQLite cannot read it",
    "SQLITE_CANTOPEN": "the file cannot be opened",
    "SQLITE_READONLY": "the file may not be written",
}


def _sentence(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", "")
    for prefix, sentence in _SENTENCES.items():
        if name.startswith(prefix):
            return f"{sentence} ({error})"
    return f"the file is damaged or is not a perplab log: {error}"


def _system_sentence(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, IsADirectoryError):
        return "this is a folder, not a log"
    return f"the file cannot be used: {error.strerror or error}"
