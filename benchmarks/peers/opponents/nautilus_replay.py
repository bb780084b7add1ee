"""nautilus_trader's backtest engine, a Cython and Rust core: trades, a margin account, 10x.

ticks   a strategy compares each trade with the level and closes at the market
stop    a reduce-only stop waits in the simulated exchange; no trade comes to the strategy
"""

import argparse
from decimal import Decimal

import nautilus_trader
import numpy as np
import pyarrow.parquet as pq
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.data import TradeTick
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide, TriggerType
from nautilus_trader.model.identifiers import Venue
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.trading.strategy import Strategy

from peers.reply import Clock, level_of, say

MARKET = TestInstrumentProvider.btcusdt_perp_binance()
ONE = Quantity.from_str("1.000")


class Watcher(Strategy):
    """Buys at the first trade and closes as the mode says."""

    def __init__(self, mode):
        super().__init__()
        self.mode, self.level, self.is_sent = mode, None, False
        self.sold = []

    def on_start(self):
        """Ask for the trades; a stop asks for no more of them once it is placed."""
        self.subscribe_trade_ticks(MARKET.id)

    def on_trade_tick(self, tick):
        """Take a trade."""
        if self.level is None:
            self.level = Price(level_of(tick.price.as_double()), 1)
            self.submit_order(self.order_factory.market(MARKET.id, OrderSide.BUY, ONE))
        elif self.mode == "ticks" and not self.is_sent and tick.price <= self.level:
            self.is_sent = True
            self.close_all_positions(MARKET.id)

    def on_order_rejected(self, _event):
        """Try again at the next trade: a version may know no price to buy at yet."""
        self.level = None

    def on_order_filled(self, event):
        """Keep what was sold, and leave the stop once the position is whole."""
        if event.order_side == OrderSide.SELL:
            self.sold.append((float(event.last_px), float(event.last_qty), event.ts_event))
        elif self.mode == "stop" and self.cache.order(event.client_order_id).is_closed:
            stop = self.order_factory.stop_market(
                MARKET.id,
                OrderSide.SELL,
                ONE,
                self.level,
                trigger_type=TriggerType.LAST_PRICE,
                reduce_only=True,
            )
            self.submit_order(stop)
            self.unsubscribe_trade_ticks(MARKET.id)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tape")
    parser.add_argument("--mode", choices=["ticks", "stop"], default="ticks")
    options = parser.parse_args()
    ticks = ticks_of(options.tape)
    logging = LoggingConfig(bypass_logging=True)
    engine = BacktestEngine(BacktestEngineConfig(logging=logging, run_analysis=False))
    engine.add_venue(
        Venue("BINANCE"),
        OmsType.NETTING,
        AccountType.MARGIN,
        [Money(100_000, USDT)],
        default_leverage=Decimal(10),
        trade_execution=True,
    )
    engine.add_instrument(MARKET)
    engine.add_data(ticks, validate=False, sort=True)
    strategy = Watcher(options.mode)
    engine.add_strategy(strategy)
    with Clock() as clock:
        engine.run()
    say(nautilus_trader.__version__, len(ticks), clock, **average(strategy.sold))


def average(sold):
    """Return the time of the last sale and the average price, of one unit sold in all."""
    size = sum(quantity for _, quantity, _ in sold)
    if abs(size - 1) > 1e-9:
        return {}
    price = sum(price * quantity for price, quantity, _ in sold)
    return {"time_ms": sold[-1][2] // 1_000_000, "price": price}


def ticks_of(tape):
    """Return the tape as nautilus_trader's own objects, by its quickest way."""
    columns = ["price", "quantity", "is_buyer_maker", "agg_trade_id", "transact_time"]
    table = pq.read_table(tape, columns=columns)
    time_ns = table["transact_time"].to_numpy().astype(np.uint64) * 1_000_000
    return TradeTick.from_raw_arrays_to_list(
        MARKET.id,
        1,
        3,
        table["price"].to_numpy().copy(),
        table["quantity"].to_numpy().copy(),
        np.where(table["is_buyer_maker"].to_numpy(), 2, 1).astype(np.uint8),
        [str(number) for number in table["agg_trade_id"].to_pylist()],
        time_ns,
        time_ns,
    )


if __name__ == "__main__":
    main()
