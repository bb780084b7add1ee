"""nautilus_trader's second engine, from 1.222 on, with its own liquidation switched on.

It liquidates on quotes alone: with trades it silently never does. So each trade becomes a bid and
an ask one tick apart. It has one maintenance rate for an account, and the margin model divides it
by the leverage: 0.05 is meant as 0.5% here.

    quotes  the exchange liquidates; the strategy sees the first quote alone
    ticks   the same, and every quote comes to the strategy
"""

import argparse
from decimal import Decimal
from typing import ClassVar

import nautilus_trader
import pyarrow.parquet as pq
from nautilus_trader.core.nautilus_pyo3 import UUID4, backtest, model
from nautilus_trader.core.nautilus_pyo3.trading import Strategy, StrategyConfig

from peers.reply import Clock, say

MARKET = model.InstrumentId.from_str("BTCUSDT-PERP.BINANCE")


class Opener(Strategy):
    """Buys at the first quote; the exchange does the rest."""

    keeps_listening = False
    has_bought = False
    exit: ClassVar[dict[str, float]] = {}

    def on_start(self):
        """Ask for the quotes."""
        self.subscribe_quotes(MARKET)

    def on_quote(self, _quote):
        """Buy once."""
        if self.has_bought:
            return
        self.has_bought = True
        order = model.MarketOrder(
            self.trader_id,
            self.strategy_id,
            MARKET,
            model.ClientOrderId("O-1"),
            model.OrderSide.BUY,
            model.Quantity.from_str("1.000"),
            UUID4(),
            self.clock.timestamp_ns(),
            model.TimeInForce.GTC,
            False,
            False,
            contingency_type=model.ContingencyType.NO_CONTINGENCY,
        )
        self.submit_order(order)
        if not self.keeps_listening:
            self.unsubscribe_quotes(MARKET)

    def on_order_filled(self, event):
        """Keep where the exchange sold."""
        if event.order_side == model.OrderSide.SELL:
            time_ms = event.ts_event // 1_000_000
            Opener.exit = {"time_ms": time_ms, "price": float(str(event.last_px))}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tape")
    parser.add_argument("--mode", choices=["quotes", "ticks"], default="quotes")
    options = parser.parse_args()
    Opener.keeps_listening = options.mode == "ticks"
    quotes, first = quotes_of(options.tape)
    engine = engine_with(balance=round(first / 10))
    engine.add_data(quotes, validate=False, sort=True)
    engine.add_strategy(Opener(StrategyConfig()))
    with Clock() as clock:
        engine.run()
    say(nautilus_trader.__version__, len(quotes), clock, **Opener.exit)


def engine_with(*, balance):
    """Return an engine whose account has the margin of a long of one unit with 10x."""
    usdt, btc = model.Currency.from_str("USDT"), model.Currency.from_str("BTC")
    config = backtest.BacktestEngineConfig(bypass_logging=True, run_analysis=False)
    engine = backtest.BacktestEngine(config)
    engine.add_venue(
        model.Venue("BINANCE"),
        model.OmsType.NETTING,
        model.AccountType.MARGIN,
        [model.Money(balance, usdt)],
        default_leverage=Decimal(10),
        trade_execution=True,
        liquidation_enabled=True,
    )
    engine.add_instrument(
        model.CryptoPerpetual(
            MARKET,
            model.Symbol("BTCUSDT"),
            btc,
            usdt,
            usdt,
            False,
            1,
            3,
            model.Price.from_str("0.1"),
            model.Quantity.from_str("0.001"),
            0,
            0,
            margin_init=Decimal("0.9"),
            margin_maint=Decimal("0.05"),
            maker_fee=Decimal("0.0002"),
            taker_fee=Decimal("0.0005"),
        )
    )
    return engine


def quotes_of(tape):
    """Return each trade as a quote on whose side it was made, and the first price."""
    table = pq.read_table(tape, columns=["price", "transact_time", "is_buyer_maker"])
    prices, times, maker = (column.to_pylist() for column in table.columns)
    size = model.Quantity(100.0, 3)
    quotes = []
    for price, time_ms, is_bid in zip(prices, times, maker, strict=True):
        bid = round(price if is_bid else price - 0.1, 1)
        time_ns = time_ms * 1_000_000
        pair = model.Price(bid, 1), model.Price(bid + 0.1, 1)
        quotes.append(model.QuoteTick(MARKET, *pair, size, size, time_ns, time_ns))
    return quotes, prices[0]


if __name__ == "__main__":
    main()
