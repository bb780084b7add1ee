"""A source: one stream being read, and which of its rows is due next."""

from collections.abc import Sequence
from typing import NamedTuple

from perplab.domain.commands import Observation, ObserveMark, ObserveQuote, ObserveTrade
from perplab.domain.instrument import Kind
from perplab.domain.numbers import Price, Qty
from perplab.domain.state import Order
from perplab.engine.bands import StreamKey
from perplab.tape.stream import Stream
from perplab.tape.trailing import Trail, first_return
from perplab.venue.ranges import ranging

Interval = tuple[int | None, int | None]


class Due(NamedTuple):
    """A tick to execute: of equal times the earlier stream goes first."""

    time_ns: int
    turn: int
    row: int


class Source:
    """One stream being read: `row` is the next row, `end` the first that is not to be read."""

    def __init__(self, stream: Stream, turn: int, start_ns: int, end_ns: int) -> None:
        self.stream = stream
        self.turn = turn
        self.key = StreamKey(stream.symbol, stream.kind)
        # The last row before the start is the first price.
        self.row = max(0, stream.last_row_at(start_ns))
        self.end = stream.last_row_at(end_ns) + 1
        self._found: tuple[Interval, int | None] | None = None
        self._returns: dict[int, int | None] = {}

    def next_due(self, interval: Interval) -> Due | None:
        """Return the first row from here on that leaves the interval."""
        found = self._found
        if found is None or found[0] != interval or (found[1] is not None and found[1] < self.row):
            found = self._found = interval, self._search(interval)
        row = found[1]
        return None if row is None else Due(int(self.stream.time_ns[row]), self.turn, row)

    def next_return(self, orders: Sequence[Order]) -> Due | None:
        """Return the first row from here on at which one of these trailing stops triggers.

        Each is looked for once: the way of its extreme is on the tape, whatever else happens.
        """
        known = self._returns
        self._returns = {
            order.number: known[order.number] if order.number in known else self._search_for(order)
            for order in orders
        }
        row = min((row for row in self._returns.values() if row is not None), default=None)
        assert row is None or row >= self.row, "tape and rules differ on a trailing stop"
        return None if row is None else Due(int(self.stream.time_ns[row]), self.turn, row)

    def next_row(self) -> Due | None:
        """Return the next row, whatever its price."""
        if self.row >= self.end:
            return None
        return Due(int(self.stream.time_ns[self.row]), self.turn, self.row)

    def last_before(self, time_ns: int, turn: int) -> int:
        """Return the last row whose time and turn come before these, -1 if there is none."""
        latest = time_ns if self.turn < turn else time_ns - 1
        return min(self.stream.last_row_at(latest), self.end - 1)

    def observation(self, row: int, since: int | None = None) -> Observation:
        """Return a row as the exchange is told it, with the range of the rows from `since` on."""
        stream = self.stream
        price = Price(int(stream.price[row]))
        if stream.ask is not None:
            ask = Price(int(stream.ask[row]))
            return ObserveQuote(symbol=stream.symbol, row=row, bid=price, ask=ask)
        low, high = price, price
        if since is not None and since < row:
            low, high = map(Price, stream.index.range_of(since, row + 1))
        if stream.kind is Kind.MARK:
            mark = ObserveMark(symbol=stream.symbol, row=row, price=price)
            return ranging(mark, low, high)
        size = Qty(0 if stream.quantity is None else int(stream.quantity[row]))
        trade = ObserveTrade(symbol=stream.symbol, row=row, price=price, quantity=size)
        return ranging(trade, low, high)

    def _search(self, interval: Interval) -> int | None:
        low, high = interval
        if (low is None and high is None) or self.row >= self.end:
            return None
        row = self.stream.index.first(self.row, low, high)
        return row if row is not None and row < self.end else None

    def _search_for(self, order: Order) -> int | None:
        trail = Trail(order.falls, order.extreme, order.callback_rate, order.activation_price)
        row = first_return(self.stream.index, self.row, trail)
        return row if row is not None and row < self.end else None
