"""The venue: wires exchange, feed, timers and traders into one SimPy run."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge

from perplab.domain import commands as cm
from perplab.domain.instrument import Config, Kind
from perplab.domain.numbers import Rate, parse_units
from perplab.domain.state import State
from perplab.engine.exchange import Exchange
from perplab.tape.stream import FundingSeries, Stream
from perplab.venue.clock import At, Clock, Process, Turn
from perplab.venue.collecting import collecting_rarely
from perplab.venue.desk import Desk
from perplab.venue.expiries import Expiries
from perplab.venue.feed import Feed
from perplab.venue.forks import Forks, Recall
from perplab.venue.logs import logger_of
from perplab.venue.participants import Cast, Fault
from perplab.venue.plan import BracketChange, ConstantFunding, Plan, bracket_of
from perplab.venue.populations import openings_of
from perplab.venue.source import Source
from perplab.venue.traders import Trader
from perplab.venue.writer import Listener, Sink, Writer

_log = logger_of("perplab.venue")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a run is fed with: streams in their turn order, and funding series by symbol."""

    streams: tuple[Stream, ...]
    funding: tuple[FundingSeries, ...] = ()

    @property
    def ticks(self) -> int:
        """Return how many rows there are in all."""
        return sum(len(stream) for stream in self.streams)


class Venue:
    """A run: the same config, plan and prices write the same batches."""

    def __init__(
        self,
        config: Config,
        plan: Plan,
        prices: Prices,
        sink: Sink,
        *,
        cast: Cast = Trader,
        recall: Recall | None = None,
        every_tick: bool = False,
    ) -> None:
        self._plan = plan
        self._env = Clock(initial_time=plan.start_ns)
        self._writer = Writer(Exchange(config, exhaustive=every_tick), sink)
        sources = [
            Source(stream, turn, plan.start_ns, plan.end_ns)
            for turn, stream in enumerate(prices.streams)
        ]
        self._feed = Feed(self._env, self._writer, sources, every_tick=every_tick)
        self._desk = Desk(self._env, self._writer, self._feed, seed=plan.seed)
        self._traders = [cast(self._desk, account) for account in plan.accounts]
        self._forks = Forks(self._desk, plan, self._traders, cast, recall)
        if plan.forks:
            self._writer.listeners.append(self._forks.count)
            self._desk.submitted = self._forks.submitted
        self._writer.listeners.append(Expiries(self._env, self._desk).hear)
        self._env.process(self._open(prices))
        self._ended = self._env.event()

    @property
    def state(self) -> State:
        """Return the exchange's state."""
        return self._writer.exchange.state

    @property
    def batches(self) -> int:
        """Return how many batches were written."""
        return self._writer.batches

    @property
    def undone(self) -> list[str]:
        """Return the actions that never came due, as `account: action`."""
        everybody = (*self._traders, *self._forks.successors)
        return [f"{trader.name}: {text}" for trader in everybody for text in trader.undone]

    @property
    def faults(self) -> list[Fault]:
        """Return the agents that failed."""
        everybody = (*self._traders, *self._forks.successors)
        return [fault for trader in everybody for fault in trader.faults]

    def listen(self, listener: Listener) -> None:
        """Tell the listener of each batch after it was recorded."""
        self._writer.listeners.append(listener)

    def on_progress(self, report: Callable[[int], None]) -> None:
        """Tell the time of each executed tick, for a progress bar."""
        self._feed.progress = report

    def run(self) -> State:
        """Run to the end of the plan and return the state."""
        _log.info("run starts", name=self._plan.name, accounts=len(self._plan.accounts))
        try:
            with collecting_rarely():
                self._env.run(until=self._ended)
        except Exception as error:
            # SimPy raises a copy of what a process raised; the original says more.
            if type(error.__cause__) is type(error):
                raise error.__cause__ from None
            raise
        finally:
            for participant in (*self._traders, *self._forks.successors):
                participant.stop()
        _log.info("run ends", batches=self.batches)
        return self.state

    def _open(self, prices: Prices) -> Process:
        """Open the exchange once the first prices are there, then let everybody in."""
        yield At(self._env, self._plan.start_ns, Turn.TIMER)
        self._desk.submit(cm.StartRun())
        for trader in self._traders:
            trader.open()
        for population in self._plan.populations:
            for command in openings_of(population, self._desk.state):
                self._desk.submit(command)
        self._env.process(self._settle(_settlements(prices.funding, self._plan)))
        for change in self._plan.bracket_changes:
            self._env.process(self._change(change))
        for trader in self._traders:
            self._env.process(trader.trade())
        self._env.process(self._close())

    def _settle(self, settlements: Iterable[tuple[int, str, Rate]]) -> Process:
        """Settle funding, by symbol at equal times, where somebody holds the symbol."""
        for time_ns, symbol, rate in settlements:
            yield At(self._env, time_ns, Turn.FUNDING)
            accounts = self.state.accounts.values()
            if any(held == symbol for account in accounts for held, _ in account.positions):
                self._desk.submit(cm.SettleFunding(symbol=symbol, rate=rate))

    def _change(self, change: BracketChange) -> Process:
        yield At(self._env, change.time_ns, Turn.TIMER)
        rows = tuple(bracket_of(row) for row in change.brackets)
        self._desk.submit(cm.ChangeBrackets(symbol=change.symbol, brackets=rows))

    def _close(self) -> Process:
        """End the run after everything else of its last moment."""
        yield At(self._env, self._plan.end_ns, Turn.END)
        self._desk.submit(cm.EndRun())
        self._ended.succeed()


def in_turn(streams: Sequence[Stream]) -> tuple[Stream, ...]:
    """Return streams in the order in which equal times are executed: by kind, then symbol."""
    order = {kind: turn for turn, kind in enumerate(Kind)}
    return tuple(sorted(streams, key=lambda stream: (order[stream.kind], stream.symbol)))


def _settlements(funding: Sequence[FundingSeries], plan: Plan) -> Iterator[tuple[int, str, Rate]]:
    """Yield every settlement after the start, to the end, in order of time and symbol."""
    read = [_of_series(series, plan) for series in funding]
    constant = [_of_constant(rate, plan) for rate in plan.funding]
    return merge(*read, *constant)


def _of_series(series: FundingSeries, plan: Plan) -> Iterator[tuple[int, str, Rate]]:
    first, end = series.time_ns.searchsorted([plan.start_ns, plan.end_ns], side="right").tolist()
    times, rates = series.time_ns[first:end].tolist(), series.rate[first:end].tolist()
    for time_ns, rate in zip(times, rates, strict=True):
        yield time_ns, series.symbol, Rate(rate)


def _of_constant(constant: ConstantFunding, plan: Plan) -> Iterator[tuple[int, str, Rate]]:
    interval_ns, rate = constant.interval_ns, Rate(parse_units(constant.rate))
    first = (plan.start_ns // interval_ns + 1) * interval_ns
    for time_ns in range(first, plan.end_ns + 1, interval_ns):
        yield time_ns, constant.symbol, rate
