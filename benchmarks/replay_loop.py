"""The replay loop beside one numpy pass over the same array, in one run.

One isolated long with auto-add margin on a generated tape. Prints, for each round, the time of
a pass that takes block minima and maxima, of the loop of a first replay (which builds the index as
it goes) and of a second one on the ready index, and their ratios; medians last. The loop is from
the open position to the end; the whole run also opens exchange, account and position.

    python benchmarks/replay_loop.py [--rows 10000000] [--rounds 5]
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from perplab.domain.batch import Batch
from perplab.domain.events import PositionOpened
from perplab.domain.state import State
from perplab.lab.preparation import Setup, prepare
from perplab.lab.scenario import scenario_of
from perplab.tape.crossings import BLOCK
from perplab.tape.stream import Stream
from perplab.venue.venue import Prices, Venue


class Times(NamedTuple):
    """Seconds of one replay."""

    loop: float
    whole: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    setup = _setup(options.rows)
    print(f"{options.rows:,} ticks, one isolated long with auto-add, flash crash; ms")
    print("round   numpy pass   first loop   ratio   second loop   second/first   whole second run")
    rounds = [_round(setup, number + 1) for number in range(options.rounds)]
    _print("median", *(statistics.median(column) for column in zip(*rounds, strict=True)))


def _print(name: str, numpy_pass: float, first: float, second: float, whole: float) -> None:
    print(
        f"{name:6}{numpy_pass * 1e3:11.2f}{first * 1e3:13.2f}{first / numpy_pass:8.2f}"
        f"{second * 1e3:14.2f}{second / first:15.3f}{whole * 1e3:19.2f}"
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


def _round(setup: Setup, number: int) -> tuple[float, float, float, float]:
    fresh = _fresh(setup)
    prices = fresh.prices.streams[0].price
    numpy_pass = _timed(lambda: _pass(prices))
    first = _replay(fresh)
    seconds = [_replay(fresh) for _ in range(5)]
    loop, whole = (statistics.median(column) for column in zip(*seconds, strict=True))
    _print(str(number), numpy_pass, first.loop, loop, whole)
    return numpy_pass, first.loop, loop, whole


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


def _replay(setup: Setup) -> Times:
    """Return the seconds of the loop, from the open position to the end, and of the whole run."""
    opened: list[float] = []

    def note(batch: Batch, _state: State) -> None:
        if any(isinstance(event, PositionOpened) for event in batch.events):
            opened.append(time.perf_counter())

    batches: list[Batch] = []
    venue = Venue(setup.config, setup.plan, setup.prices, batches.append)
    venue.listen(note)
    whole = _timed(venue.run)
    ended = time.perf_counter()
    (begun,) = opened
    return Times(ended - begun, whole)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
