"""Parts: a sweep's finished chunks beside its output, so that a sweep can be gone on with.

OUT.parts/ holds `sweep.json`, which says of what sweep they are, and a Parquet file for each
finished chunk. Each file is written elsewhere and moved into place at once. At the end they are
joined to OUT, which holds the same words about its sweep, and removed.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from perplab.lab.sweep.errors import SweepError
from perplab.lab.sweep.frame import OWN

_KEY = "perplab.sweep"
_SIGNATURE = "sweep.json"
_SHOWN = 200

Signature = Mapping[str, Any]
"""What a sweep was asked for and made from, by name."""


class Parts:
    """The parts of one output file."""

    def __init__(self, out: Path, signature: Signature) -> None:
        self.out = out
        self.folder = out.with_name(f"{out.name}.parts")
        self._signature = signature

    def open(self, *, resume: bool) -> set[int]:
        """Return the numbers of the chunks that are finished, or raise `SweepError`."""
        self.demand_folder()
        if self.out.exists():
            raise SweepError(f"--out {self.out}: is there already; remove it or name another")
        if self.folder.exists():
            if not resume:
                raise SweepError(
                    f"--out {self.out}: an unfinished sweep is in {self.folder};"
                    " --resume goes on with it, or remove the folder"
                )
            found = _read(self.folder / _SIGNATURE)
            _refuse_other(self.folder, found, self._signature)
        with _writing(self.folder):
            self.folder.mkdir(exist_ok=True)
            new = self.folder / f"{_SIGNATURE}.new"
            new.write_text(json.dumps(self._signature, indent=1))
            new.replace(self.folder / _SIGNATURE)
        return {number for number in self._numbers() if self._is_whole(number)}

    def demand_folder(self) -> None:
        """Raise `SweepError` if there is no folder for the output."""
        if not self.out.parent.is_dir():
            raise SweepError(f"--out {self.out}: there is no folder {self.out.parent}")

    def finished(self) -> bool:
        """Return whether the output is this sweep's; `SweepError` if it is another's."""
        if not self.out.exists():
            return False
        _refuse_other(self.out, signature_of(self.out), self._signature)
        return True

    def write(self, number: int, frame: pl.DataFrame) -> None:
        """Keep a finished chunk."""
        path = self._path(number)
        new = path.with_suffix(".new")
        with _writing(path):
            frame.write_parquet(new)
            new.replace(path)

    def joined(self) -> pl.DataFrame:
        """Return the rows of all parts in the order of their runs."""
        paths = [self._path(number) for number in self._numbers()]
        try:
            return pl.concat([pl.read_parquet(path) for path in paths])
        except (OSError, pl.exceptions.PolarsError) as error:
            raise SweepError(
                f"{self.folder}: the parts cannot be joined: {error}; --resume does again what"
                " cannot be read"
            ) from error

    def close(self, frame: pl.DataFrame) -> None:
        """Write the output and remove the parts."""
        new = self.out.with_name(f"{self.out.name}.new")
        with _writing(self.out):
            frame.write_parquet(new, metadata={_KEY: json.dumps(self._signature)})
            new.replace(self.out)
            shutil.rmtree(self.folder)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06}.parquet"

    def _numbers(self) -> range:
        return range(-(-self._signature["runs"] // self._signature["chunk"]))

    def _is_whole(self, number: int) -> bool:
        """Return whether a part has the rows of its chunk; one that has not is done again."""
        size = self._signature["chunk"]
        expected = range(number * size, min((number + 1) * size, self._signature["runs"]))
        try:
            frame = pl.read_parquet(self._path(number))
            columns = set(frame.columns)
            return columns >= set(OWN) and frame["run"].to_list() == list(expected)
        except (OSError, pl.exceptions.PolarsError):
            return False


def signature_of(out: Path) -> Signature:
    """Return what a finished output says of its sweep, or raise `SweepError`."""
    try:
        text = pl.read_parquet_metadata(out).get(_KEY)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise SweepError(f"{out}: is no Parquet file: {error}") from error
    if text is None:
        raise SweepError(f"{out}: was not written by a sweep")
    return dict(json.loads(text))


def _read(path: Path) -> Signature:
    try:
        return dict(json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise SweepError(
            f"{path}: cannot be read, so it is not known of what sweep these parts are; remove"
            f" the folder ({error})"
        ) from error


def _refuse_other(place: Path, found: Signature, expected: Signature) -> None:
    for name in dict.fromkeys([*expected, *found]):
        one, other = found.get(name), expected.get(name)
        if one != other:
            raise SweepError(
                f"{place}: is of another sweep: its {name} was {_cut(one)} and is now"
                f" {_cut(other)}; give the same, or another --out"
            )


def _cut(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Say what could not be written."""
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as error:
        why = getattr(error, "strerror", None) or error
        raise SweepError(f"{path}: cannot be written: {why}") from error
