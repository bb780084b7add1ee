"""The lock: only one process makes or writes a log; whoever reads it is not hindered.

It is a lock of the operating system on an empty file beside the log. It ends with its process, so
one that was killed leaves no log locked, only the empty file, which the next writer takes over.
"""

import os
from importlib import import_module
from io import FileIO
from pathlib import Path
from typing import Any, Self

from perplab.journal.errors import JournalError

try:
    _fcntl: Any = import_module("fcntl")
except ImportError:  # not a POSIX system: there the log's own triggers alone refuse a second writer
    _fcntl = None


class Lock:
    """A log's lock, held until `release`."""

    def __init__(self, path: Path, file: FileIO | None) -> None:
        self._path = path
        self._file = file

    @classmethod
    def take(cls, log: Path) -> Self:
        """Lock a log that exists or is about to; `JournalError` if another writer holds it."""
        log = log.resolve()
        path = log.with_name(f"{log.name}.lock")
        if not log.parent.is_dir():
            raise JournalError("its folder does not exist; make it first")
        while _fcntl is not None:
            file = FileIO(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+")
            try:
                _fcntl.flock(file.fileno(), _fcntl.LOCK_EX | _fcntl.LOCK_NB)
            except BlockingIOError as error:
                file.close()
                message = "another process is writing this log; wait until it has finished"
                raise JournalError(message) from error
            except OSError:
                file.close()
                raise
            if _is_at(path, file):
                return cls(path, file)
            file.close()  # its holder has just let go of it and taken it away
        return cls(path, None)

    def release(self) -> None:
        """Let another writer have the log; a second call does nothing."""
        if self._file is not None:
            self._path.unlink(missing_ok=True)
            self._file.close()
            self._file = None


def _is_at(path: Path, file: FileIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False
