"""The feed: gives the writer the ticks that matter, and sleeps from one to the next."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import simpy
from simpy.events import Event

from perplab.domain.commands import Observation, ObserveMark, ObserveQuote, ObserveTrade
from perplab.domain.instrument import Kind
from perplab.domain.numbers import Price, Qty
from perplab.domain.state import Order
from perplab.engine.bands import StreamKey
from perplab.tape.stream import Stream
from perplab.tape.trailing import Trail, first_return
from perplab.venue.clock import At, Turn
from perplab.venue.ranges import ranging
from perplab.venue.watches import Watches
from perplab.venue.writer import Writer

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


class Feed:
    """Executes the tape's ticks in order of time and turn.

    Skipping, it asks each stream for its first tick outside the band and brings the others up to
    that moment. With `every_tick` it executes each row.
    """

    def __init__(
        self,
        env: simpy.Environment,
        writer: Writer,
        sources: Sequence[Source],
        *,
        every_tick: bool,
    ) -> None:
        self.watches = Watches()
        self._env = env
        self._writer = writer
        self._sources = sources
        self._every_tick = every_tick
        self._planned: Due | None = None
        self._caught_up_ns = -1
        self.progress: Callable[[int], None] | None = None

    @property
    def streams(self) -> list[Stream]:
        """Return the streams in their turn order."""
        return [source.stream for source in self._sources]

    def plan(self) -> None:
        """Sleep until the next tick that is due; called after whatever may have moved a band."""
        due = self._next()
        if due == self._planned:
            return
        self._planned = due
        if due is None:
            return
        alarm = At(self._env, max(due.time_ns, int(self._env.now)), Turn.MARKET)
        assert alarm.callbacks is not None
        alarm.callbacks.append(lambda event: self._arrive(due, event))

    def catch_up(self, time_ns: int) -> None:
        """Execute what every stream shows at a time, the ticks of that time included."""
        if time_ns != self._caught_up_ns:
            self._bring(time_ns, len(self._sources))
            self._caught_up_ns = time_ns
            self._writer.exchange.pass_time(time_ns)

    def _next(self) -> Due | None:
        if self._every_tick:
            found = [source.next_row() for source in self._sources]
        else:
            found = [source.next_due(self._interval(source)) for source in self._sources]
            for source in self._sources:
                if trailing := self._writer.exchange.trailing(source.key):
                    found.append(source.next_return(trailing))
        return min((due for due in found if due is not None), default=None)

    def _interval(self, source: Source) -> Interval:
        rules = self._writer.exchange.interval(source.key)
        waits = self.watches.interval(source.key)
        lows = [low for low in (rules[0], waits[0]) if low is not None]
        highs = [high for high in (rules[1], waits[1]) if high is not None]
        return max(lows, default=None), min(highs, default=None)

    def _arrive(self, due: Due, _event: Event) -> None:
        if due is not self._planned:
            return  # a band has moved since, and another tick comes first
        self._planned = None
        if not self._every_tick:
            self._bring(due.time_ns, due.turn)
        self._execute(self._sources[due.turn], due.row)
        if self.progress is not None:
            self.progress(due.time_ns)
        self.plan()

    def _bring(self, time_ns: int, turn: int) -> None:
        """Execute, in order, the last row of each stream before this time and turn."""
        behind = []
        for source in self._sources:
            row = source.last_before(time_ns, turn)
            if row >= source.row:
                behind.append(Due(int(source.stream.time_ns[row]), source.turn, row))
        for due in sorted(behind):
            self._execute(self._sources[due.turn], due.row)

    def _execute(self, source: Source, row: int) -> None:
        watched = self._writer.exchange.trailing(source.key)
        since = source.row if watched else None
        source.row = row + 1
        time_ns = int(source.stream.time_ns[row])
        observation = source.observation(row, since)
        self._writer.tick(time_ns, source.turn, source.key, observation)
        if isinstance(observation, ObserveQuote):
            self.watches.touch(source.key, observation.ask, observation.bid)
        else:
            self.watches.touch(source.key, observation.price, observation.price)
