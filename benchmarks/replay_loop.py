"""The replay loop beside one numpy pass over the same array, in one run.

One isolated long with auto-add margin on a generated tape. Prints, for each round, the time of
a pass that takes block minima and maxima, of a first replay (which builds the index as it goes)
and of a second replay on the ready index, and their ratios; medians last.

    python benchmarks/replay_loop.py [--rows 10000000] [--rounds 5]
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from perplab.domain.batch import Batch
from perplab.tape.crossings import BLOCK
from perplab.tape.stream import Stream
from perplab.venue.scenario import Setup, prepare, scenario_of
from perplab.venue.venue import Prices, Venue


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    setup = _setup(options.rows)
    print(f"{options.rows:,} ticks, one isolated long with auto-add, flash crash")
    print("round   numpy pass   first replay   ratio   second replay   second/first")
    rounds = [_round(setup, number + 1) for number in range(options.rounds)]
    passes, firsts, seconds = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(
        f"median  {passes * 1e3:8.2f} ms {firsts * 1e3:11.2f} ms {firsts / passes:7.2f}"
        f" {seconds * 1e3:12.2f} ms {seconds / firsts:14.3f}"
    )


def _setup(rows: int) -> Setup:
    scenario = {
        "tape": [{"generate": {"rows": rows, "scenario": "flash-crash"}}],
        "account": [
            {
                "name": "ann",
                "futures": "1000",
                "margin_mode": "isolated",
                "leverage": 20,
                "actions": [{"do": "buy 0.1"}, {"do": "auto-add on"}],
            }
        ],
    }
    return prepare(scenario_of(scenario, "benchmark"), Path())


def _round(setup: Setup, number: int) -> tuple[float, float, float]:
    fresh = _fresh(setup)
    prices = fresh.prices.streams[0].price
    np_pass = _timed(lambda: _pass(prices))
    first = _replay(fresh)
    second = statistics.median(_replay(fresh) for _ in range(5))
    print(
        f"{number:5}   {np_pass * 1e3:8.2f} ms {first * 1e3:11.2f} ms {first / np_pass:7.2f}"
        f" {second * 1e3:12.2f} ms {second / first:14.3f}"
    )
    return np_pass, first, second


def _fresh(setup: Setup) -> Setup:
    """Return the setup with an index that is not built yet."""
    streams = tuple(
        Stream(
            symbol=stream.symbol,
            kind=stream.kind,
            name=stream.name,
            time_ns=stream.time_ns,
            price=stream.price,
            quantity=stream.quantity,
        )
        for stream in setup.prices.streams
    )
    return replace(setup, prices=Prices(streams=streams))


def _pass(prices: NDArray[np.int64]) -> None:
    whole = prices[: len(prices) // BLOCK * BLOCK].reshape(-1, BLOCK)
    whole.min(axis=1)
    whole.max(axis=1)


def _replay(setup: Setup) -> float:
    batches: list[Batch] = []
    venue = Venue(setup.config, setup.plan, setup.prices, batches.append)
    seconds = _timed(venue.run)
    assert any(batch.events for batch in batches)
    return seconds


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
