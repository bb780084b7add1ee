"""The writer: the only one who executes commands and writes batches."""

from collections.abc import Callable

from perplab.domain.batch import Batch
from perplab.domain.commands import Command, Observation
from perplab.domain.events import Event
from perplab.domain.state import State
from perplab.engine.bands import StreamKey
from perplab.engine.exchange import Exchange
from perplab.venue.ranges import merged

Sink = Callable[[Batch], object]
Listener = Callable[[Batch, State], None]


class Writer:
    """Executes, records, and tells the listeners.

    A tick is recorded when it caused an event, or when it is the current price of its stream as
    another command is decided; so the journal alone can be executed again.
    """

    def __init__(self, exchange: Exchange, sink: Sink) -> None:
        self.exchange = exchange
        self.listeners: list[Listener] = []
        self.batches = 0
        self._sink = sink
        self._current: dict[StreamKey, tuple[int, int, Observation]] = {}

    def tick(
        self, time_ns: int, turn: int, stream: StreamKey, observation: Observation
    ) -> tuple[Event, ...]:
        """Execute a tick; `turn` is its stream's place among those of equal time.

        What a trailing stop saw since the stream's last recorded tick is recorded with it.
        """
        before = self._current.get(stream)
        if before is not None and self.exchange.trailing(stream):
            observation = merged(before[2], observation)
        events = self.exchange.execute(time_ns, observation)
        if events:
            self._current.pop(stream, None)
            self._record_current()
            self._record(Batch(time_ns=time_ns, command=observation, events=events))
        else:
            self._current[stream] = (time_ns, turn, observation)
        return events

    def command(self, time_ns: int, command: Command) -> tuple[Event, ...]:
        """Record the current prices, execute a command and record it."""
        self._record_current()
        events = self.exchange.execute(time_ns, command)
        self._record(Batch(time_ns=time_ns, command=command, events=events))
        return events

    def _record_current(self) -> None:
        for time_ns, _, observation in sorted(self._current.values(), key=lambda tick: tick[:2]):
            self._record(Batch(time_ns=time_ns, command=observation, events=()))
        self._current.clear()

    def _record(self, batch: Batch) -> None:
        self._sink(batch)
        self.batches += 1
        for listener in self.listeners:
            listener(batch, self.exchange.state)
