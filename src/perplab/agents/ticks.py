"""Ticks: a stream's rows handed to an agent one by one, in a plain loop between SimPy's events."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain, repeat
from typing import NamedTuple

from perplab.agents.values import decimal_of
from perplab.domain.numbers import Price, Qty
from perplab.tape.stream import Stream

CHUNK = 1024
"""How many rows are made into ticks at once."""


class Tick(NamedTuple):
    """A row of a stream: its time in ns, its price and traded quantity in 1e-8.

    The quantity is 0 where it is not known; a quote's price is the bid.
    """

    time_ns: int
    units: Price
    size: Qty

    @property
    def price(self) -> Decimal:
        """Return the price as a decimal number."""
        return decimal_of(self.units)

    @property
    def quantity(self) -> Decimal:
        """Return the traded quantity as a decimal number."""
        return decimal_of(self.size)


def ticks_between(stream: Stream, first: int, end: int) -> Iterator[Tick]:
    """Return the rows from `first` up to and without `end`."""
    starts = range(first, end, CHUNK)
    return chain.from_iterable(_chunk(stream, start, min(start + CHUNK, end)) for start in starts)


def _chunk(stream: Stream, first: int, end: int) -> Iterator[Tick]:
    rows = slice(first, end)
    sizes = repeat(0) if stream.quantity is None else stream.quantity[rows].tolist()
    columns = zip(stream.time_ns[rows].tolist(), stream.price[rows].tolist(), sizes)  # noqa: B905 - repeat has no end
    # What `Tick._make` does, without its call: this runs for every tick of a tape.
    return map(tuple.__new__, repeat(Tick), columns)
