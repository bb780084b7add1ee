"""Bars: a stream's past in open, high, low, close and volume, of any length of time."""

from dataclasses import dataclass
from decimal import Decimal

from perplab.agents.values import decimal_of
from perplab.agents.waits import TimeWait
from perplab.engine.bands import StreamKey
from perplab.tape.stream import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The rows from `start_ns` up to and without `end_ns`.

    Without a row in it (`rows` is 0) all four prices are the last one before, 0 if there is none.
    """

    start_ns: int
    end_ns: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    rows: int


@dataclass(eq=False)
class BarWait(TimeWait):
    """Until the bar's end; it brings the bar."""

    stream: StreamKey
    length_ns: int


def bar_of(stream: Stream, start_ns: int, end_ns: int) -> Bar:
    """Return a stream's bar; nothing at or after its end is looked at."""
    first, end = stream.last_row_at(start_ns - 1) + 1, stream.last_row_at(end_ns - 1) + 1
    if first < end:
        prices = stream.price[first:end]
        figures = (prices[0], prices.max(), prices.min(), prices[-1])
    else:
        figures = (stream.price[first - 1] if first else 0,) * 4
    opened, high, low, close = (decimal_of(int(units)) for units in figures)
    volume = 0 if stream.quantity is None else int(stream.quantity[first:end].sum())
    return Bar(
        start_ns=start_ns,
        end_ns=end_ns,
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=decimal_of(volume),
        rows=end - first,
    )


def next_end(now_ns: int, length_ns: int) -> int:
    """Return the first multiple of a length after now, counted from 1970."""
    return (now_ns // length_ns + 1) * length_ns
