"""A price file as bytes: opened, unpacked, and checked against the checksum beside it."""

import gzip
import hashlib
import mmap
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from perplab.tape.errors import TapeError
from perplab.tape.stamps import Stamp, recalled_sha256, stamp_of

Content = Literal["text", "parquet", "feather", "npz"]

_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PARQUET = b"PAR1"
_FEATHER = b"ARROW1"
_SUFFIXES: Mapping[str, tuple[str, bytes | tuple[bytes, ...]]] = {
    ".gz": ("gzip", _GZIP),
    ".zip": ("zip", _ZIP),
    ".npz": ("npz", _ZIP),
    ".parquet": ("Parquet", _PARQUET),
    ".feather": ("Feather (version 2)", _FEATHER),
}
"""What a name's ending promises, and how such a file begins."""
_SNIFF = 4096
_PIECE = 1 << 20
_CHECKSUM_CHARACTERS = 64


@dataclass(kw_only=True)
class Source:
    """One file: its bytes as stored, its bytes unpacked, and what they are.

    `stamp` is that of the file as it was opened; `known_sha256` is given by whoever has it already.
    """

    path: Path
    stored: bytes | mmap.mmap
    data: bytes | mmap.mmap
    content: Content
    stamp: Stamp | None = None
    known_sha256: str | None = None

    @property
    def sha256(self) -> str:
        """SHA-256 of the file as stored, in hex."""
        if self.known_sha256 is None:
            digest, stored = hashlib.sha256(), memoryview(self.stored)
            for start in range(0, len(stored), _PIECE):
                digest.update(stored[start : start + _PIECE])
                release(self.stored, start, start + _PIECE)
            self.known_sha256 = digest.hexdigest()
        return self.known_sha256


def release(data: bytes | mmap.mmap, start: int, end: int) -> None:
    """Say that a part was read: of a mapped file, it need not be in this process's memory."""
    if isinstance(data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        first = start // mmap.PAGESIZE * mmap.PAGESIZE
        data.madvise(mmap.MADV_DONTNEED, first, min(end, len(data)) - first)


def open_source(path: Path) -> Source:
    """Open, check and unpack a file. Raises TapeError when it is missing, empty or damaged."""
    return unpacked(open_packed(path))


def open_packed(path: Path, *, recall: bool = False) -> Source:
    """Open and check a file as it is stored. Raises TapeError when it is missing or empty.

    To recall is to take its SHA-256 from when it was hashed before, if its stamp is the same still.
    """
    stored, stamp = _stored(path)
    source = Source(path=path, stored=stored, data=stored, content="text", stamp=stamp)
    if recall:
        source.known_sha256 = recalled_sha256(stamp)
    _verify_checksum(source)
    _refuse_misnamed(path, stored)
    return source


def unpacked(source: Source) -> Source:
    """Return the source with its bytes unpacked. Raises TapeError when they are damaged."""
    path, stored = source.path, source.stored
    if stored[:2] == _GZIP:
        source.data = _gunzipped(path, stored)
    elif stored[:4] in _ZIP:
        source.data, source.content = _unzipped(path, stored)
    if len(source.data) == 0:
        raise TapeError(path, found="no bytes after unpacking", expected="rows of prices")
    if source.content == "text":
        source.content = _content(path, source.data)
    return source


def _stored(path: Path) -> tuple[mmap.mmap, Stamp]:
    try:
        with path.open("rb") as file:
            stamp = stamp_of(os.fstat(file.fileno()))
            if path.stat().st_size == 0:
                raise TapeError(path, found="an empty file", expected="rows of prices")
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), stamp
    except OSError as error:
        found = f"nothing to read ({error.strerror or error})"
        raise TapeError(path, found=found, expected="a file of prices") from error


def _verify_checksum(source: Source) -> None:
    beside = source.path.with_name(source.path.name + ".CHECKSUM")
    if not beside.is_file():
        return
    stated = beside.read_text(errors="replace").split()
    wanted = stated[0].lower() if stated else ""
    if len(wanted) != _CHECKSUM_CHARACTERS:
        raise TapeError(
            beside, found=repr(wanted), expected="a SHA-256 of 64 hex digits and a file name"
        )
    if source.sha256 != wanted:
        source.known_sha256 = None
    if source.sha256 != wanted:
        raise TapeError(
            source.path,
            found=f"SHA-256 {source.sha256}",
            expected=f"{wanted}, as {beside.name} states",
            advice="The file is damaged or not the one that was published: download it again.",
        )


def _refuse_misnamed(path: Path, stored: bytes | mmap.mmap) -> None:
    """Raise TapeError when the name says what the content is not."""
    name, start = _SUFFIXES.get(path.suffix.lower(), ("", b""))
    if not stored[:_SNIFF].startswith(start):
        raise TapeError(
            path,
            found=f"content that is not {name}",
            expected=f"{name}, as the name says",
            advice="Download it again, or give it the name of what it is.",
        )


def _gunzipped(path: Path, stored: bytes | mmap.mmap) -> bytes:
    try:
        return gzip.decompress(stored)
    except EOFError as error:
        raise TapeError(
            path,
            found="the end in the middle of the gzip stream",
            expected="a whole gzip file",
            advice="The file is cut short: download it again.",
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise TapeError(
            path, found=f"damaged gzip data ({error})", expected="a whole gzip file"
        ) from error


def _unzipped(path: Path, stored: bytes | mmap.mmap) -> tuple[bytes | mmap.mmap, Content]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if any(member.filename.endswith(".npy") for member in members):
                return stored, "npz"
            if len(members) != 1:
                names = ", ".join(member.filename for member in members) or "nothing"
                raise TapeError(path, found=f"a zip of {names}", expected="a zip of one file")
            return archive.read(members[0]), "text"
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise TapeError(
            path,
            found=f"a damaged zip ({error})",
            expected="a whole zip file",
            advice="The file is cut short or damaged: download it again.",
        ) from error


def _content(path: Path, data: bytes | mmap.mmap) -> Content:
    if data[:4] == _PARQUET:
        return "parquet"
    if data[:6] == _FEATHER:
        return "feather"
    if b"\0" in data[:_SNIFF]:
        raise TapeError(
            path,
            found="binary data of no known format",
            expected="CSV, Parquet, Feather, an hftbacktest recording, or one of these packed",
        )
    return "text"
