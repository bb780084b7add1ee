"""The floors: what the least that could do the task costs on this machine.

calls   a Python loop over the prices that calls a method for each
pass    numpy looks at every price once, in chunks, up to the level and then on to the end
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from peers.reply import Clock, level_of, say

CHUNK = 1 << 16


class Watch:
    """What is called for each price."""

    def __init__(self, level: float) -> None:
        self.level = level
        self.row = -1
        self.closed: tuple[int, float] | None = None

    def on_price(self, price: float) -> None:
        """Count a price, and keep the first that is at the level or below."""
        self.row += 1
        if price <= self.level and self.closed is None:
            self.closed = self.row, price


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tape", type=Path)
    parser.add_argument("--mode", choices=["calls", "pass"], default="calls")
    options = parser.parse_args()
    prices = pl.read_parquet(options.tape, columns=["price"])["price"]
    level = level_of(prices[0])
    if options.mode == "calls":
        listed, watch = prices.to_list(), Watch(level)
        with Clock() as clock:
            for price in listed:
                watch.on_price(price)
        closed = watch.closed
    else:
        column = prices.to_numpy()
        with Clock() as clock:
            closed = _pass(column, level)
    row, price = closed or (None, None)
    say("", len(prices), clock, row=row, price=price)


def _pass(prices: NDArray[np.float64], level: float) -> tuple[int, float] | None:
    closed: tuple[int, float] | None = None
    for start in range(0, len(prices), CHUNK):
        below = prices[start : start + CHUNK] <= level
        if closed is None and below.any():
            row = start + int(below.argmax())
            closed = row, float(prices[row])
    return closed


if __name__ == "__main__":
    main()
