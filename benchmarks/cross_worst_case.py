"""A cross account of three symbols that is close to its liquidation for the whole tape.

It is long, short and long. After the first hundredth of each stream its equity stays above the
maintenance margin by no more than 2%, 0.5% or 0.1% of it, and by a quarter of that at the least.
Either the three prices move by themselves, in a range as narrow as that; or two of them wander
by percents and the third makes up for it, so that the sum hardly moves though every price does.

Prints the ticks a second of the whole run, all rows of all streams counted, how many rows were
executed, and the same rows' block minima and maxima taken by numpy: medians of the rounds.

    python benchmarks/cross_worst_case.py [--rows 10000000] [--rounds 3] [--json FILE]
"""

import argparse
import statistics
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from measuring import block_pass, timed, write_rows
from perplab.domain.batch import Batch
from perplab.domain.events import LiquidationStarted
from perplab.domain.instrument import Config, Kind
from perplab.domain.numbers import ONE
from perplab.lab.preparation import prepare
from perplab.lab.scenario import scenario_of
from perplab.tape.generator import START_NS
from perplab.tape.stream import Stream
from perplab.venue.plan import AccountPlan, ActionPlan, Plan
from perplab.venue.venue import Prices, Venue

SYMBOLS = ("AAAUSDT", "BBBUSDT", "CCCUSDT")
ENTRIES = np.array((60_000.0, 40_000.0, 90_000.0))
SIZES = np.array((4.0, -3.0, 2.0))
RATE, FEE, MARGIN = 0.004, 0.0005, 0.013
"""Maintenance rate of the first bracket, taker fee, and what is deposited, of the notional."""
SLOPES = SIZES - RATE * abs(SIZES)
MAINTENANCE = RATE * float(abs(SIZES) @ ENTRIES)
GAP_NS = 10_000_000
TICK = 0.01
LEVELS = (0.02, 0.005, 0.001)

Floats = NDArray[np.float64]


class Case(NamedTuple):
    """A run to be timed; `nearest` and `farthest` are its slack in shares of maintenance."""

    name: str
    config: Config
    plan: Plan
    prices: Prices
    nearest: float
    farthest: float


class Times(NamedTuple):
    """Seconds of the run and of numpy's pass, and how many rows were executed."""

    run: float
    numpy_pass: float
    executed: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="of all streams together")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    print(f"{options.rows:,} ticks of three streams; slack in % of maintenance")
    print("case                 slack from     to   executed   M ticks/s   numpy pass   ratio")
    rows = []
    for level in LEVELS:
        for shape in (_independent, _hedged):
            case = _case(shape, level, options.rows // len(SYMBOLS))
            rounds = [_round(case) for _ in range(options.rounds)]
            times = Times(*(statistics.median(column) for column in zip(*rounds, strict=True)))
            _print(case, times)
            rows.append((f"cross worst case, {case.name}", case.prices.ticks, times.run))
    write_rows(options.json, rows)


def _print(case: Case, times: Times) -> None:
    ticks = case.prices.ticks
    print(
        f"{case.name:20}{case.nearest:11.3%}{case.farthest:8.3%}{times.executed:10,}"
        f"{ticks / times.run / 1e6:12.1f}{ticks / times.numpy_pass / 1e6:13.1f}"
        f"{times.run / times.numpy_pass:8.1f}",
        flush=True,
    )


def _case(
    shape: Callable[[float, int, np.random.Generator, list[Floats]], list[Floats]],
    level: float,
    rows: int,
) -> Case:
    chance = np.random.default_rng(11)
    times = [np.cumsum(chance.integers(1, 2 * GAP_NS, rows)) for _ in SYMBOLS]
    prices = shape(level, rows, chance, [time.astype(np.float64) for time in times])
    streams = tuple(
        Stream(
            symbol=symbol,
            kind=Kind.TRADE,
            name="made",
            time_ns=START_NS + time,
            price=np.rint(price / TICK).astype(np.int64) * round(TICK * ONE),
        )
        for symbol, time, price in zip(SYMBOLS, times, prices, strict=True)
    )
    slack = _slack(times, streams)
    return Case(
        f"{shape.__name__[1:]}, {level:.1%}",
        _config(),
        _plan(streams),
        Prices(streams=streams),
        slack.min(),
        slack.max(),
    )


def _hover(level: float) -> float:
    """Return how far the prices move against the account, as a share, to the middle of a level."""
    deposit, notional = MARGIN * MAINTENANCE / RATE, MAINTENANCE / RATE
    to_lose = deposit - FEE * notional - MAINTENANCE * (1 + level * 5 / 8)
    return to_lose / float(abs(SLOPES) @ ENTRIES)


def _independent(
    level: float, rows: int, chance: np.random.Generator, _times: list[Floats]
) -> list[Floats]:
    """Return three walks, each in its third of what the sum may move."""
    width = level * 3 / 8 * MAINTENANCE / len(SYMBOLS)
    fall = _hover(level)
    hovers = ENTRIES * (1 - np.sign(SLOPES) * fall)
    return [
        _ramped(entry, hover + _walk(rows, width / abs(slope), chance))
        for entry, hover, slope in zip(ENTRIES, hovers, SLOPES, strict=True)
    ]


def _hedged(
    level: float, rows: int, chance: np.random.Generator, times: list[Floats]
) -> list[Floats]:
    """Return two walks of 3% each way, and one that makes up for them but for a small rest."""
    fall = _hover(level)
    hovers = ENTRIES * (1 - np.sign(SLOPES) * fall)
    step = round(10 * level / TICK) * TICK
    others = [hovers[k] + _walk(rows, 0.03 * ENTRIES[k], chance, step) for k in (1, 2)]
    rest = _walk(rows, level * 3 / 8 * MAINTENANCE / 2, chance, MAINTENANCE * level / 100)
    for k, walk in enumerate(others, start=1):
        seen = walk[np.maximum(np.searchsorted(times[k], times[0]) - 1, 0)]
        rest -= SLOPES[k] * (seen - hovers[k])
    own = hovers[0] + rest / SLOPES[0]
    return [_ramped(entry, walk) for entry, walk in zip(ENTRIES, (own, *others), strict=True)]


def _walk(rows: int, bound: float, chance: np.random.Generator, step: float = TICK) -> Floats:
    """Return a walk of up to two steps a row, reflected at the bounds."""
    walk = chance.integers(-2, 3, rows).cumsum().astype(np.float64) * step
    return bound - np.abs((walk + bound) % (4 * bound) - 2 * bound)


def _ramped(entry: float, walk: Floats) -> Floats:
    """Return a walk that is reached from the entry over its first hundredth."""
    head = len(walk) // 100
    share = np.minimum(np.arange(len(walk)) / head, 1)
    return entry + share * (walk - entry)


def _slack(times: list[NDArray[np.int64]], streams: tuple[Stream, ...]) -> Floats:
    """Return equity less maintenance as a share of it, at every row once the ramps are over."""
    order = np.argsort(np.concatenate(times), kind="stable")
    start = (MARGIN - FEE) * float(abs(SIZES) @ ENTRIES) - MAINTENANCE
    moves = [
        slope * np.diff(stream.price / ONE, prepend=entry)
        for slope, stream, entry in zip(SLOPES, streams, ENTRIES, strict=True)
    ]
    slack = start + np.cumsum(np.concatenate(moves)[order])
    return slack[len(slack) // 50 :] / MAINTENANCE


def _config() -> Config:
    scenario = {"tape": [{"generate": {"rows": 1}}], "account": [{"name": "nobody"}]}
    known = prepare(scenario_of(scenario, "benchmark"), Path()).config
    (instrument,) = known.instruments
    return replace(
        known, instruments=tuple(replace(instrument, symbol=symbol) for symbol in SYMBOLS)
    )


def _plan(streams: tuple[Stream, ...]) -> Plan:
    sides = ("buy" if size > 0 else "sell" for size in SIZES)
    opening = zip(sides, abs(SIZES), SYMBOLS, strict=True)
    deposit = MARGIN * float(abs(SIZES) @ ENTRIES)
    account = AccountPlan(
        name="ann",
        futures=f"{deposit:.2f}",
        leverage=100,
        actions=tuple(ActionPlan(do=f"{side} {size:g} {symbol}") for side, size, symbol in opening),
    )
    return Plan(
        start_ns=max(int(stream.time_ns[0]) for stream in streams),
        end_ns=max(int(stream.time_ns[-1]) for stream in streams),
        accounts=(account,),
    )


def _round(case: Case) -> Times:
    batches: list[Batch] = []
    executed: list[int] = []
    fresh = Prices(streams=tuple(replace(one, known_index=None) for one in case.prices.streams))
    venue = Venue(case.config, case.plan, fresh, batches.append)
    venue.on_progress(executed.append)
    run = timed(venue.run)
    events = [event for batch in batches for event in batch.events]
    assert not any(isinstance(event, LiquidationStarted) for event in events), case.name
    assert len(venue.state.accounts["ann"].positions) == len(SYMBOLS), case.name
    numpy_pass = sum(timed(partial(block_pass, stream.price)) for stream in fresh.streams)
    return Times(run, numpy_pass, len(executed))


if __name__ == "__main__":
    main()
