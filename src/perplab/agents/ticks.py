"""Ticks: a stream's rows handed to an agent one by one, in a plain loop between SimPy's events."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain, repeat
from operator import length_hint
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


class Chunk:
    """Some rows of a stream as ticks; `row` is the one after the last tick that was taken."""

    __slots__ = ("_end", "_times", "ticks")

    def __init__(self, stream: Stream, first: int, end: int) -> None:
        rows = slice(first, end)
        self._end = end
        self._times = iter(stream.time_ns[rows].tolist())
        sizes = repeat(0) if stream.quantity is None else stream.quantity[rows].tolist()
        columns = zip(self._times, stream.price[rows].tolist(), sizes)  # noqa: B905 - repeat has no end
        # What `Tick._make` does, without its call: this runs for every tick of a tape.
        self.ticks: Iterator[Tick] = map(tuple.__new__, repeat(Tick), columns)

    @property
    def row(self) -> int:
        """Return the row after the last tick that was taken."""
        return self._end - length_hint(self._times)


def chunks_between(stream: Stream, first: int, end: int) -> Iterator[Chunk]:
    """Yield the rows from `first` up to and without `end`."""
    for start in range(first, end, CHUNK):
        yield Chunk(stream, start, min(start + CHUNK, end))


def ticks_between(stream: Stream, first: int, end: int) -> Iterator[Tick]:
    """Return the rows from `first` up to and without `end`."""
    return chain.from_iterable(chunk.ticks for chunk in chunks_between(stream, first, end))
