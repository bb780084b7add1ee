"""backtrader: a bar a tick, a commission scheme with leverage 10; the strategy closes at the level.

Margin is looked at when an order is accepted, and never again. The loop includes backtrader's own
reading of the frame, row by row.
"""

import argparse

import backtrader as bt
import pandas as pd
import pyarrow.parquet as pq

from peers.reply import Clock, level_of, say


class Watch(bt.Strategy):
    """Buys at the first tick and closes at the level."""

    def __init__(self):
        self.level, self.is_sent, self.exit = None, False, {}

    def next(self):
        """Take a tick."""
        price = self.data.close[0]
        if self.level is None:
            self.level = level_of(price)
            self.buy(size=1)
        elif not self.is_sent and price <= self.level:
            self.is_sent = True
            self.close()

    def notify_order(self, order):
        """Keep where it was sold."""
        if order.status == order.Completed and order.issell():
            self.exit = {"row": len(self) - 1, "price": order.executed.price}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tape")
    frame = frame_of(parser.parse_args().tape)
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(bt.feeds.PandasData(dataname=frame, timeframe=bt.TimeFrame.Ticks))
    cerebro.addstrategy(Watch)
    cerebro.broker.setcash(10_000)
    cerebro.broker.setcommission(commission=0.0005, leverage=10.0)
    with Clock() as clock:
        (strategy,) = cerebro.run()
    say(bt.__version__, len(frame), clock, **strategy.exit)


def frame_of(tape):
    """Return the tape as bars of one trade each."""
    table = pq.read_table(tape, columns=["price", "quantity", "transact_time"]).to_pandas()
    prices = dict.fromkeys(["open", "high", "low", "close"], table.price)
    frame = pd.DataFrame({**prices, "volume": table.quantity, "openinterest": 0.0})
    frame.index = pd.to_datetime(table.transact_time.to_numpy(), unit="ms")
    return frame


if __name__ == "__main__":
    main()
