"""The feed: gives the writer the ticks that matter, and sleeps from one to the next."""

from collections.abc import Callable, Sequence

import simpy
from simpy.events import Event

from perplab.domain.commands import ObserveQuote
from perplab.tape.stream import Stream
from perplab.venue.clock import At, Turn
from perplab.venue.lookahead import Lookahead
from perplab.venue.source import Due, Interval, Source
from perplab.venue.watches import Watches
from perplab.venue.writer import Writer


class Feed:
    """Executes the tape's ticks in order of time and turn.

    Skipping, it asks each stream for its first tick outside the band, and the lookahead for that of
    a pool, and brings the other streams up to that moment. With `every_tick` it executes each row.
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
        self._ahead = Lookahead(writer.exchange, sources)
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
            found.append(self._ahead.next_due())
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
            self._ahead.expect(due)
        self._execute(self._sources[due.turn], due.row)
        self._ahead.look()
        if self.progress is not None:
            self.progress(due.time_ns)
        self.plan()

    def _bring(self, time_ns: int, turn: int) -> None:
        """Execute, in order, the last row of each stream before this time and turn.

        The stream whose turn it is brings its own: what it showed before is gone with that.
        """
        behind = []
        for source in self._sources:
            if source.turn == turn:
                continue
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
