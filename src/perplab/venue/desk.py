"""The desk: where whoever trades reads the present state, asks for commands and waits."""

import simpy

from perplab.domain.commands import Command
from perplab.domain.events import Event
from perplab.domain.state import State
from perplab.engine.bands import StreamKey
from perplab.venue.clock import Signal
from perplab.venue.feed import Feed
from perplab.venue.moments import Touch
from perplab.venue.writer import Writer


class Desk:
    """The present, of which the tape's ticks up to now are part."""

    def __init__(self, env: simpy.Environment, writer: Writer, feed: Feed) -> None:
        self.env = env
        self._writer = writer
        self._feed = feed

    @property
    def now(self) -> int:
        """Return the present time in ns."""
        return int(self.env.now)

    @property
    def state(self) -> State:
        """Return the state with every stream's tick of the present time."""
        self._feed.catch_up(self.now)
        return self._writer.exchange.state

    def submit(self, command: Command) -> tuple[Event, ...]:
        """Execute a command now, after the ticks of this time, and return its events."""
        self._feed.catch_up(self.now)
        events = self._writer.command(self.now, command)
        self._feed.plan()
        return events

    def touched(self, touch: Touch) -> Signal:
        """Return a signal that a price fires; one that is there already fires at once."""
        state, signal = self.state, Signal(self.env)
        instrument, prices = state.instruments[touch.symbol], state.prices[touch.symbol]
        now = prices.mark if touch.on_mark else prices.last
        kind = instrument.mark_stream if touch.on_mark else instrument.last_stream
        falls = now >= touch.price if touch.falls is None else touch.falls
        if now == touch.price or (now < touch.price) == falls:
            signal.fire()
            return signal
        watch = self._feed.watches.below if falls else self._feed.watches.above
        watch(StreamKey(touch.symbol, kind), touch.price, signal)
        self._feed.plan()
        return signal
