"""Market: the price that somebody who takes gets at the current prices. Rules 14.4, 19.2."""

from fractions import Fraction

from perplab.audit.book import Book, Order
from perplab.audit.exact import ZERO, to_step_down, to_step_up


def has_price(book: Book, symbol: str) -> bool:
    """Return whether mark and market of a symbol are known."""
    prices = book.prices[symbol]
    return prices.mark > 0 and (prices.last > 0 or prices.bid > 0)


def best_price(book: Book, symbol: str, side: str) -> Fraction:
    """Return the fresh quote, or the last price and half the spread. Rule 19.2."""
    prices, settings = book.prices[symbol], book.settings
    if _is_quoted(book, symbol):
        return prices.ask if side == "buy" else prices.bid
    price = prices.last
    if prices.mark_ns - prices.last_ns > settings.quote_max_age_ns:
        worse = max if side == "buy" else min
        price = worse(price, prices.mark)
    return _against(book, symbol, price, side, settings.half_spread)


def taker_price(book: Book, symbol: str, side: str) -> Fraction:
    """Return the price that a market order fills at. Rule 19.2."""
    best = best_price(book, symbol, side)
    return _against(book, symbol, best, side, book.settings.slippage)


def forced_price(book: Book, symbol: str, side: str) -> Fraction:
    """Return the price that a liquidation fills at: without a fresh quote no better than the mark.

    Rule 14.4.
    """
    price = taker_price(book, symbol, side)
    if _is_quoted(book, symbol):
        return price
    mark = _against(book, symbol, book.prices[symbol].mark, side, ZERO)
    return max(price, mark) if side == "buy" else min(price, mark)


def crosses(book: Book, order: Order) -> bool:
    """Return whether a limit order would trade at once. Rule 19.3."""
    best = best_price(book, order.symbol, order.side)
    return order.price >= best if order.side == "buy" else order.price <= best


def _is_quoted(book: Book, symbol: str) -> bool:
    prices = book.prices[symbol]
    if "quote" not in book.instruments[symbol].streams or not prices.bid:
        return False
    return prices.last_ns - prices.quote_ns <= book.settings.quote_max_age_ns


def _against(book: Book, symbol: str, price: Fraction, side: str, rate: Fraction) -> Fraction:
    """Return a price moved against a taker, to the tick on the worse side."""
    tick = book.instruments[symbol].tick
    if side == "buy":
        return to_step_up(price * (1 + rate), tick)
    return max(tick, to_step_down(price * (1 - rate), tick))
