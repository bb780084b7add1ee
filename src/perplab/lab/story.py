"""The story: one account's life in a run, an entry for each thing that happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from perplab.domain import events as ev
from perplab.domain.commands import Command, PlaceOrder, PositionSide
from perplab.domain.events import Event
from perplab.domain.state import PoolKey, State, cross_pool
from perplab.engine.outlook import Outlook, margin_ratio, outlook, printed
from perplab.engine.risk import Risk
from perplab.lab.amounts import exact, price
from perplab.lab.course import Course, Liquidation
from perplab.lab.drawdown import Drawdown
from perplab.lab.extremes import Extremes, Sight
from perplab.lab.marks import Marks
from perplab.lab.pool import Pool, Still, still_of
from perplab.lab.refusals import order_refused
from perplab.lab.sentences import Sentences
from perplab.lab.stretches import Stretches
from perplab.tape.stream import Stream

Held = tuple[str, PositionSide]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that happened, and how the position it was about stands right after it.

    `mark` is 0 before there is a price; `count` says how many funding payments it sums up,
    `amount` their sum; `step` whether it is a part of a liquidation.
    """

    time_ns: int
    event: Event
    text: str
    symbol: str
    mark: int
    still: Still | None
    count: int = 1
    amount: int = 0
    step: bool = False

    @property
    def outlook(self) -> Outlook | None:
        """Return how near the position's pool was to liquidation, None where nothing was held."""
        return None if self.still is None else self.still.outlook


@dataclass(slots=True, kw_only=True)
class Story(Course):
    """A course with an entry for each thing that happened, and with what stands out."""

    marks: Marks
    entries: list[Entry] = field(default_factory=list)
    extremes: Extremes = field(default_factory=Extremes)
    stretches: Stretches = field(init=False)
    drawdown: Drawdown = field(default_factory=Drawdown)
    refused: list[Entry] = field(default_factory=list)
    _sentences: Sentences = field(default_factory=Sentences)
    _focus: Held | None = None
    _wide: list[Pool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stretches = Stretches(self.marks)

    def take(self, state: State, event: Event, command: Command) -> None:
        """Take an event of the account, after which the state is as given, and its command."""
        step = self.liquidating
        self.count(event, state.time_ns)
        symbol = self._look_at(state, event)
        text = self._tell(state, event, command)
        if text is None:
            return
        entry = Entry(
            time_ns=state.time_ns,
            event=event,
            text=text,
            symbol=symbol,
            mark=state.prices[symbol].mark if symbol else 0,
            still=self._still(state),
            step=step,
        )
        if isinstance(event, ev.LiquidationStarted):
            entry = self._start(state, entry, event)
        if isinstance(event, ev.Refusal):
            self.refused.append(entry)
        self._add(entry)

    def follow(self, state: State) -> bool:
        """Take the account as it is after a batch that changed it; return whether it is wide.

        A wide one has a margin pool of several symbols, to be watched whenever a mark moves.
        """
        account = state.accounts[self.account]
        self._wide = self.stretches.follow(state, account)
        self.drawdown.follow(state, account, self.tally.deposited)
        self.watch(state)
        return bool(self._wide)

    def watch(self, state: State) -> None:
        """Look at the margin pools of several symbols; the others are looked up on the tape."""
        account = state.accounts[self.account]
        for pool in self._wide:
            for share in pool.shares:
                view = outlook(state, account, share.instrument.symbol, share.side)
                if view is not None:
                    self._see(state, view)

    def close(self, end_ns: int, streams: Sequence[Stream]) -> None:
        """End the story with its run, and look up on the tape what was skipped."""
        self.stretches.close(end_ns)
        for sight in self.stretches.sights(streams):
            self.extremes.see(sight)

    def _see(self, state: State, view: Outlook) -> None:
        batch = self.marks.batch
        sight = Sight(batch, state.time_ns, view.mark, view.margin_ratio, view.distance)
        self.extremes.see(sight)

    def _tell(self, state: State, event: Event, command: Command) -> str | None:
        if not isinstance(event, ev.OrderRejected):
            return self._sentences.tell(event)
        order = command if isinstance(command, PlaceOrder) else None
        return order_refused(state, event, order)

    def _start(self, state: State, entry: Entry, event: ev.LiquidationStarted) -> Entry:
        """Keep a liquidation that begins; return its entry with the price that was crossed."""
        ratio = margin_ratio(Risk(event.equity, event.maintenance))
        sight = Sight(self.marks.batch, state.time_ns, entry.mark, ratio, Fraction(0))
        self.extremes.end(sight)
        key = cross_pool(self.account)
        if event.symbol:
            key = PoolKey(self.account, event.symbol, event.position_side)
        crossed = printed(self.stretches.crossed(state, key))
        self.liquidations[-1] = Liquidation(entry.time_ns, entry.symbol, entry.mark, crossed)
        if crossed is None:
            return entry
        where = "at" if crossed == entry.mark else "beyond"
        text = f"mark {price(entry.mark)}, {where} the liquidation price {exact(crossed)}"
        return replace(entry, text=f"{entry.text}; {text}")

    def _look_at(self, state: State, event: Event) -> str:
        """Return the symbol that the entry is about; without one, that of the position before."""
        symbol = getattr(event, "symbol", "")
        side = getattr(event, "position_side", None)
        account = state.accounts[self.account]
        if symbol and side is not None:
            self._focus = (symbol, side)
        elif self._focus not in account.positions and account.positions:
            self._focus = next(iter(account.positions))
        return symbol or (self._focus[0] if self._focus else "")

    def _still(self, state: State) -> Still | None:
        if self._focus is None:
            return None
        return still_of(state, state.accounts[self.account], *self._focus)

    def _add(self, entry: Entry) -> None:
        """Add an entry; funding payments in a row become one."""
        event = entry.event
        if not isinstance(event, ev.FundingPaid):
            self.entries.append(entry)
            return
        last = self.entries[-1] if self.entries else None
        count, amount = 1, int(event.amount)
        if last and isinstance(last.event, ev.FundingPaid) and last.symbol == entry.symbol:
            count, amount = last.count + 1, last.amount + amount
            self.entries.pop()
        self.entries.append(replace(entry, count=count, amount=amount))
