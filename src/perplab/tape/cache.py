"""Converted tapes kept by the content of the file they came from, and mapped into memory.

An entry is a folder of .npy columns and a sealed meta.json. It is written elsewhere and moved into
place at once, and every column is checked before use: what is damaged is made again.
"""

import hashlib
import json
import os
import shutil
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from perplab.domain.instrument import Kind
from perplab.tape.crossings import BLOCK, Crossings
from perplab.tape.naming import candle_kind_of
from perplab.tape.options import FileReport, Reading, ReadOptions
from perplab.tape.source import Source
from perplab.tape.stream import FundingSeries, Stream

WORTH_KEEPING_BYTES = 1 << 20
"""Smaller files are read as fast as their entry would be."""

_FORMAT = 2
_PART = ".part-"
_ABANDONED_SECONDS = 86_400

Ints = NDArray[np.int64]


class DamagedError(Exception):
    """An entry that is not what was stored."""


def folder() -> Path:
    """Return where entries are: $PERPLAB_CACHE, $XDG_CACHE_HOME/perplab or ~/.cache/perplab."""
    if chosen := os.environ.get("PERPLAB_CACHE"):
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "perplab"


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
        return Reading(
            streams=[_stream(entry, item) for item in meta["streams"]],
            funding=[_funding(entry, item) for item in meta["funding"]],
            reports=[FileReport(**item) for item in meta["reports"]],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, DamagedError):
        # Whatever is wrong with an entry, the file itself is still there to be read.
        return None


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
                "columns": {
                    column: _save(part, f"{number}-{column}.npy", values)
                    for column, values in stream.columns()
                },
                "extremes": _save(part, f"{number}-extremes.npy", stream.index.extremes()),
            }
            for number, stream in enumerate(reading.streams)
        ],
        "funding": [
            {
                "symbol": series.symbol,
                "name": series.name,
                "digest": series.digest,
                "columns": {
                    column: _save(part, f"funding-{number}-{column}.npy", values)
                    for column, values in series.columns()
                },
            }
            for number, series in enumerate(reading.funding)
        ],
        "reports": [asdict(report) for report in reading.reports],
    }
    meta["seal"] = _seal(meta)
    (part / "meta.json").write_text(json.dumps(meta))


def _stream(entry: Path, item: dict[str, Any]) -> Stream:
    columns = {name: _load(entry, saved) for name, saved in item["columns"].items()}
    low_side = columns.get("ask", columns["price"])
    extremes = _load(entry, item["extremes"])
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
    )


def _funding(entry: Path, item: dict[str, Any]) -> FundingSeries:
    columns = {name: _load(entry, saved) for name, saved in item["columns"].items()}
    return FundingSeries(
        symbol=item["symbol"],
        name=item["name"],
        time_ns=columns["time_ns"],
        rate=columns["rate"],
        known_digest=item["digest"],
    )


def _save(part: Path, name: str, values: Ints) -> dict[str, str]:
    np.save(part / name, values)
    return {"file": name, "print": fingerprint(values)}


def _load(entry: Path, saved: dict[str, str]) -> Ints:
    values: Ints = np.asarray(np.load(entry / saved["file"], mmap_mode="r"))
    if values.dtype != np.int64 or fingerprint(values) != saved["print"]:
        raise DamagedError(saved["file"])
    return values


def fingerprint(values: Ints) -> str:
    """Return a hash of the sums of blocks: at memory speed it tells any one changed byte."""
    flat = values.reshape(-1).view(np.uint64)
    whole = len(flat) // BLOCK * BLOCK
    sums = flat[:whole].reshape(-1, BLOCK).sum(axis=1)
    print_ = hashlib.blake2b(sums.tobytes(), digest_size=20)
    print_.update(flat[whole:].tobytes())
    print_.update(str(values.shape).encode())
    return print_.hexdigest()


def _seal(meta: dict[str, Any]) -> str:
    text = json.dumps(meta, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=20).hexdigest()


def _sweep(home: Path) -> None:
    """Remove what killed processes began to write a day ago or earlier."""
    for part in home.glob(f"{_PART}*"):
        if part.stat().st_mtime < time.time() - _ABANDONED_SECONDS:
            shutil.rmtree(part, ignore_errors=True)
