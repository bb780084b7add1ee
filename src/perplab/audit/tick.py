"""Tick: a row of a price stream, as the log or the tape has it."""

from fractions import Fraction
from typing import NamedTuple

from perplab.audit.exact import ZERO
from perplab.audit.messages import OBSERVATIONS, Fact


class Tick(NamedTuple):
    """A row; `price` is a quote's bid, `quantity` 0 where it is not known.

    `low` and `high` are how far the price went since the stream's last recorded row, 0 if no
    further than the row itself.
    """

    kind: str
    symbol: str
    row: int
    time_ns: int
    price: Fraction
    ask: Fraction = ZERO
    quantity: Fraction = ZERO
    low: Fraction = ZERO
    high: Fraction = ZERO


def tick_of(fact: Fact) -> Tick:
    """Return the tick that a log's observation is."""
    kind, body = OBSERVATIONS[fact.type], fact.body
    if kind == "quote":
        return Tick(kind, fact.symbol, body["row"], fact.time_ns, body["bid"], body["ask"])
    quantity = body.get("quantity", ZERO)
    place = kind, fact.symbol, body["row"], fact.time_ns
    return Tick(*place, body["price"], ZERO, quantity, body["low"], body["high"])
