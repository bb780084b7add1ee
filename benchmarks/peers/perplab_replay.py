"""perplab: the loop of a run, on a tape in memory.

    ticks        an agent compares each tick with the level and closes
    stop         a stop waits in the exchange, which skips what cannot matter
    liquidation  no order at all: the exchange liquidates by its rules, skipping as well

Skipping builds an index of the tape as it goes; with --ready one replay has done so before.
The loop is the whole run: account, position, ticks, every batch made and kept.
"""

import argparse
import tomllib
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

from peers.perplab_task import MODES, SYMBOL, closing, scenario_text
from peers.reply import Clock, level_of, say
from perplab.domain.batch import Batch
from perplab.domain.numbers import ONE
from perplab.lab.preparation import Setup, prepare
from perplab.lab.scenario import scenario_of
from perplab.tape.reading import ReadOptions, read
from perplab.tape.stream import Stream
from perplab.venue.venue import Prices, Venue


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tape", type=Path)
    parser.add_argument("--mode", choices=MODES, default="ticks")
    parser.add_argument("--ready", action="store_true")
    options = parser.parse_args()
    setup = _setup(options.tape, options.mode)
    if options.ready:
        _run(setup)
    with Clock() as clock:
        batches = _run(setup)
    rows = len(setup.prices.streams[0])
    say(version("perplab"), rows, clock, **closing(batches))


def _setup(tape: Path, mode: str) -> Setup:
    """Return the run with its columns in memory and no index yet."""
    first = read([tape], ReadOptions(symbol=SYMBOL)).streams[0].price[0]
    text = scenario_text(tape, mode, level_of(int(first) / ONE))
    setup = prepare(scenario_of(tomllib.loads(text), "the task"), Path())
    (stream,) = setup.prices.streams
    fresh = Stream(
        symbol=stream.symbol,
        kind=stream.kind,
        name=stream.name,
        time_ns=np.array(stream.time_ns),
        price=np.array(stream.price),
        quantity=np.array(stream.quantity),
    )
    return replace(setup, prices=Prices(streams=(fresh,)))


def _run(setup: Setup) -> list[Batch]:
    batches: list[Batch] = []
    venue = Venue(setup.config, setup.plan, setup.prices, batches.append, cast=setup.cast)
    venue.run()
    assert not venue.faults, venue.faults
    return batches


if __name__ == "__main__":
    main()
