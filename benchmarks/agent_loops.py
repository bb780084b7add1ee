"""Agents beside what they stand against, in one run: medians of the rounds.

An agent that takes every tick of a generated tape, beside a bare Python loop over a list of
prices with a method call per tick; two such agents, both of whom take every tick of a tape of a
tenth, one after the other; and an agent that waits for prices over the whole tape, beside one numpy
pass that takes the minima and maxima of its blocks.

    python benchmarks/agent_loops.py [--rows 10000000] [--rounds 5] [--json FILE]
"""

import argparse
import statistics
import tempfile
from functools import partial
from pathlib import Path
from typing import NamedTuple

from measuring import block_pass, timed, write_rows
from perplab.domain.batch import Batch
from perplab.lab.preparation import Setup, prepare
from perplab.lab.scenario import scenario_of
from perplab.venue.venue import Venue

AGENTS = """
def every_tick(ctx):
    count, ticks = 0, ctx.tick()
    while True:
        tick = yield ticks
        count += 1
        units = tick.units


def prices(ctx):
    low, high = ctx.last() * 98 / 100, ctx.last() * 102 / 100
    while True:
        won = yield ctx.any_of(ctx.falls_to(low), ctx.rises_to(high))
        low, high = won.value * 98 / 100, won.value * 102 / 100
        low, high = ctx.round_price(low), ctx.round_price(high)
"""


class Counter:
    """What the bare loop calls for every tick."""

    def __init__(self) -> None:
        self.ticks = 0
        self.units = 0

    def tick(self, units: int) -> None:
        """Count a tick and keep its price, as the agent does."""
        self.ticks += 1
        self.units = units


class Times(NamedTuple):
    """Seconds of each of them; two agents have a tenth of the ticks."""

    every_tick: float
    bare_loop: float
    two_agents: float
    waits_for_prices: float
    numpy_pass: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = options.rows
    with tempfile.TemporaryDirectory() as folder:
        times = _compare(Path(folder), rows, options.rounds)
    sizes = {name: rows // 10 if name == "two_agents" else rows for name in Times._fields}
    write_rows(
        options.json,
        [
            (f"agents, {name.replace('_', ' ')}", sizes[name], seconds)
            for name, seconds in times._asdict().items()
        ],
    )


def _compare(folder: Path, rows: int, count: int) -> Times:
    """Return the medians of some rounds, printing each."""
    (folder / "bench.py").write_text(AGENTS)
    every, waiting = (_setup(rows, [name], folder) for name in ("every_tick", "prices"))
    two = _setup(rows // 10, ["every_tick"] * 2, folder)
    prices = every.prices.streams[0].price
    works = [
        partial(_run, every),
        partial(_bare, prices.tolist()),
        partial(_run, two),
        partial(_run, waiting),
        partial(block_pass, prices),
    ]
    print(f"{rows:,} ticks; million ticks a second, and the ratio of each pair")
    print("round    every tick  bare loop  ratio  two agents  waits for prices  numpy pass  ratio")
    rounds = []
    for number in range(count):
        rounds.append(Times(*(timed(work) for work in works)))
        _print(str(number + 1), rows, rounds[-1])
    medians = Times(*(statistics.median(column) for column in zip(*rounds, strict=True)))
    _print("median", rows, medians)
    return medians


def _setup(rows: int, agents: list[str], folder: Path) -> Setup:
    accounts = [
        {"name": f"ann{number}", "futures": "1000", "agent": f"bench.py:{agent}"}
        for number, agent in enumerate(agents)
    ]
    tape = [{"generate": {"rows": rows, "scenario": "flash-crash"}}]
    return prepare(scenario_of({"tape": tape, "account": accounts}, "benchmark"), folder)


def _print(name: str, rows: int, times: Times) -> None:
    every, bare, two, waiting, numpy_pass = times
    rate = rows / 1e6
    print(
        f"{name:6}{rate / every:13.2f}{rate / bare:11.2f}{bare / every:7.2f}"
        f"{rate / 10 / two:12.2f}"
        f"{rate / waiting:18.1f}{rate / numpy_pass:12.1f}{numpy_pass / waiting:7.3f}",
        flush=True,
    )


def _run(setup: Setup) -> None:
    batches: list[Batch] = []
    venue = Venue(setup.config, setup.plan, setup.prices, batches.append, cast=setup.cast)
    venue.run()
    assert not venue.faults, venue.faults


def _bare(units: list[int]) -> None:
    counter = Counter()
    for one in units:
        counter.tick(one)


if __name__ == "__main__":
    main()
