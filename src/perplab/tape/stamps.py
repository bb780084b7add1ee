"""Stamps: a file whose stamp is as it was is not read again to be known.

A stamp holds what the system changes with any change of a file: its inode, its size, and the times
of its last write and of its last change of any kind, which programs cannot set.
"""

import hashlib
import json
import os
import re
import time
from contextlib import suppress
from pathlib import Path

Stamp = list[int]

_SETTLED_NS = 2_000_000_000
"""A file that was changed so shortly ago may change once more within one tick of its clock."""
_HASHES = ".hashes"
_SHA256 = re.compile(r"[0-9a-f]{64}")


def folder() -> Path:
    """Return where the cache is: $PERPLAB_CACHE, $XDG_CACHE_HOME/perplab or ~/.cache/perplab."""
    if chosen := os.environ.get("PERPLAB_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "perplab"


def stamp_of(found: os.stat_result) -> Stamp:
    """Return the stamp of a file that was looked at."""
    return [found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def recalled_sha256(stamp: Stamp) -> str | None:
    """Return the SHA-256 that a file of this stamp was once found to have, in hex."""
    try:
        text = _note_of(stamp).read_text()
    except (OSError, ValueError):
        return None
    return text if _SHA256.fullmatch(text) else None


def remember_sha256(stamp: Stamp, sha256: str) -> None:
    """Note the SHA-256 of a file, unless it was changed just now or there is no place for notes."""
    if time.time_ns() - max(stamp[-2:]) < _SETTLED_NS:
        return
    note = _note_of(stamp)
    with suppress(OSError):  # the file is hashed again, then
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(sha256)


def _note_of(stamp: Stamp) -> Path:
    return (
        folder() / _HASHES / hashlib.blake2b(json.dumps(stamp).encode(), digest_size=20).hexdigest()
    )
