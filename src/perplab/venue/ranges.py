"""Ranges: how far a price went between two ticks that are told, while trailing stops follow it."""

from dataclasses import replace

from perplab.domain.commands import Observation, ObserveMark, ObserveQuote, ObserveTrade
from perplab.domain.numbers import Price

Moving = ObserveMark | ObserveTrade
"""A tick of a stream that trailing stops may follow."""


def ranging(tick: Moving, low: Price, high: Price) -> Moving:
    """Return a tick with the range that it ends, of which only what is beyond it is said."""
    lower, higher = low < tick.price, high > tick.price
    if not lower and not higher:
        return tick
    return replace(tick, low=low if lower else Price(0), high=high if higher else Price(0))


def merged(before: Observation, tick: Observation) -> Observation:
    """Return a stream's tick with its range joined to that of the one before it."""
    if isinstance(before, ObserveQuote) or isinstance(tick, ObserveQuote):
        return tick
    low = min(before.low or before.price, tick.low or tick.price)
    high = max(before.high, before.price, tick.high, tick.price)
    return ranging(tick, Price(low), Price(high))
