"""A scene: a few prices, a few accounts with agents in a file of their own, run in memory."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np

from perplab.agents.casting import cast_from, with_digests
from perplab.domain.batch import Batch
from perplab.domain.events import Event
from perplab.domain.instrument import Config, Kind, Settings
from perplab.domain.numbers import parse_units
from perplab.domain.state import State
from perplab.engine.exchange import Exchange
from perplab.journal import Journal, Manifest, Memory, manifest_config
from perplab.journal.verify import execute_again
from perplab.tape.stream import Stream
from perplab.venue.participants import Fault
from perplab.venue.plan import AccountPlan, ConstantFunding, Plan
from perplab.venue.venue import Prices, Venue, in_turn
from runs import SECOND, START_NS, SYMBOLS, instrument

SYMBOL = SYMBOLS[0]
SEEN: list[Any] = []
"""What agents reported with `saw`, in order."""

Figures = Sequence[float | str | tuple[float, float | str]]
"""Prices, one a second; or pairs of a second and a price."""


def saw(*values: Any) -> None:
    """Report from inside an agent."""
    SEEN.append(values[0] if len(values) == 1 else values)


def second(ctx: Any) -> float | int:
    """Return the present as seconds since the start of the tape."""
    since: int = ctx.now - START_NS
    return since // SECOND if since % SECOND == 0 else since / SECOND


HEAD = """\
from decimal import Decimal
from agents.scene import saw, second
from perplab.domain import commands as cm, events as ev
"""
"""The first lines of every agent file; an agent's own first line is the one after."""
FIRST_LINE = HEAD.count("\n") + 1


@dataclass(slots=True)
class Told:
    """What a run came to."""

    seen: list[Any]
    state: State
    venue: Venue
    memory: Memory
    batches: list[Batch]
    faults: list[Fault] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.memory.text

    def events(self, *kinds: type) -> list[Any]:
        every: list[Event] = [event for batch in self.batches for event in batch.events]
        return [event for event in every if not kinds or isinstance(event, kinds)]

    def times(self, *kinds: type) -> list[int]:
        """Return the second of each batch that has such an event."""
        return [
            (batch.time_ns - START_NS) // SECOND
            for batch in self.batches
            if any(isinstance(event, kinds) for event in batch.events)
        ]

    @property
    def fault(self) -> Fault:
        (fault,) = self.faults
        return fault


def write_agent(folder: Path, source: str, name: str = "agent.py") -> Path:
    path = folder / name
    path.write_text(HEAD + dedent(source).lstrip("\n"))
    return path


def stream(
    figures: Figures, kind: Kind = Kind.TRADE, symbol: str = SYMBOL, size: str = "5"
) -> Stream:
    pairs = [pair if isinstance(pair, tuple) else (n, pair) for n, pair in enumerate(figures)]
    times = [START_NS + round(when * SECOND) for when, _ in pairs]
    prices = [parse_units(str(price)) for _, price in pairs]
    sizes = np.full(len(pairs), parse_units(size)) if kind is Kind.TRADE else None
    return Stream(
        symbol=symbol,
        kind=kind,
        name="drawn",
        time_ns=np.array(times, dtype=np.int64),
        price=np.array(prices, dtype=np.int64),
        quantity=sizes,
    )


def account(name: str = "ann", function: str = "agent", **more: Any) -> AccountPlan:
    """Return an account with 1,000 USDT and an agent of the file; "" for none."""
    plan = {"futures": "1000", "leverage": 10, "margin_mode": "isolated", **more}
    agent = f"agent.py:{function}" if function else ""
    return AccountPlan(name=name, agent=agent, **plan)


def play(
    folder: Path,
    source: str,
    last: Figures = (),
    mark: Figures = (),
    *,
    streams: Sequence[Stream] = (),
    accounts: Sequence[AccountPlan] = (),
    every_tick: bool = False,
    log: Path | None = None,
    seed: int = 0,
    funding: str | None = None,
    settings: Mapping[str, Any] | None = None,
    sink: Any = None,
    end: float | None = None,
) -> Told:
    """Run agents over prices; each batch is executed again as it would be from the log."""
    write_agent(folder, source)
    given = list(streams)
    given += [stream(last)] if last else []
    given += [stream(mark, Kind.MARK)] if mark else []
    tape = in_turn(given)
    config = config_of(tape, settings or {})
    plan = Plan(
        seed=seed,
        start_ns=max(int(one.time_ns[0]) for one in tape),
        end_ns=START_NS + round(end * SECOND) if end else max(int(one.time_ns[-1]) for one in tape),
        accounts=with_digests(tuple(accounts) or (account(),), [folder]),
        funding=(ConstantFunding(symbol=SYMBOL, rate=funding, interval_ns=SECOND),)
        if funding
        else (),
    )
    prices = Prices(streams=tape)
    return run(config, plan, prices, folder, every_tick=every_tick, log=log, sink=sink)


def config_of(tape: Sequence[Stream], settings: Mapping[str, Any]) -> Config:
    symbols = sorted({one.symbol for one in tape})
    kinds = {symbol: tuple(s.kind for s in tape if s.symbol == symbol) for symbol in symbols}
    return Config(
        settings=Settings(**settings),
        instruments=tuple(instrument(symbol, kinds[symbol]) for symbol in symbols),
    )


def run(
    config: Config,
    plan: Plan,
    prices: Prices,
    folder: Path,
    *,
    every_tick: bool = False,
    log: Path | None = None,
    sink: Any = None,
) -> Told:
    """Run a plan whose agents are in the folder."""
    SEEN.clear()
    manifest = Manifest(perplab="test", config=manifest_config(config), scenario={})
    memory, twin, batches = Memory(manifest), Exchange(config), list[Batch]()
    with nullcontext() if log is None else Journal.create(log, manifest) as journal:

        def record(batch: Batch) -> None:
            for take in (sink, None if journal is None else journal.append):
                if take is not None:
                    take(batch)
            memory.append(batch)
            batches.append(batch)
            events = execute_again(twin, batch.time_ns, batch.command, quiet=not batch.events)
            assert events == batch.events, "the log alone says something else"

        venue = Venue(config, plan, prices, record, cast=cast_from([folder]), every_tick=every_tick)
        state = venue.run()
    assert state.total() == 0
    return Told(list(SEEN), state, venue, memory, batches, venue.faults)
