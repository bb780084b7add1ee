"""hftbacktest, a Rust core with a strategy that Numba compiles: a linear asset without latency.

    trades  trades alone, and one bid and ask at the start: the close then fills at that stale bid,
            so the answer is wrong by the data. It is how a tape of trades alone comes out
    quotes  each change of the best bid and ask that the trades imply as well, as a feed would have

It has no margin, leverage or liquidation: the strategy compares each trade with the level.
"""

import argparse

import hftbacktest as hb
import numpy as np
import pyarrow.parquet as pq
from hftbacktest.types import event_dtype
from numba import njit

from peers.reply import LEVEL, Clock, say

BOTH = hb.EXCH_EVENT | hb.LOCAL_EVENT
FOREVER = 10**17
FEED_EVENT = 2


@njit
def replay(backtest, ratio, forever):
    """Buy at the first trade, sell at the level, go on to the end; return the row of the sale."""
    row, sold, level = 0, -1, 0.0
    while True:
        answer = backtest.wait_next_feed(False, forever)
        if answer not in (0, FEED_EVENT):
            return sold
        trades = backtest.last_trades(0)
        for place in range(len(trades)):
            price = trades[place].px
            if row == 0:
                level = np.floor(price * ratio * 10 + 1e-6) / 10
                backtest.submit_buy_order(0, 1, price + 100, 1.0, hb.GTC, hb.LIMIT, False)
            elif sold < 0 and price <= level:
                sold = row
                backtest.submit_sell_order(0, 2, price - 0.1, 1.0, hb.GTC, hb.LIMIT, False)
            row += 1
        backtest.clear_last_trades(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tape")
    parser.add_argument("--mode", choices=["trades", "quotes"], default="trades")
    options = parser.parse_args()
    events, rows, first = events_of(options.tape, with_quotes=options.mode == "quotes")
    replay(market(events[:200].copy()), LEVEL, FOREVER)  # compiles, before the clock runs
    backtest = market(events)
    with Clock() as clock:
        row = replay(backtest, LEVEL, FOREVER)
    end = backtest.state_values(0)
    is_closed = row >= 0 and end.position == 0
    # The balance is what the sale brought less what the purchase cost, which was the first price.
    closed = {"row": row, "price": first + end.balance} if is_closed else {}
    say(hb.__version__, rows, clock, **closed)


def market(events):
    """Return a market that replays the events."""
    asset = (
        hb.BacktestAsset()
        .data(events)
        .linear_asset(1.0)
        .constant_order_latency(0, 0)
        .risk_adverse_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(0.0002, 0.0005)
        .tick_size(0.1)
        .lot_size(0.001)
        .last_trades_capacity(1000)
        .roi_lb(10_000.0)
        .roi_ub(120_000.0)
    )
    return hb.ROIVectorMarketDepthBacktest([asset])


def events_of(tape, *, with_quotes):
    """Return the events of a tape, the number of its trades, and its first price."""
    columns = ["price", "quantity", "transact_time", "is_buyer_maker"]
    table = pq.read_table(tape, columns=columns)
    prices, sizes, times, maker = (table[name].to_numpy() for name in columns)
    trades = np.zeros(len(prices), event_dtype)
    trades["ev"] = np.where(maker, hb.SELL_EVENT, hb.BUY_EVENT) | BOTH | hb.TRADE_EVENT
    trades["exch_ts"] = trades["local_ts"] = times * 1_000_000
    trades["px"], trades["qty"] = prices, sizes
    opening = np.zeros(2, event_dtype)
    opening["exch_ts"] = opening["local_ts"] = trades["exch_ts"][0] - 1
    opening["ev"] = np.array([hb.BUY_EVENT, hb.SELL_EVENT]) | BOTH | hb.DEPTH_EVENT
    opening["px"], opening["qty"] = prices[0] - np.array([0.1, 0.0]), 100.0
    body = _with_quotes(trades, np.round(prices * 10).astype(np.int64), maker)
    events = np.concatenate([opening, body if with_quotes else trades])
    return events, len(prices), float(prices[0])


def _with_quotes(trades, ticks, maker):
    """Return the trades, before each that moves the best bid and ask the change of both."""
    bid = np.where(maker, ticks, ticks - 1)
    moved = np.flatnonzero(bid[1:] != bid[:-1]) + 1
    changes = np.zeros((len(moved), 4), event_dtype)  # old bid and ask gone, new bid and ask
    changes["exch_ts"] = changes["local_ts"] = trades["exch_ts"][moved][:, None]
    changes["ev"][:, [0, 2]] = hb.BUY_EVENT | BOTH | hb.DEPTH_EVENT
    changes["ev"][:, [1, 3]] = hb.SELL_EVENT | BOTH | hb.DEPTH_EVENT
    old, new = bid[moved - 1], bid[moved]
    changes["px"] = np.column_stack([old, old + 1, new, new + 1]) / 10
    changes["qty"][:, 2:] = 100.0
    extra = np.zeros(len(trades), np.int64)
    extra[moved] = 4
    places = np.arange(len(trades)) + np.cumsum(extra)
    events = np.zeros(len(trades) + 4 * len(moved), event_dtype)
    events[places] = trades
    for number in range(4):
        events[places[moved] - 4 + number] = changes[:, number]
    return events


if __name__ == "__main__":
    main()
