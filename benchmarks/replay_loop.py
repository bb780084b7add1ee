"""The replay loop beside one numpy pass over the same array, in one run.

One isolated long with auto-add margin on a generated tape. Prints, for each round, the time of
a pass that takes block minima and maxima, of the loop of a first replay (which builds the index as
it goes) and of a second one on the ready index, and their ratios; medians last. The loop is from
the open position to the end; the whole run also opens exchange, account and position.

    python benchmarks/replay_loop.py [--rows 10000000] [--rounds 5] [--json FILE]

With --growth the same for tapes of 100,000 to 100,000,000 ticks with one crash at the end of each,
and the exponents of a line through the logarithms. Tapes are written to temporary files, 16 bytes a
tick, and mapped into memory.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from measuring import block_pass, exponent, timed, write_rows
from perplab.domain.batch import Batch
from perplab.domain.events import PositionOpened
from perplab.domain.state import State
from perplab.lab.preparation import Setup, prepare
from perplab.lab.scenario import scenario_of
from perplab.tape.generator import START_NS, Scenario, generate
from perplab.tape.stream import Stream
from perplab.venue.venue import Prices, Venue

PIECE = 10_000_000
SIZES = (100_000, 1_000_000, 10_000_000, 100_000_000)


class Times(NamedTuple):
    """Seconds of numpy's pass, of the loops of a first and a second replay, of that whole run."""

    numpy_pass: float
    first: float
    second: float
    whole: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sizes = SIZES if options.growth else (options.rows,)
    points = [(size, _measured(size, options.rounds)) for size in sizes]
    if options.growth:
        print("      ticks   numpy pass   first loop   second loop   whole second run; ms, medians")
        for size, times in points:
            print(f"{size:11,}" + "".join(f"{seconds * 1e3:14.2f}" for seconds in times))
        columns = zip(*(times for _, times in points), strict=True)
        for name, column in zip(Times._fields, columns, strict=True):
            print(f"{name.replace('_', ' ')} grows with ticks ** {exponent(sizes, column):.2f}")
    write_rows(
        options.json,
        [
            (f"replay, {name.replace('_', ' ')}", size, seconds)
            for size, times in points
            for name, seconds in times._asdict().items()
        ],
    )


def _measured(rows: int, rounds: int) -> Times:
    """Return the medians of some rounds, printing each."""
    with tempfile.TemporaryDirectory() as folder:
        setup = _setup(rows, Path(folder))
        print(f"{rows:,} ticks, one isolated long with auto-add, flash crash; ms")
        print("round   numpy pass   first loop   ratio   second loop   second/first   whole second")
        found = [_round(setup, number + 1) for number in range(rounds)]
        medians = Times(*(statistics.median(column) for column in zip(*found, strict=True)))
        _print("median", medians)
    return medians


def _print(name: str, times: Times) -> None:
    numpy_pass, first, second, whole = times
    print(
        f"{name:6}{numpy_pass * 1e3:11.2f}{first * 1e3:13.2f}{first / numpy_pass:8.2f}"
        f"{second * 1e3:14.2f}{second / first:15.3f}{whole * 1e3:19.2f}",
        flush=True,
    )


def _setup(rows: int, folder: Path) -> Setup:
    scenario = {
        "tape": [{"generate": {"rows": 1}}],
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
    setup = prepare(scenario_of(scenario, "benchmark"), Path())
    stream = _mapped(rows, folder)
    span = {"start_ns": int(stream.time_ns[0]), "end_ns": int(stream.time_ns[-1])}
    plan = setup.plan.model_copy(update=span)
    return replace(setup, plan=plan, prices=Prices(streams=(stream,)))


def _mapped(rows: int, folder: Path) -> Stream:
    """Return a tape that is generated piece by piece and mapped from files."""
    names = ("time_ns", "price")
    columns = [
        np.lib.format.open_memmap(folder / f"{name}.npy", "w+", np.int64, (rows,)) for name in names
    ]
    row = 0
    for piece in _pieces(rows):
        for column, name in zip(columns, names, strict=True):
            column[row : row + len(piece)] = getattr(piece, name)
        row += len(piece)
    for column in columns:
        column.flush()
    time_ns, price = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in names)
    return replace(piece, time_ns=time_ns, price=price, quantity=None)


def _pieces(rows: int) -> Iterator[Stream]:
    """Yield calm pieces, and a crash in the last."""
    start_ns, left = START_NS, rows
    while left:
        size = min(left, PIECE)
        left -= size
        story = Scenario.CALM if left else Scenario.FLASH_CRASH
        piece = generate(rows=size, seed=7 + left // PIECE, start_ns=start_ns, scenario=story)
        start_ns = int(piece.time_ns[-1])
        yield piece


def _round(setup: Setup, number: int) -> Times:
    fresh = _fresh(setup)
    prices = fresh.prices.streams[0].price
    numpy_pass = timed(lambda: block_pass(prices))
    first, _ = _replay(fresh)
    seconds = [_replay(fresh) for _ in range(5)]
    loop, whole = (statistics.median(column) for column in zip(*seconds, strict=True))
    times = Times(numpy_pass, first, loop, whole)
    _print(str(number), times)
    return times


def _fresh(setup: Setup) -> Setup:
    """Return the setup with an index that is not built yet."""
    streams = tuple(replace(stream, known_index=None) for stream in setup.prices.streams)
    return replace(setup, prices=Prices(streams=streams))


def _replay(setup: Setup) -> Sequence[float]:
    """Return the seconds of the loop, from the open position to the end, and of the whole run."""
    opened: list[float] = []

    def note(batch: Batch, _state: State) -> None:
        if any(isinstance(event, PositionOpened) for event in batch.events):
            opened.append(time.perf_counter())

    batches: list[Batch] = []
    venue = Venue(setup.config, setup.plan, setup.prices, batches.append)
    venue.listen(note)
    whole = timed(venue.run)
    ended = time.perf_counter()
    (begun,) = opened
    return ended - begun, whole


if __name__ == "__main__":
    main()
