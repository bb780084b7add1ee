"""The timeline: follows a log's batches, and keeps what a page shows of each account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from perplab.domain import commands as cm
from perplab.domain.batch import Batch
from perplab.domain.commands import Command, Observation
from perplab.domain.events import Event
from perplab.domain.instrument import Config, Kind
from perplab.domain.state import State
from perplab.journal.codec import encode
from perplab.lab.chronicle import Chronicle
from perplab.lab.story import Entry
from perplab.lab.tally import balance_of
from perplab.report.kinds import kind_of_event
from perplab.report.life import Life, equity_of
from perplab.report.lines import Line
from perplab.report.moments import Moments

_NEVER = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An event of the table: its record, what it says, and how the account stands right after."""

    seq: int
    account: str
    type: str
    kind: str
    entry: Entry
    body: str
    wallet: int
    equity: int


class Told(NamedTuple):
    """A price that the log recorded: of which symbol and kind of stream."""

    symbol: str
    kind: Kind


class Timeline(Chronicle):
    """A chronicle that also keeps a row for each entry, and lines of every account that is shown.

    Between two batches it looks at an account at the drawn ticks; without ticks, whenever the log
    has a price.
    """

    def __init__(
        self, config: Config, moments: Mapping[str, Moments] | None, shown: Sequence[str]
    ) -> None:
        super().__init__(config, shown)
        self.rows: list[Row] = []
        self.lives: dict[str, Life] = {}
        self.recorded: dict[Told, Line] = {}
        self._moments = moments
        self._next: dict[str, int] = {}
        self._due_ns = 0
        self._seq = 0

    def __call__(self, batch: Batch, state: State) -> None:
        """Take the next batch of the run."""
        self.run_to(batch.time_ns)
        self._seq += 1
        touched = set()
        super().__call__(batch, state)
        if isinstance(batch.command, Observation):
            self._record(batch.command, batch.time_ns)
            if self._moments is None:
                touched |= self._holders(batch.command.symbol)
        touched |= {getattr(event, "account", "") for event in batch.events}
        touched |= {order.account for order in self.state.trailing.values()}
        for name in sorted(touched & self.lives.keys()):
            life = self.lives[name]
            life.look(self.state, batch.time_ns)
            life.orders.look(self.state.accounts[name], batch.time_ns)

    def close(self, end_ns: int) -> None:
        """Look at every account up to the end of the run."""
        self.run_to(end_ns + 1)
        for life in self.lives.values():
            life.look(self.state, end_ns)

    def run_to(self, time_ns: int) -> None:
        """Look at every account at the drawn ticks before a time."""
        if self._moments is None or time_ns <= self._due_ns:
            return
        held = self.state.prices
        due_ns = _NEVER
        for name, life in self.lives.items():
            moments = self._moments.get(name)
            if moments is None:
                continue
            place = self._next.get(name, 0)
            times, account = moments.times, self.state.accounts[name]
            moves = account.positions or account.orders
            while place < len(times) and times[place] < time_ns:
                if moves and times[place] > self.state.time_ns:
                    self.state.prices = moments.prices(place, held)
                    life.sample(self.state, times[place])
                    life.orders.trail(account, self.state.prices, times[place])
                place += 1
            self._next[name] = place
            due_ns = min(due_ns, times[place] if place < len(times) else _NEVER)
        self._due_ns, self.state.prices = due_ns, held

    def _take(self, event: Event, command: Command) -> None:
        self._seq += 1
        super()._take(event, command)
        own = getattr(event, "account", None)
        for name in self.stories if own is None else self.stories.keys() & {own}:
            if name not in self.lives:
                self.lives[name] = Life(name)
                self._due_ns = 0
            entries = self.stories[name].entries
            # An event without words has no entry.
            if entries and entries[-1].event is event:
                self._note(name, entries[-1], event)

    def _note(self, name: str, entry: Entry, event: Event) -> None:
        account = self.state.accounts[name]
        row = Row(
            seq=self._seq,
            account=name,
            type=type(event).__name__,
            kind=kind_of_event(event, step=entry.step),
            entry=entry,
            body=encode(event),
            wallet=balance_of(account),
            equity=equity_of(self.state, account),
        )
        self.rows.append(row)
        self.lives[name].look(self.state, self.state.time_ns)

    def _holders(self, symbol: str) -> set[str]:
        accounts = [self.state.accounts[name] for name in self.lives]
        return {one.name for one in accounts if any(symbol == held for held, _ in one.positions)}

    def _record(self, tick: Observation, time_ns: int) -> None:
        if not isinstance(tick, cm.ObserveQuote):
            told = Told(tick.symbol, cm.kind_of(tick))
            self.recorded.setdefault(told, Line()).add(time_ns, tick.price)
