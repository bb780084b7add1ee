"""The reference tape: seeded trades in the layout of Binance's aggTrades, and the right answers.

The logarithm of the price walks at random with clustered volatility, fat tails and a bounce
between bid and ask of one tick. At 70% of the tape the price falls 14% within 0.4% of the rows and
then wins back 60% of that. Outside of the crash the range is a few per cent at every length, so
that the crash alone crosses the prices that matter here.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

SEED = 7
TICKS_PER_UNIT = 10
STEPS_PER_UNIT = 1000
CROSSINGS = {100_000: 70_354, 1_000_000: 702_658, 10_000_000: 7_027_835}
"""The row at which the price first falls to 90.5% of the first one: it proves the tape."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Task:
    """When a long of one unit, opened at the first price with 10x, is closed.

    At a fixed level; or, with a `maintenance` rate, when its equity has fallen to that share of
    its notional. `margin` is its share of the first price. Both are in millionths.
    """

    maintenance: int | None = None
    margin: int = 100_000

    def limit(self, first: int) -> int:
        """Return the highest price in ticks at which it is closed."""
        if self.maintenance is None:
            return first * 905 // 1000
        return first * (1_000_000 - self.margin) // (1_000_000 - self.maintenance)


@dataclass(frozen=True, slots=True)
class Tape:
    """A tape in a file, with what judges an answer: prices in ticks and times in ms."""

    path: Path
    ticks: Ints
    time_ms: Ints

    @property
    def rows(self) -> int:
        """Return how many trades it has."""
        return len(self.ticks)

    def due(self, task: Task) -> int:
        """Return the row at which the task's position is to be closed."""
        return first_at_most(self.ticks, task.limit(int(self.ticks[0])))


class TapeError(Exception):
    """A tape that is not the one whose answers are known."""


def first_at_most(ticks: Ints, limit: int) -> int:
    """Return the first row whose price is at most the limit, one that the tape does reach."""
    row = int(np.argmax(ticks <= limit))
    assert ticks[row] <= limit, "the tape never falls so far"
    return row


def tape_of(rows: int, folder: Path) -> Tape:
    """Return the tape of so many rows, from its file in the folder or made now."""
    path = folder / f"tape-{rows}.parquet"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        make(rows).write_parquet(part, compression="zstd")
        part.replace(path)
    frame = pl.read_parquet(path, columns=["price", "transact_time"])
    ticks = (frame["price"] * TICKS_PER_UNIT).round().cast(pl.Int64).to_numpy()
    tape = Tape(path, ticks, frame["transact_time"].to_numpy())
    row = tape.due(Task())
    if row != CROSSINGS.get(rows, row):
        raise TapeError(
            f"{path}: the price falls to the level at row {row}, expected {CROSSINGS[rows]};"
            " this machine's numpy makes another tape"
        )
    return tape


def make(rows: int, seed: int = SEED) -> pl.DataFrame:
    """Return the tape: the order of the draws below is part of it."""
    chance = np.random.default_rng([seed, rows])
    volatility = _clusters(rows, chance)
    steps = chance.standard_t(4, rows) / np.sqrt(2.0) * volatility
    log_price = np.log(60_000.0) + np.cumsum(steps) + _crash(rows)
    buyer_is_maker = chance.random(rows) < 0.5
    below = np.floor(np.exp(log_price) * TICKS_PER_UNIT)
    ticks = np.where(buyer_is_maker, below, below + 1).astype(np.int64)
    pace = volatility / volatility.mean()
    sizes = np.exp(chance.standard_normal(rows) * 1.6 - 4.0) * (1 + np.minimum(pace, 4))
    quantity = np.maximum((sizes * STEPS_PER_UNIT).astype(np.int64), 1)
    waits = chance.exponential(80.0, rows) / (0.3 + pace)
    joined = chance.geometric(0.55, rows)
    last_id = 5_900_000_000 + np.cumsum(joined)
    return pl.DataFrame(
        {
            "agg_trade_id": 2_600_000_000 + np.arange(rows, dtype=np.int64),
            "price": np.round(ticks / TICKS_PER_UNIT, 1),
            "quantity": np.round(quantity / STEPS_PER_UNIT, 3),
            "first_trade_id": last_id - joined + 1,
            "last_trade_id": last_id,
            "transact_time": 1_740_787_200_000 + np.cumsum(waits).astype(np.int64),
            "is_buyer_maker": buyer_is_maker,
        }
    )


def _clusters(rows: int, chance: np.random.Generator) -> Floats:
    """Return each row's volatility, the exponential of a slow AR(1); 1.8% over the whole tape."""
    count = max(rows // 50, 200)
    shocks = chance.standard_normal(count) * 0.08
    logs, last = np.empty(count), 0.0
    for place, shock in enumerate(shocks.tolist()):
        last = 0.995 * last + shock
        logs[place] = last
    spread = np.interp(np.linspace(0, count - 1, rows), np.arange(count), logs)
    volatility = np.exp(spread - 0.5 * spread.var())
    return np.asarray(volatility * (0.018 / np.sqrt(np.square(volatility).sum())))


def _crash(rows: int) -> Floats:
    """Return what the crash adds to the logarithm of the price."""
    start = int(rows * 0.70)
    bottom = start + max(int(rows * 0.004), 50)
    end = bottom + max(int(rows * 0.016), 200)
    fall = np.log(1 - 0.14)
    shock = np.zeros(rows)
    shock[start:bottom] = fall * np.linspace(0, 1, bottom - start) ** 1.5
    shock[bottom:end] = fall * (1 - 0.6 * np.linspace(0, 1, end - bottom) ** 0.7)
    shock[end:] = fall * 0.4
    return shock
