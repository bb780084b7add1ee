"""What the benchmarks measure with: a clock, numpy's pass, and rows for plots."""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from perplab.tape.crossings import BLOCK

Row = tuple[str, int, float]
"""A measured point: its series, its size, its seconds."""


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that some work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def block_pass(prices: NDArray[np.int64]) -> None:
    """Take the minimum and the maximum of every whole block of 4096 prices, as an index does."""
    whole = prices[: len(prices) // BLOCK * BLOCK].reshape(-1, BLOCK)
    whole.min(axis=1)
    whole.max(axis=1)


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Return the slope of a line through the logarithms: cost grows with size ** it."""
    slope, _ = np.polyfit(np.log(sizes), np.log(seconds), 1)
    return float(slope)


def write_rows(path: Path | None, rows: Iterable[Row]) -> None:
    """Write points to a JSON file, if there is to be one."""
    if path is None:
        return
    keys = ("series", "size", "seconds")
    path.write_text(
        json.dumps([dict(zip(keys, row, strict=True)) for row in rows], indent=1) + "\n"
    )
