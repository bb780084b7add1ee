"""Recorded runs: a setup run into a log, gone on with after a crash, verified against its ticks."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from perplab.domain.state import State
from perplab.journal.comparing import Comparing
from perplab.journal.errors import JournalError
from perplab.journal.journal import Journal
from perplab.journal.manifest import (
    FundingEntry,
    Manifest,
    TapeEntry,
    config_of,
    manifest_config,
)
from perplab.journal.memory import Memory
from perplab.journal.writer import Writer as LogWriter
from perplab.lab.preparation import Setup
from perplab.tape.stream import FundingSeries, Stream
from perplab.venue.plan import Plan, written
from perplab.venue.venue import Prices, Venue, in_turn
from perplab.venue.writer import Listener

Entries = Sequence[TapeEntry | FundingEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run came to: its last state, the log's head hash, and what never came due."""

    state: State
    head: str
    batches: int
    resumed: bool
    undone: list[str]


def manifest_of(setup: Setup) -> Manifest:
    """Return the manifest of a run: its rules, its plan, and the content hashes of its prices."""
    return Manifest(
        perplab=version("perplab"),
        config=manifest_config(setup.config),
        scenario=written(setup.plan),
        tapes=_tape_entries(setup.prices.streams),
        funding=_funding_entries(setup.prices.funding),
        seed=setup.plan.seed,
    )


def run_recorded(
    setup: Setup,
    log: Path | None,
    *,
    every_tick: bool = False,
    listeners: Sequence[Listener] = (),
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """Run a setup into a log, or in memory without one.

    A log that holds an unfinished run of the same manifest is gone on with; one that is finished
    is compared and stays as it is. Any other raises `JournalError` and is not touched.
    """
    manifest = manifest_of(setup)
    resumed = log is not None and log.exists()
    with _open(log, manifest) as sink:
        venue = Venue(setup.config, setup.plan, setup.prices, sink.append, every_tick=every_tick)
        for listener in listeners:
            venue.listen(listener)
        if progress is not None:
            venue.on_progress(progress)
        state = venue.run()
        return Outcome(
            state=state,
            head=sink.head,
            batches=venue.batches,
            resumed=resumed,
            undone=venue.undone,
        )


def verify_ticks(
    log: Path,
    streams: Sequence[Stream],
    funding: Sequence[FundingSeries] = (),
    *,
    every_tick: bool = False,
) -> int:
    """Run a finished log's plan again from the tape and return how many batches agree.

    Raises `JournalError` if the ticks are not those of the log, at the first batch that differs,
    or if the log holds more or less than the run makes.
    """
    with Comparing(log) as comparing:
        manifest = comparing.manifest
        series = sorted(funding, key=lambda series: series.symbol)
        prices = Prices(streams=in_turn(streams), funding=tuple(series))
        _demand_same_prices(log, manifest, prices)
        plan = Plan.model_validate(manifest.scenario)
        config = config_of(manifest.config)
        venue = Venue(config, plan, prices, comparing.append, every_tick=every_tick)
        venue.run()
        comparing.finish()
        return venue.batches


def plan_of(log: Path) -> Plan:
    """Return the plan that a log's run followed."""
    with Journal.open(log) as journal:
        return Plan.model_validate(journal.manifest.scenario)


def _open(log: Path | None, manifest: Manifest) -> AbstractContextManager[LogWriter | Memory]:
    if log is None:
        return nullcontext(Memory(manifest))
    return Journal.resume(log, manifest) if log.exists() else Journal.create(log, manifest)


def _demand_same_prices(log: Path, manifest: Manifest, prices: Prices) -> None:
    pairs: tuple[tuple[str, Entries, Entries], ...] = (
        ("tape", _tape_entries(prices.streams), manifest.tapes),
        ("funding series", _funding_entries(prices.funding), manifest.funding),
    )
    for what, found, expected in pairs:
        if tuple(found) == tuple(expected):
            continue
        raise JournalError(
            f"{what}: found {_listed(found) or 'none'}, but the log was made from"
            f" {_listed(expected) or 'none'}; give the same files, read in the same way"
        ).at(log)


def _listed(entries: Entries) -> str:
    return "; ".join(
        " ".join(str(value) for value in entry.model_dump().values()) for entry in entries
    )


def _tape_entries(streams: Sequence[Stream]) -> tuple[TapeEntry, ...]:
    return tuple(
        TapeEntry(
            symbol=stream.symbol, kind=stream.kind.value, rows=len(stream), digest=stream.digest
        )
        for stream in streams
    )


def _funding_entries(funding: Sequence[FundingSeries]) -> tuple[FundingEntry, ...]:
    return tuple(
        FundingEntry(symbol=series.symbol, rows=len(series), digest=series.digest)
        for series in funding
    )
