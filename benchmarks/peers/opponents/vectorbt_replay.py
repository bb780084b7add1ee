"""vectorbt, the open edition: the whole tape as one column, a stop of 9.5% emulates the level.

It has no leverage, margin or liquidation. Numba compiles on the first call and keeps the result on
the disk, so a short tape comes before the one that is timed.
"""

import argparse
import warnings

import numpy as np
import pyarrow.parquet as pq
import vectorbt as vbt

from peers.reply import LEVEL, Clock, say

BOUGHT_AND_SOLD = 2


def main():
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tape")
    parser.add_argument("--engine", choices=["numba", "rust"], default="numba")
    options = parser.parse_args()
    prices = pq.read_table(options.tape, columns=["price"])["price"].to_numpy().copy()
    orders_of(prices[:1000].copy(), options.engine)
    with Clock() as clock:
        orders = orders_of(prices, options.engine)
    closed = {}
    if len(orders) == BOUGHT_AND_SOLD:
        closed = {"row": int(orders["idx"][-1]), "price": float(orders["price"][-1])}
    say(vbt.__version__, len(prices), clock, **closed)


def orders_of(prices, engine):
    """Return the orders of a long from the first price that is stopped out at the level."""
    entries = np.zeros(len(prices), bool)
    entries[0] = True
    portfolio = vbt.Portfolio.from_signals(
        prices,
        entries=entries,
        exits=False,
        sl_stop=1 - LEVEL,
        size=1.0,
        init_cash=100_000.0,
        fees=0.0005,
        freq="1ms",
        engine=engine,
    )
    return portfolio.order_records


if __name__ == "__main__":
    main()
