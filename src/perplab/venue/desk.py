"""The desk: where whoever trades reads the present state, asks for commands and waits."""

from collections.abc import Callable, Iterator

from perplab.domain.batch import Batch
from perplab.domain.commands import Command
from perplab.domain.events import Event
from perplab.domain.instrument import Kind
from perplab.domain.state import Prices, State
from perplab.engine.bands import StreamKey
from perplab.tape.stream import Stream
from perplab.venue.clock import Clock, Signal
from perplab.venue.feed import Feed
from perplab.venue.moments import Touch
from perplab.venue.watches import Watch
from perplab.venue.writer import Writer

Ear = Callable[[Event], None]
"""Who is told of an account's events, right after their batch was recorded."""


class Desk:
    """The present, of which the tape's ticks up to now are part."""

    def __init__(self, env: Clock, writer: Writer, feed: Feed, *, seed: int = 0) -> None:
        self.env = env
        self.seed = seed
        self._writer = writer
        self._feed = feed
        self._ears: dict[str, list[Ear]] = {}
        self.submitted: Callable[[], None] | None = None
        """Who is called after each command, before whoever submitted it goes on."""
        self.closed: set[str] = set()
        """Accounts for which nobody may ask for anything: what is submitted is not done."""
        writer.listeners.append(self._tell)

    @property
    def now(self) -> int:
        """Return the present time in ns."""
        return int(self.env.now)

    @property
    def state(self) -> State:
        """Return the state with every stream's tick of the present time."""
        self._feed.catch_up(self.now)
        return self._writer.exchange.state

    @property
    def present(self) -> State:
        """Return the state as it is, for who is told something in the middle of a moment."""
        return self._writer.exchange.state

    def prices(self, symbol: str) -> Prices:
        """Return a symbol's prices as they are."""
        return self._writer.exchange.state.prices[symbol]

    def submit(self, command: Command) -> tuple[Event, ...]:
        """Execute a command now, after the ticks of this time, and return its events."""
        return () if getattr(command, "account", None) in self.closed else self.execute(command)

    def execute(self, command: Command) -> tuple[Event, ...]:
        """Execute a command as `submit` does, though its account is closed."""
        self._feed.catch_up(self.now)
        self.env.disturb()
        events = self._writer.command(self.now, command)
        self._feed.plan()
        if self.submitted is not None:
            self.submitted()
        return events

    def stream(self, key: StreamKey) -> Stream:
        """Return a price stream, of which only what is not after now may be looked at."""
        return next(one for one in self._feed.streams if (one.symbol, one.kind) == key)

    def streams(self) -> Iterator[Stream]:
        """Yield every price stream, as `stream` does one."""
        yield from self._feed.streams

    def stream_of(self, symbol: str, *, on_mark: bool) -> StreamKey:
        """Return the stream that gives a symbol's mark or last price."""
        instrument = self._writer.exchange.state.instruments[symbol]
        kind: Kind = instrument.mark_stream if on_mark else instrument.last_stream
        return StreamKey(symbol, kind)

    def hear(self, account: str, ear: Ear) -> None:
        """Tell the ear of every event of the account, and of those that concern all."""
        self._ears.setdefault(account, []).append(ear)

    def unhear(self, account: str, ear: Ear) -> None:
        """Tell the ear no more, if it is told at all."""
        ears = self._ears[account]
        if ear in ears:
            ears.remove(ear)

    def touched(self, touch: Touch) -> Signal:
        """Return a signal that a price fires; one that is there already fires at once."""
        signal = Signal(self.env)
        self.watch(touch, signal)
        return signal

    def watch(self, touch: Touch, watch: Watch) -> None:
        """Fire the watch when a price is touched; at once if it is there already."""
        prices = self.state.prices[touch.symbol]
        now = prices.mark if touch.on_mark else prices.last
        falls = now >= touch.price if touch.falls is None else touch.falls
        if now == touch.price or (now < touch.price) == falls:
            watch.fire()
            return
        low, high = (touch.price, None) if falls else (None, touch.price)
        self.watch_band(self.stream_of(touch.symbol, on_mark=touch.on_mark), low, high, watch)

    def watch_band(
        self, stream: StreamKey, low: int | None, high: int | None, watch: Watch
    ) -> None:
        """Fire the watch at the stream's next tick that is at or outside the two prices."""
        if low is not None:
            self._feed.watches.below(stream, low, watch)
        if high is not None:
            self._feed.watches.above(stream, high, watch)
        self._feed.plan()

    def _tell(self, batch: Batch, _state: State) -> None:
        for event in batch.events:
            name = getattr(event, "account", None)
            told = self._ears if name is None else (name,)
            for account in told:
                for ear in tuple(self._ears.get(account, ())):
                    ear(event)
