"""backtesting.py: a bar a tick, margin 0.1, which is 10x; the strategy closes at the level.

A run without a stop ends when the equity is gone: at the bankruptcy price, without maintenance.
The loop is without the statistics that the library computes after it.
"""

import argparse
import warnings

import backtesting
import pandas as pd
import pyarrow.parquet as pq

from peers.reply import Clock, level_of, say


class Watch(backtesting.Strategy):
    """Buys at the first tick and closes at the level."""

    def init(self):
        """Begin without a level."""
        self.level = None

    def next(self):
        """Take a tick."""
        price = self.data.Close[-1]
        if self.level is None:
            self.level = level_of(price)
            self.buy(size=1)
        elif price <= self.level and self.position:
            self.position.close()


def main():
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tape")
    frame = frame_of(parser.parse_args().tape)
    test = backtesting.Backtest(
        frame,
        Watch,
        cash=100_000,
        margin=0.1,
        commission=0.0005,
        trade_on_close=True,
        finalize_trades=True,
    )
    statistics = timed_statistics()
    with Clock() as clock:
        outcome = test.run()
    clock.wall -= statistics.wall
    clock.cpu -= statistics.cpu
    (trade,) = outcome._trades.itertuples()
    closed = {"row": int(trade.ExitBar), "price": float(trade.ExitPrice)}
    say(backtesting.__version__, len(frame), clock, **closed)


def timed_statistics():
    """Return a clock that runs while the library computes its statistics."""
    clock, compute = Clock(), backtesting.backtesting.compute_stats

    def timed(*terms, **named):
        with clock:
            return compute(*terms, **named)

    backtesting.backtesting.compute_stats = timed
    return clock


def frame_of(tape):
    """Return the tape as bars of one trade each."""
    table = pq.read_table(tape, columns=["price", "quantity", "transact_time"]).to_pandas()
    prices = dict.fromkeys(["Open", "High", "Low", "Close"], table.price)
    frame = pd.DataFrame({**prices, "Volume": table.quantity})
    frame.index = pd.to_datetime(table.transact_time.to_numpy(), unit="ms")
    return frame


if __name__ == "__main__":
    main()
