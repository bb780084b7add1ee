"""Finding: the tick files that a log was made from, looked up again by their names."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from perplab.journal.journal import Journal
from perplab.journal.manifest import Manifest
from perplab.lab.recorded import demand_same_prices
from perplab.lab.tapes import read_planned
from perplab.tape.options import CandlePath
from perplab.venue.plan import Plan, TapePlan
from perplab.venue.venue import Prices


class MissingTapeError(ValueError):
    """A tape that is nowhere: its file, the hash that is wanted, and where it was looked for."""


def places_of(log: Path, given: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Return where a log's files are looked for: what is given, the current folder, the log's."""
    return tuple(dict.fromkeys((*given, Path(), log.parent)))


def tapes_of_log(log: Path, places: Sequence[Path]) -> Prices:
    """Return the prices that a log was made from, read or generated again.

    A place is a folder, or a file that is meant wherever the log names a file so called. Raises
    `MissingTapeError` for files that are in none of them, and `JournalError` with both hashes for
    prices that are not the log's.
    """
    with Journal.open(log) as journal:
        manifest = journal.manifest
    prices = tapes_named(log, manifest, places)
    demand_same_prices(log, manifest, prices)
    return prices


def tapes_named(log: Path, manifest: Manifest, places: Sequence[Path]) -> Prices:
    """Return the prices that a manifest names, as `tapes_of_log` does, whatever their hash is."""
    plan = Plan.model_validate(manifest.scenario)
    if not plan.tapes:
        raise MissingTapeError(
            f"{log}: it does not say which files its prices came from, as runs of a scenario or a"
            " replay do; make it again with `perplab run` or `perplab replay`"
        )
    found = _Files(places)
    missing = [name for tape in plan.tapes for name in found.missing(tape)]
    if missing:
        raise MissingTapeError(_missing(log, manifest, missing, places))
    path = cast("CandlePath", plan.candle_path)
    streams, funding, _ = read_planned(plan.tapes, found.files_of, path)
    return Prices(streams=streams, funding=funding)


class _Files:
    """Files by their names; of several of one name in a log, each takes the next that is there."""

    def __init__(self, places: Sequence[Path]) -> None:
        self._places = [place.absolute() for place in places]
        self._taken: Counter[str] = Counter()

    def missing(self, tape: TapePlan) -> list[str]:
        return [name for name in tape.files if next(self._all(name), None) is None]

    def files_of(self, tape: TapePlan) -> list[Path]:
        return [self._take(name) for name in tape.files]

    def _take(self, name: str) -> Path:
        files = list(dict.fromkeys(self._all(name)))
        place = min(self._taken[name], len(files) - 1)
        self._taken[name] += 1
        return files[place]

    def _all(self, name: str) -> Iterator[Path]:
        for place in self._places:
            if place.name == name and place.is_file():
                yield place
            elif (place / name).is_file():
                yield place / name


def _missing(log: Path, manifest: Manifest, names: list[str], places: Sequence[Path]) -> str:
    entries = [
        *(f"{tape.symbol} {tape.kind}, {tape.rows} rows, {tape.digest}" for tape in manifest.tapes),
        *(f"{one.symbol} funding, {one.rows} rows, {one.digest}" for one in manifest.funding),
    ]
    looked = ", ".join(str(place) if place != Path() else "the current folder" for place in places)
    return (
        f"{log}: its tape {', '.join(dict.fromkeys(names))} was not found; looked in {looked}."
        f" Its prices have the hash: {'; '.join(entries)}. Say where it is, under this name,"
        " with --ticks FILE or FOLDER"
    )
