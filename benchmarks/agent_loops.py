"""Agents beside what they stand against, in one run: medians of the rounds.

An agent that takes every tick of a generated tape, beside a bare Python loop over a list of
prices with a method call per tick; and an agent that waits for prices over the whole tape,
beside one numpy pass that takes the minima and maxima of its blocks.

    python benchmarks/agent_loops.py [--rows 10000000] [--rounds 5]
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from perplab.domain.batch import Batch
from perplab.lab.preparation import Setup, prepare
from perplab.lab.scenario import scenario_of
from perplab.tape.crossings import BLOCK
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _compare(Path(folder), options.rows, options.rounds)


def _compare(folder: Path, rows: int, count: int) -> None:
    (folder / "bench.py").write_text(AGENTS)
    every, waiting = (_setup(rows, name, folder) for name in ("every_tick", "prices"))
    prices = every.prices.streams[0].price
    units = prices.tolist()
    print(f"{rows:,} ticks; million ticks a second, and the ratio of each pair")
    print("round    every tick   bare loop   ratio   waits for prices   numpy pass   ratio")
    rounds = [_round(number + 1, every, waiting, units, prices) for number in range(count)]
    medians = [statistics.median(column) for column in zip(*rounds, strict=True)]
    _print("median", len(units), medians)


def _setup(rows: int, agent: str, folder: Path) -> Setup:
    scenario = {
        "tape": [{"generate": {"rows": rows, "scenario": "flash-crash"}}],
        "account": [{"name": "ann", "futures": "1000", "agent": f"bench.py:{agent}"}],
    }
    return prepare(scenario_of(scenario, "benchmark"), folder)


def _round(
    number: int, every: Setup, waiting: Setup, units: list[int], prices: NDArray[np.int64]
) -> tuple[float, float, float, float]:
    times = (
        _timed(lambda: _run(every)),
        _timed(lambda: _bare(units)),
        _timed(lambda: _run(waiting)),
        _timed(lambda: _pass(prices)),
    )
    _print(str(number), len(units), times)
    return times


def _print(name: str, rows: int, times: Sequence[float]) -> None:
    every, bare, waiting, numpy_pass = times

    def rate(seconds: float) -> float:
        return rows / seconds / 1e6

    print(
        f"{name:6}{rate(every):13.2f}{rate(bare):12.2f}{bare / every:8.2f}"
        f"{rate(waiting):19.1f}{rate(numpy_pass):13.1f}{numpy_pass / waiting:8.3f}",
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


def _pass(prices: NDArray[np.int64]) -> None:
    whole = prices[: len(prices) // BLOCK * BLOCK].reshape(-1, BLOCK)
    whole.min(axis=1)
    whole.max(axis=1)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
