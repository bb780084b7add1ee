"""Converted tapes kept by the content of the file they came from, and mapped into memory.

An entry is a folder of .npy columns and a sealed meta.json. It is written elsewhere and moved into
place at once. Files whose stamps are those of their writing are mapped unread; if one differs, the
digests of all columns are taken anew, and an entry that is damaged is made again.
"""

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perplab.domain.instrument import Kind
from perplab.tape.crossings import Crossings
from perplab.tape.naming import candle_kind_of
from perplab.tape.options import FileReport, Reading, ReadOptions
from perplab.tape.source import Source
from perplab.tape.stamps import Stamp, folder, stamp_of
from perplab.tape.stream import FundingSeries, Stream, columns_digest

WORTH_KEEPING_BYTES = 1 << 20
"""Smaller files are read as fast as their entry would be."""

_FORMAT = 3
_PART = ".part-"
_ABANDONED_SECONDS = 86_400

Ints = NDArray[np.int64]


class DamagedError(Exception):
    """An entry that is not what was stored."""


def key_of(source: Source, options: ReadOptions) -> str:
    """Return the name of the entry: of the file's content, its name, and how it is read."""
    terms = [
        _FORMAT,
        source.sha256,
        source.path.name,
        candle_kind_of(source.path),
        options.symbol,
        options.kind,
        sorted(options.columns.items()) if options.columns else None,
        options.candle_path,
    ]
    return hashlib.blake2b(json.dumps(terms).encode(), digest_size=20).hexdigest()


def fetch(key: str) -> Reading | None:
    """Return the kept reading, memory-mapped; None if there is none or it is damaged."""
    entry = folder() / key
    try:
        meta = json.loads((entry / "meta.json").read_bytes())
        if meta.pop("seal") != _seal(meta):
            return None
        reading = Reading(
            streams=[_stream(entry, item) for item in meta["streams"]],
            funding=[_funding(entry, item) for item in meta["funding"]],
            reports=[FileReport(**item) for item in meta["reports"]],
        )
        stamps = _stamps(entry)
        if stamps != meta["stamps"]:
            _demand_digests(reading)
            with suppress(OSError):  # the digests are taken again, then
                _write_meta(entry, {**meta, "stamps": stamps})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, DamagedError):
        # Whatever is wrong with an entry, the file itself is still there to be read.
        return None
    return reading


def keep(key: str, reading: Reading) -> str | None:
    """Store a reading; return None, or why it could not be stored."""
    home = folder()
    part: Path | None = None
    try:
        home.mkdir(parents=True, exist_ok=True)
        _sweep(home)
        part = Path(tempfile.mkdtemp(prefix=_PART, dir=home))
        _write(part, reading)
        entry = home / key
        if entry.exists():
            shutil.rmtree(entry, ignore_errors=True)
        _move(part, entry)
    except OSError as error:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
        return error.strerror or str(error)
    return None


def _move(part: Path, entry: Path) -> None:
    """Put an entry in its place, unless another process has just done so."""
    try:
        part.replace(entry)
    except OSError:
        if not (entry / "meta.json").exists():
            raise
        shutil.rmtree(part, ignore_errors=True)


def _write(part: Path, reading: Reading) -> None:
    meta: dict[str, Any] = {
        "streams": [
            {
                "symbol": stream.symbol,
                "kind": stream.kind,
                "name": stream.name,
                "digest": stream.digest,
                "step": stream.step,
                "columns": _save(part, f"{number}-", stream.columns()),
                "extremes": _save_extremes(part, f"{number}-extremes.npy", stream.index),
            }
            for number, stream in enumerate(reading.streams)
        ],
        "funding": [
            {
                "symbol": series.symbol,
                "name": series.name,
                "digest": series.digest,
                "columns": _save(part, f"funding-{number}-", series.columns()),
            }
            for number, series in enumerate(reading.funding)
        ],
        "reports": [asdict(report) for report in reading.reports],
    }
    _write_meta(part, {**meta, "stamps": _stamps(part)})


def _write_meta(entry: Path, meta: dict[str, Any]) -> None:
    (entry / "meta.json").write_text(json.dumps({**meta, "seal": _seal(meta)}))


def _save(part: Path, prefix: str, columns: Iterator[tuple[str, Ints]]) -> dict[str, str]:
    """Write columns, and return the names of their files."""
    files = {}
    for name, values in columns:
        files[name] = f"{prefix}{name}.npy"
        np.save(part / files[name], values)
    return files


def _save_extremes(part: Path, name: str, index: Crossings) -> dict[str, str]:
    extremes = index.extremes()
    np.save(part / name, extremes)
    return {"file": name, "digest": _digest_of(extremes)}


def _stream(entry: Path, item: dict[str, Any]) -> Stream:
    columns = _load(entry, item["columns"])
    extremes = np.load(entry / item["extremes"]["file"])
    if _digest_of(extremes) != item["extremes"]["digest"]:
        raise DamagedError(item["extremes"]["file"])
    low_side = columns.get("ask", columns["price"])
    return Stream(
        symbol=item["symbol"],
        kind=Kind(item["kind"]),
        name=item["name"],
        time_ns=columns["time_ns"],
        price=columns["price"],
        ask=columns.get("ask"),
        quantity=columns.get("quantity"),
        known_digest=item["digest"],
        known_index=Crossings.restored(low_side, columns["price"], extremes),
        known_step=item["step"],
    )


def _funding(entry: Path, item: dict[str, Any]) -> FundingSeries:
    columns = _load(entry, item["columns"])
    return FundingSeries(
        symbol=item["symbol"],
        name=item["name"],
        time_ns=columns["time_ns"],
        rate=columns["rate"],
        known_digest=item["digest"],
    )


def _load(entry: Path, files: dict[str, str]) -> dict[str, Ints]:
    return {name: np.asarray(np.load(entry / file, mmap_mode="r")) for name, file in files.items()}


def _stamps(entry: Path) -> dict[str, Stamp]:
    """Return the stamp of each column, by the name of its file."""
    return {file.name: stamp_of(file.stat()) for file in sorted(entry.glob("*.npy"))}


def _demand_digests(reading: Reading) -> None:
    """Raise DamagedError unless the columns are those that were stored."""
    for stream in reading.streams:
        if columns_digest(stream.kind, stream.columns()) != stream.digest:
            raise DamagedError(stream.name)
    for series in reading.funding:
        if columns_digest("funding", series.columns()) != series.digest:
            raise DamagedError(series.name)


def _digest_of(extremes: Ints) -> str:
    return hashlib.blake2b(extremes.tobytes(), digest_size=20).hexdigest()


def _seal(meta: dict[str, Any]) -> str:
    text = json.dumps(meta, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def _sweep(home: Path) -> None:
    """Remove what killed processes began to write a day ago or earlier."""
    for part in home.glob(f"{_PART}*"):
        if part.stat().st_mtime < time.time() - _ABANDONED_SECONDS:
            shutil.rmtree(part, ignore_errors=True)
