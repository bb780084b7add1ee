"""Recorded runs: a setup run into a log, gone on with after a crash, verified against its ticks."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from perplab.agents.casting import cast_from
from perplab.domain.commands import Command
from perplab.domain.instrument import Config
from perplab.domain.state import State
from perplab.journal.codec import decode
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
from perplab.lab.parting import asked_for
from perplab.lab.prefix import proving
from perplab.lab.preparation import Setup
from perplab.tape.stream import FundingSeries, Stream
from perplab.venue.forks import is_agent
from perplab.venue.participants import Fault
from perplab.venue.plan import ForkPlan, Others, Plan, RecordedCommand, written
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
    faults: list[Fault]


def manifest_of(setup: Setup) -> Manifest:
    """Return the manifest of a run: its rules, its plan, and the content hashes of its prices."""
    prices = setup.prices
    rules = _rules_of(setup.config, _tape_entries(prices.streams), _funding_entries(prices.funding))
    plan = {"scenario": written(setup.plan), "seed": setup.plan.seed}
    return rules.model_copy(update={**plan, "parent": setup.parent})


@lru_cache(maxsize=64)
def _rules_of(
    config: Config, tapes: tuple[TapeEntry, ...], funding: tuple[FundingEntry, ...]
) -> Manifest:
    """Return a manifest without a plan: the runs of a sweep share a few of them."""
    return Manifest(
        perplab=version("perplab"),
        config=manifest_config(config),
        scenario={},
        tapes=tapes,
        funding=funding,
    )


def run_recorded(
    setup: Setup,
    log: Path | None,
    *,
    every_tick: bool = False,
    listeners: Sequence[Listener] = (),
    progress: Callable[[int], None] | None = None,
    parent_log: Path | None = None,
) -> Outcome:
    """Run a setup into a log, or in memory without one.

    A log that holds an unfinished run of the same manifest is gone on with; one that is finished
    is compared and stays as it is. Any other raises `JournalError` and is not touched. A fork
    is compared with its parent's log up to the point at which they part.
    """
    manifest = manifest_of(setup)
    resumed = log is not None and log.exists()
    with _open(log, manifest) as sink, proving(parent_log, setup.parent) as prove:
        venue = Venue(
            setup.config,
            setup.plan,
            setup.prices,
            sink.append if prove is None else lambda batch: sink.append(prove(batch)),
            cast=setup.cast,
            recall=recalled,
            every_tick=every_tick,
        )
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
            faults=venue.faults,
        )


def verify_ticks(
    log: Path,
    streams: Sequence[Stream],
    funding: Sequence[FundingSeries] = (),
    *,
    agents: Sequence[Path] | None = None,
    every_tick: bool = False,
) -> int:
    """Run a finished log's plan again from the tape and return how many batches agree.

    The code of agents' files is not run unless `agents` says in which folders they are: what such
    a run asked for is then given again as it was recorded. Raises `JournalError` if the ticks are
    not those of the log, at the first batch that differs, or if the log holds more or less than
    the run makes.
    """
    with Comparing(log) as comparing:
        manifest = comparing.manifest
        series = sorted(funding, key=lambda series: series.symbol)
        prices = Prices(streams=in_turn(streams), funding=tuple(series))
        demand_same_prices(log, manifest, prices)
        plan = Plan.model_validate(manifest.scenario)
        if agents is None and agent_files(plan):
            plan = _given_again(log, plan)
        config = config_of(manifest.config)
        venue = Venue(
            config,
            plan,
            prices,
            comparing.append,
            cast=cast_from(agents or ()),
            recall=recalled,
            every_tick=every_tick,
        )
        venue.run()
        comparing.finish()
        return venue.batches


def agent_files(plan: Plan) -> tuple[str, ...]:
    """Return the files of users' own agents, as `FILE.py:FUNCTION`, that a plan names."""
    forked = [text.split()[1] for fork in plan.forks for text in fork.do if is_agent(text)]
    names = [*(account.agent for account in plan.accounts), *forked]
    return tuple(dict.fromkeys(name for name in names if ":" in name))


def plan_of(log: Path) -> Plan:
    """Return the plan that a log's run followed."""
    with Journal.open(log) as journal:
        return Plan.model_validate(journal.manifest.scenario)


def recalled(recorded: RecordedCommand) -> Command:
    """Return the command that a fork's plan holds as text."""
    command: Command = decode(recorded.type, recorded.body)
    return command


def _given_again(log: Path, plan: Plan) -> Plan:
    """Return a plan in which nobody acts, and all that the log's run asked for is given again."""
    with Journal.open(log) as journal:
        blocks = [block for block in journal.blocks() if block.number]
    again = ForkPlan(
        account="",
        time_ns=plan.start_ns,
        after_seq=blocks[0].last.seq,
        others=Others.RECORDED,
        commands=asked_for(blocks, 1),
    )
    return plan.model_copy(update={"accounts": (), "forks": (again,)})


def _open(log: Path | None, manifest: Manifest) -> AbstractContextManager[LogWriter | Memory]:
    if log is None:
        return nullcontext(Memory(manifest))
    return Journal.resume(log, manifest) if log.exists() else Journal.create(log, manifest)


def demand_same_prices(log: Path, manifest: Manifest, prices: Prices) -> None:
    """Raise `JournalError` with both hashes unless the prices are those that made the log."""
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
