"""The sweep: what was asked for, made into runs that are checked before any is done."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from perplab.agents.errors import AgentError
from perplab.journal.manifest import RULES_VERSION, manifest_config
from perplab.lab.preparation import Material, config_at, span_of
from perplab.lab.scenario import Scenario, ScenarioError
from perplab.lab.sweep.base import read_base
from perplab.lab.sweep.bench import Bench, Work, bench_over, work_of
from perplab.lab.sweep.errors import SweepError
from perplab.lab.sweep.frame import OWN
from perplab.lab.sweep.layout import Layout, Window, layout_of
from perplab.lab.sweep.variations import Variation, read_variations, variants_of
from perplab.lab.tapes import check_ticks
from perplab.venue.moments import format_time, parse_duration
from perplab.venue.words import ActionError


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a person asks for: a scenario, what is varied, and how long each run is."""

    scenario: Path
    vary: tuple[str, ...]
    length: str | None = None
    short: bool = False
    seed: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Runs that can be done, and what is needed to do them here or elsewhere."""

    terms: Terms
    variations: tuple[Variation, ...]
    bench: Bench
    layout: Layout
    work: Work

    @property
    def signature(self) -> dict[str, Any]:
        """Return what decides every row: two sweeps of equal signatures have equal rows."""
        layout, terms = self.layout, self.terms
        return {
            "perplab": self.work.perplab,
            "rules": RULES_VERSION,
            "scenario": json.loads(self.work.scenario),
            "--vary": [f"{each.key}={','.join(each.values)}" for each in self.variations],
            "--for": terms.length,
            "--short": terms.short,
            "--seed": terms.seed,
            "--limit": terms.limit,
            "accounts": [json.loads(variant.account) for variant in layout.variants],
            "agents": [list(each) for each in self.work.agents],
            "tape": list(self.work.prices),
            "tables": _tables(self.bench, layout),
            "runs": len(layout),
            "chunk": layout.chunk_size,
        }


def sweep_of(terms: Terms) -> Sweep:
    """Return a sweep whose files are read and whose combinations are each prepared once.

    Raises `SweepError`, or the error of what is wrong with a file.
    """
    base = read_base(terms.scenario)
    variations = read_variations(terms.vary)
    _refuse_columns(variations)
    variants = variants_of(base, variations, _seed_of(base.scenario))
    bench = bench_over(base.scenario, base.folder, base.source, variants)
    window = _window(bench.scenario, bench.material, terms)
    layout = layout_of(variations, variants, window, seed=terms.seed, limit=terms.limit)
    _check_prices(bench, layout)
    bench = replace(bench, agents=_checked_agents(bench, layout))
    return Sweep(
        terms=terms,
        variations=variations,
        bench=bench,
        layout=layout,
        work=work_of(bench, base.folder),
    )


def _seed_of(scenario: dict[str, Any]) -> int:
    seed = scenario.get("seed", 0)
    return seed if isinstance(seed, int) else 0  # what else it is, the scenario's reader refuses


def _refuse_columns(variations: Sequence[Variation]) -> None:
    for variation in variations:
        if variation.key in OWN:
            raise SweepError(
                f"--vary {variation.key}: is the name of a result's column; call it otherwise"
            )


def _window(scenario: Scenario, material: Material, terms: Terms) -> Window:
    first_ns, last_ns = span_of(scenario, material.streams)
    length_ns = 0
    if terms.length is not None:
        try:
            length_ns = parse_duration(terms.length)
        except ActionError as error:
            raise SweepError(f"--for {terms.length}: {error}") from error
        if not length_ns:
            raise SweepError(f"--for {terms.length}: expected a length above zero")
    return Window(first_ns=first_ns, last_ns=last_ns, length_ns=length_ns, short=terms.short)


def _eras(bench: Bench, layout: Layout) -> list[list[int]]:
    """Return the entries that are used, by the rules that are in force at them."""
    used = -(-len(layout) // len(layout.variants))
    eras = bench.material.eras
    grouped = groupby(layout.entries[:used], key=lambda entry: bisect_right(eras, entry))
    return [list(entries) for _, entries in grouped]


def _check_prices(bench: Bench, layout: Layout) -> None:
    """Compare all prices that runs may see with the ticks of these runs, once for all of them."""
    for entries in _eras(bench, layout):
        config = config_at(bench.scenario, bench.material, entries[0])
        end_ns = layout.window.end_of(entries[-1])
        check_ticks(config, bench.material.streams, entries[0], end_ns)


def _checked_agents(bench: Bench, layout: Layout) -> dict[str, str]:
    """Prepare the first run of each combination, to say now what is wrong with it.

    Returns the users' own agents with the digests of their files.
    """
    agents: dict[str, str] = {}
    for number in range(min(len(layout.variants), len(layout))):
        run = layout.run(number)
        try:
            account = bench.setup(run).plan.accounts[0]
        except (SweepError, ScenarioError, ActionError, AgentError) as error:
            label, when = bench.variants[run.variant].label, format_time(run.start_ns)
            raise SweepError(f"{error} (run {number}: {label}; entry {when})") from error
        if account.agent_digest:
            agents[account.agent] = account.agent_digest
    return agents


def _tables(bench: Bench, layout: Layout) -> str:
    """Return a digest of the rules that are in force from the first entry on, brackets and all."""
    first_ns, end_ns = layout.entries[0], layout.window.last_ns
    times = [first_ns, *(era for era in bench.material.eras if first_ns < era <= end_ns)]
    configs = [config_at(bench.scenario, bench.material, time_ns) for time_ns in times]
    text = json.dumps([manifest_config(config) for config in configs])
    return hashlib.blake2b(text.encode(), digest_size=32).hexdigest()
