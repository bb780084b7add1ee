"""Market: the price that somebody who takes gets now."""

from perplab.domain.commands import Side
from perplab.domain.instrument import Kind
from perplab.domain.numbers import ONE, Price, divide_down, divide_up
from perplab.domain.state import Order, State


def has_price(state: State, symbol: str) -> bool:
    """Return whether mark and market of a symbol are known."""
    prices = state.prices[symbol]
    return bool(prices.mark) and bool(prices.last or prices.bid)


def best_price(state: State, symbol: str, side: Side) -> Price:
    """Return the best opposite price: the quote, or the last price and half the spread.

    A quote that is older than the last trade by more than `quote_max_age_ns` is stale, and the
    last price stands in for it; where that is as much older than the mark, the worse of the two.
    """
    prices = state.prices[symbol]
    if _is_quoted(state, symbol):
        return prices.ask if side is Side.BUY else prices.bid
    price = prices.last
    if prices.mark_ns - prices.last_ns > state.settings.quote_max_age_ns:
        price = max(price, prices.mark) if side is Side.BUY else min(price, prices.mark)
    return _beyond(state, symbol, price, side, state.settings.half_spread)


def taker_price(state: State, symbol: str, side: Side) -> Price:
    """Return the price a market order fills at: the best price and the configured slippage."""
    best = best_price(state, symbol, side)
    return _beyond(state, symbol, best, side, state.settings.slippage)


def forced_price(state: State, symbol: str, side: Side) -> Price:
    """Return the price at which the market takes a liquidation: the taker's.

    Without a fresh quote the last price may be older than the mark that liquidates, so the worse
    of the two counts: nobody is liquidated at a price that is gone. docs/rules.md, Liquidation.
    """
    price = taker_price(state, symbol, side)
    if _is_quoted(state, symbol):
        return price
    mark = _beyond(state, symbol, state.prices[symbol].mark, side, 0)
    return max(price, mark) if side is Side.BUY else min(price, mark)


def crosses(state: State, order: Order) -> bool:
    """Return whether a limit order would trade at once."""
    best = best_price(state, order.symbol, order.side)
    return order.price >= best if order.side is Side.BUY else order.price <= best


def _is_quoted(state: State, symbol: str) -> bool:
    """Return whether there is a quote that is not stale."""
    prices = state.prices[symbol]
    quoted = Kind.QUOTE in state.instruments[symbol].streams and prices.bid > 0
    return quoted and prices.last_ns - prices.quote_ns <= state.settings.quote_max_age_ns


def _beyond(state: State, symbol: str, price: int, side: Side, rate: int) -> Price:
    """Return the price moved against a taker by a rate, to the next tick on his worse side."""
    tick = state.instruments[symbol].tick
    if side is Side.BUY:
        return Price(divide_up(price * (ONE + rate), ONE * tick) * tick)
    return Price(max(tick, divide_down(price * (ONE - rate), ONE * tick) * tick))
