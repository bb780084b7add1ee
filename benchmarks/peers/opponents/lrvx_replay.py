"""lrvx, a C++ core: its runner over its own binary tape, or its liquidation engine alone.

ticks    a strategy compares each trade with the level and closes
stop     a strategy leaves a stop order; its handler does nothing else
venue    the Binance venue, whose liquidation engine each trade is given to: the replay loop
         does not do so, as its manual says
engine   no runner: a Python loop over the prices that calls the liquidation engine for each
convert  nothing is run: the tape is written in lrvx's own form, once
"""

import lrvx  # first: after pyarrow it cannot be loaded ("cannot allocate memory in static TLS")

# isort: split
import argparse
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from peers.reply import Clock, level_of, say

CAPITAL = 100_000.0


class Watch(lrvx.Strategy):
    """Buys at the first trade and closes as the mode says."""

    def __init__(self, symbol, mode, stack):
        super().__init__([symbol])
        self.symbol, self.mode, self.stack = symbol.id, mode, stack
        self.level, self.equity, self.is_sent = None, 0.0, False
        self.exit = {}

    def on_trade(self, _context, trade):
        """Take a trade; each one comes here, whatever the mode."""
        price = trade.price
        if self.level is None:
            self.level, self.equity = level_of(price), price / 10
            self.market_buy(1.0)
            if self.mode == "stop":
                self.stop_market("sell", self.level, 1.0)
        elif self.mode == "venue":
            if not self.is_sent and self._is_liquidated(price, trade.timestamp_ns):
                self.is_sent = True
                self.close_position()
        elif self.mode == "ticks" and not self.is_sent and price <= self.level:
            self.is_sent = True
            self.close_position()

    def on_fill(self, _context, event):
        """Keep where the position was closed, and tell the venue's account when it was opened."""
        if event.side == "sell":
            time_ms = event.exchange_ts_ns // 1_000_000
            self.exit = {"time_ms": time_ms, "price": event.fill_price}
        elif self.mode == "venue":
            account = self.stack.account()
            account.open_position(self.symbol, event.fill_qty, event.fill_price, self.equity)

    def _is_liquidated(self, price, time_ns):
        outcome = self.stack.liquidation().on_marks(((self.symbol, price),), time_ns)
        return bool(outcome["liquidated"])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tape", type=Path)
    modes = ["ticks", "stop", "venue", "engine", "convert"]
    parser.add_argument("--mode", choices=modes, default="ticks")
    options = parser.parse_args()
    registry = lrvx.SymbolRegistry()
    symbol = registry.add_symbol("binance", "BTCUSDT", tick_size=0.1)
    if options.mode == "engine":
        engine_alone(options.tape, symbol.id)
        return
    own = converted(options.tape, symbol.id)
    if options.mode != "convert":
        run(own, pq.read_metadata(options.tape).num_rows, registry, symbol, options.mode)


def converted(tape, symbol):
    """Return the folder of the tape in lrvx's form, made on first use."""
    folder = tape.with_suffix(".lrvx")
    if folder.exists():
        return folder
    columns = ["agg_trade_id", "price", "quantity", "transact_time", "is_buyer_maker"]
    table = pq.read_table(tape, columns=columns)
    ids, prices, sizes, times, maker = (table[name].to_numpy() for name in columns)
    time_ns = times * 1_000_000
    part = folder.with_suffix(".part")
    part.mkdir()
    writer = lrvx.DataWriter(str(part), max_segment_mb=4096)
    symbols = np.full(len(ids), symbol, np.uint32)
    writer.write_trades(
        time_ns,
        time_ns,
        prices.copy(),
        sizes.copy(),
        ids.astype(np.uint64),
        symbols,
        maker.astype(np.uint8),
    )
    writer.close()
    part.rename(folder)
    return folder


def run(own, rows, registry, symbol, mode):
    """Replay the binary tape, which is read while it is replayed."""
    stack = None
    runner = lrvx.BacktestRunner(registry, fee_rate=0.0005, initial_capital=CAPITAL)
    if mode == "venue":
        stack = lrvx.VenueStack.binance_um_futures(1, CAPITAL)
        stack.account().set_margin_mode("isolated")
        runner.set_venue_stack(stack)
    strategy = Watch(symbol, mode, stack)
    runner.set_strategy(strategy)
    with Clock() as clock:
        runner.run_tape(str(own))
    say(version("lrvx"), rows, clock, **strategy.exit)


def engine_alone(tape, symbol):
    """Give each price to the liquidation engine, which holds one isolated position."""
    prices = pq.read_table(tape, columns=["price"])["price"].to_pylist()
    engine = lrvx.LiquidationEngine.binance_um_futures()
    engine.open_position(1, symbol, 1.0, prices[0], prices[0] / 10)
    on_mark, hit = engine.on_mark, {}
    with Clock() as clock:
        for row, price in enumerate(prices):
            if on_mark(symbol, price)["liquidated"] and not hit:
                hit = {"row": row, "price": price}
    say(version("lrvx"), len(prices), clock, **hit)


if __name__ == "__main__":
    main()
