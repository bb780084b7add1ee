"""The seal: one page after SQLite's last that carries the hash of every byte before it.

SQLite reads as many pages as its header says and no further; so a finished log stays an
ordinary database, and any changed byte is found, also in space that SQLite does not use.
"""

import errno
import os
from enum import Enum
from hashlib import blake2b
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from perplab.journal.errors import JournalError
from perplab.journal.schema import PAGE

MAGIC = b"perplab seal 1\n"
SQLITE_MAGIC = b"SQLite format 3\x00"
_CHUNK = 1 << 20
_HEADER = 100
_COMMITS = (24, 92)
"""Where the header holds the count of commits, and the count at which its size was right."""


class Seal(Enum):
    """What stands after a log's last page."""

    ABSENT = "absent"
    PRESENT = "present"
    BROKEN = "broken"


def find_seal(path: Path) -> Seal:
    """Return what stands after the last page, from the file's size and last page alone.

    `JournalError` if the file ends before its last page.
    """
    with path.open("rb") as file:
        end = _pages_end(file)
        size = file.seek(0, os.SEEK_END)
        if size < end:
            raise JournalError(f"the file was cut: it has {size} bytes of {end}")
        file.seek(end)
        rest = file.read(PAGE + 1)
    if not rest:
        return Seal.ABSENT
    return Seal.PRESENT if len(rest) == PAGE and rest.startswith(MAGIC) else Seal.BROKEN


def check_seal(path: Path) -> None:
    """Raise `JournalError` unless the last page is the seal of all bytes before it."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        expected = _seal_page(file, size - PAGE)
        found = file.read(PAGE)
    if found != expected:
        raise JournalError("a byte of the file was changed after it was sealed: its hash differs")


def add_seal(path: Path) -> None:
    """Seal a closed log, in place of any seal that it has, and see it onto the disk."""
    _forget_commits(path)
    with path.open("rb") as file:
        end = _pages_end(file)
        page = _seal_page(file, end)
    with path.open("r+b", buffering=0) as raw:
        raw.truncate(end)
        raw.seek(end)
        try:
            _write_whole(raw, page)
        except OSError:
            # Half a seal would make the log look changed; without one, a resume seals it.
            raw.truncate(end)
            raise
        os.fsync(raw.fileno())


def _forget_commits(path: Path) -> None:
    """Set the count of commits in SQLite's header to one, so that the same run has the same bytes.

    A log has more commits than one from its first appearance on, so a reader's cache notices.
    """
    with path.open("r+b", buffering=0) as raw:
        header = bytearray(raw.read(_HEADER))
        if len(header) < _HEADER or not header.startswith(SQLITE_MAGIC):
            return  # told by whoever looks for its last page
        for place in _COMMITS:
            header[place : place + 4] = (1).to_bytes(4, "big")
        raw.seek(0)
        raw.write(header)


def _write_whole(file: FileIO, page: bytes) -> None:
    if file.write(page) < len(page):
        raise OSError(errno.ENOSPC, "the disk is full")


def _seal_page(file: BinaryIO, end: int) -> bytes:
    digest = blake2b(digest_size=32)
    file.seek(0)
    left = end
    while left:
        chunk = file.read(min(_CHUNK, left))
        if not chunk:
            raise JournalError(f"the file was cut: {left} bytes are missing")
        digest.update(chunk)
        left -= len(chunk)
    return (MAGIC + digest.hexdigest().encode()).ljust(PAGE, b"\0")


def _pages_end(file: BinaryIO) -> int:
    """Return where SQLite's last page ends: its header holds the page size and count."""
    file.seek(0)
    header = file.read(_HEADER)
    if len(header) < _HEADER or not header.startswith(SQLITE_MAGIC):
        raise JournalError("the file was cut or is not a log: SQLite's header is not whole")
    size = int.from_bytes(header[16:18], "big")
    if size != PAGE:
        raise JournalError(f"the file is not a log: its page size is {size}, expected {PAGE}")
    return PAGE * int.from_bytes(header[28:32], "big")
