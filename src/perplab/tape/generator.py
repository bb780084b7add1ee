"""Generated tapes: a seeded random walk with volatility clusters, and a disaster if wanted.

The numbers come from the raw bits of PCG64 and integer arithmetic alone, so a seed gives the
same tape on every machine and with every version of numpy.
"""

from collections.abc import Callable
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from perplab.domain.instrument import Kind
from perplab.domain.numbers import INT64_MAX, ONE, parse_units
from perplab.tape.stream import Stream

START_NS = 1_704_067_200_000_000_000
"""2024-01-01 00:00 UTC."""

_CHUNK = 1 << 20
_VOLATILITY = np.array([1, 1, 2, 3, 5, 8, 5, 3, 2, 1], np.int64)


class Scenario(StrEnum):
    """What happens on a generated tape; the walk alone stays within 3% of the start."""

    CALM = "calm"
    FLASH_CRASH = "flash-crash"
    GAP = "gap"
    BLEED = "bleed"


_PATHS: dict[Scenario, tuple[tuple[int, int], ...]] = {
    # (millionths of the tape, millionths of the start price added there), joined by lines
    Scenario.CALM: ((0, 0), (1_000_000, 0)),
    Scenario.FLASH_CRASH: ((0, 0), (700_000, 0), (712_000, -140_000), (760_000, -65_000),
                           (1_000_000, -50_000)),
    Scenario.GAP: ((0, 0), (600_000, 0), (600_000, -120_000), (1_000_000, -120_000)),
    Scenario.BLEED: ((0, 0), (1_000_000, -250_000)),
}  # fmt: skip


def generate(
    *,
    rows: int,
    seed: int,
    start_price: str = "60000",
    tick: str = "0.1",
    step: str = "0.001",
    start_ns: int = START_NS,
    scenario: str = "calm",
    symbol: str = "BTCUSDT",
    mean_interval_ns: int = 10_000_000,
    progress: Callable[[int], None] | None = None,
) -> Stream:
    """Return a stream of trades: prices are multiples of `tick`, quantities of `step`.

    Times rise by 0 to 2 mean intervals a row. `progress` hears how many rows were made just now.
    Raises ValueError when a term makes no sense, and when the times leave the int64 range.
    """
    story = Scenario(scenario)
    tick_units, step_units = parse_units(tick), parse_units(step)
    start_units = parse_units(start_price)
    if rows < 1 or seed < 0:
        raise ValueError(f"rows {rows} and seed {seed}: at least one row and a seed not below 0")
    if min(start_units, tick_units, step_units, start_ns, mean_interval_ns) <= 0:
        raise ValueError("start price, tick, step, start time and interval must be above zero")
    if start_units % tick_units:
        raise ValueError(f"the start price {start_price} is not a multiple of the tick {tick}")
    if start_ns + 2 * rows * mean_interval_ns > INT64_MAX or 4 * start_units > INT64_MAX:
        raise ValueError("the tape would leave the range of 64-bit integers")
    if step_units > 1000 * ONE or mean_interval_ns > 1 << 46:
        raise ValueError("the step is above 1000 or the mean interval above 19 hours")
    start_ticks = start_units // tick_units
    bits = np.random.PCG64(seed)
    volatility = _clusters(rows, np.random.PCG64([seed, 1]))
    steps = np.empty(rows, np.int64)
    time_ns, quantity = np.empty(rows, np.int64), np.empty(rows, np.int64)
    for start in range(0, rows, _CHUNK):
        part = slice(start, min(start + _CHUNK, rows))
        raw = bits.random_raw(part.stop - start).view(np.int64)
        steps[part] = (((raw & 0xFFFF) * 7 >> 16) - 3) * volatility[part]
        quantity[part] = _sizes(raw >> 16) * step_units
        time_ns[part] = (raw >> 32 & 0xFFFF) * (2 * mean_interval_ns) >> 16
        if progress is not None:
            progress(part.stop - start)
    steps *= max(1, start_ticks // 400_000)
    ticks = start_ticks + _folded(np.cumsum(steps, out=steps), max(1, start_ticks * 3 // 100))
    ticks += _drift(rows, start_ticks, _PATHS[story])
    price = np.maximum(ticks, 1) * tick_units
    np.cumsum(time_ns, out=time_ns)
    time_ns += start_ns
    name = f"generated-{story}-{seed}"
    return Stream(
        symbol=symbol, kind=Kind.TRADE, name=name, time_ns=time_ns, price=price, quantity=quantity
    )


def _clusters(rows: int, bits: np.random.PCG64) -> NDArray[np.int64]:
    """Return each row's volatility: it wanders up and down a ring, a step a cluster."""
    length = max(32, rows // 400)
    raw = bits.random_raw(-(-rows // length)).view(np.int64)
    places = np.cumsum((raw & 0xFFFF) * 3 >> 16) - np.arange(len(raw))
    return np.repeat(_VOLATILITY[places % len(_VOLATILITY)], length)[:rows]


def _sizes(raw: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return sizes in steps: most are small, one in eight is up to 64 times larger."""
    small, rare = (raw & 0x7F) + 1, (raw >> 7 & 7) == 0
    return np.where(rare, small * ((raw >> 10 & 0x3F) + 1), small)


def _folded(walk: NDArray[np.int64], bound: int) -> NDArray[np.int64]:
    """Return the walk reflected at -bound and +bound: as long a step, never outside."""
    return np.abs((walk + bound) % (4 * bound) - 2 * bound) * -1 + bound


def _drift(rows: int, start_ticks: int, path: tuple[tuple[int, int], ...]) -> NDArray[np.int64]:
    drift = np.zeros(rows, np.int64)
    corners = [(rows * at // 1_000_000, start_ticks * by // 1_000_000) for at, by in path]
    for (row, level), (end, target) in pairwise(corners):
        if end > row:
            drift[row:end] = level + np.arange(end - row) * (target - level) // (end - row)
    return drift
