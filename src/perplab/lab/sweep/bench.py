"""The bench: where runs are done, one after another, over files that were read once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from perplab.agents.errors import AgentError
from perplab.agents.loading import load
from perplab.domain.instrument import Config
from perplab.domain.numbers import ONE
from perplab.lab.preparation import Material, Setup, config_at, read_material, setup_of
from perplab.lab.recorded import run_recorded
from perplab.lab.scenario import Scenario, scenario_of
from perplab.lab.sweep.errors import SweepError
from perplab.lab.sweep.figures import Figures, Result
from perplab.lab.sweep.holes import Amount, Names, filled
from perplab.lab.sweep.layout import Chunk, Run
from perplab.lab.sweep.variations import ENTRY, Variant

_NOBODY: dict[str, Any] = {"name": "nobody"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """All that a process needs to do runs, besides their files: plain data to be sent to it.

    `scenario` is JSON. `prices` are the digests of the streams and funding series, `agents` the
    users' own agents with the digests of their files; both must be the same wherever a run is done.
    """

    source: str
    folder: str
    scenario: str
    variants: tuple[Variant, ...]
    perplab: str
    prices: tuple[str, ...]
    agents: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a scenario's files hold, and the accounts that its runs have.

    `agents` are the digests that the files of users' own agents must have, by agent.
    """

    source: str
    data: dict[str, Any]
    scenario: Scenario
    material: Material
    variants: tuple[Variant, ...]
    agents: Mapping[str, str] = field(default_factory=dict)

    def setup(self, run: Run) -> Setup:
        """Return all that a run needs, the holes in its account filled."""
        variant, start_ns = self.variants[run.variant], run.start_ns
        names = _names(self.material, config_at(self.scenario, self.material, start_ns), start_ns)
        account = json.loads(variant.account)
        texts = dict(variant.values)
        if "leverage" in account:
            texts["leverage"] = str(account["leverage"])
        account = filled(account, names._replace(texts=texts))
        if account.get("agent") in self.agents:
            account["agent_digest"] = self.agents[account["agent"]]
        scenario = scenario_of(self.data | {"account": [account]}, self.source)
        scenario = scenario.model_copy(update={"seed": variant.seed})
        return setup_of(scenario, self.material, (run.start_ns, run.end_ns))

    def result(self, number: int, run: Run) -> Result:
        """Return what a run came to; whatever goes wrong with it becomes its error."""
        result = Result(number, *run)
        figures = Figures()
        try:
            outcome = run_recorded(self.setup(run), None, listeners=[figures])
            error = "; ".join(fault.sentence for fault in outcome.faults) or None
            result = figures.added_to(result, outcome.state)
            return result._replace(hash=outcome.head, error=error)
        except Exception as error:  # noqa: BLE001 - one run of thousands: reported, the rest goes on
            return result._replace(error=_said(error))


def bench_over(
    data: dict[str, Any], folder: Path, source: str, variants: tuple[Variant, ...] = ()
) -> Bench:
    """Return a bench over a scenario's files, which are read."""
    scenario = scenario_of(data | {"account": [_NOBODY]}, source)
    material = read_material(scenario, folder)
    return Bench(source=source, data=data, scenario=scenario, material=material, variants=variants)


def prices_of(material: Material) -> tuple[str, ...]:
    """Return what tells the prices of a bench from those of another."""
    streams = [f"{one.symbol} {one.kind} {len(one)} {one.digest}" for one in material.streams]
    funding = [f"{one.symbol} funding {len(one)} {one.digest}" for one in material.funding]
    return (*streams, *funding)


def work_of(bench: Bench, folder: Path) -> Work:
    """Return what another process needs to have the same bench."""
    return Work(
        source=bench.source,
        folder=str(folder.absolute()),
        scenario=json.dumps(bench.data),
        variants=bench.variants,
        perplab=version("perplab"),
        prices=prices_of(bench.material),
        agents=tuple(bench.agents.items()),
    )


def run_chunk(work: Work, chunk: Chunk) -> list[Result]:
    """Return the results of a chunk: what a worker process does."""
    bench = _bench_of(work)
    return [bench.result(number, run) for number, run in enumerate(chunk.runs, chunk.first)]


@lru_cache(maxsize=1)
def _bench_of(work: Work) -> Bench:
    """Return this process's bench, or raise `SweepError` if it is not the one asked for."""
    if work.perplab != version("perplab"):
        raise SweepError(
            f"a worker has perplab {version('perplab')}, the sweep {work.perplab};"
            " expected the same everywhere"
        )
    try:
        bench = bench_over(json.loads(work.scenario), Path(work.folder), work.source, work.variants)
    except Exception as error:  # noqa: BLE001 - told to whoever asked, in another process
        # Errors of several fields do not come whole out of another process; their words do.
        raise SweepError(f"a worker cannot read the tape: {_said(error)}") from None
    if prices_of(bench.material) != work.prices:
        found, expected = "; ".join(prices_of(bench.material)), "; ".join(work.prices)
        raise SweepError(
            f"a worker's tape is another one: found {found}, expected {expected};"
            " the same files must be where the worker is"
        )
    for agent, digest in work.agents:
        _demand_agent(agent, digest, Path(work.folder))
    return replace(bench, agents=dict(work.agents))


def _demand_agent(agent: str, digest: str, folder: Path) -> None:
    try:
        found = load(agent, [folder]).digest
    except AgentError as error:
        raise SweepError(f"a worker cannot read an agent: {error}") from None
    if found != digest:
        raise SweepError(
            f"a worker's file of agent {agent!r} is another one: found the hash {found}, expected"
            f" {digest}; the same file must be where the worker is"
        )


def _names(material: Material, config: Config, start_ns: int) -> Names:
    instruments = {one.symbol: one for one in config.instruments}
    entries = {}
    for stream in material.streams:
        if stream.kind is instruments[stream.symbol].last_stream:
            price = Fraction(int(stream.price[stream.last_row_at(start_ns)]), ONE)
            entries[f"{ENTRY}_{stream.symbol}"] = Amount(price, stream.symbol, 1)
    if len(entries) == 1:
        entries[ENTRY] = next(iter(entries.values()))
    return Names({}, entries, instruments)


def _said(error: Exception) -> str:
    name = type(error).__name__
    return f"{name}: {error}" if str(error) else name
