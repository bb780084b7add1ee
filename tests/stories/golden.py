"""Golden: whole runs, each a story of its own, kept as logs in `replays/`.

`PERPLAB_GOLDEN=write pytest tests/stories/test_goldens.py` writes them anew.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from perplab.domain.batch import Batch
from perplab.domain.commands import MarginMode, PositionMode
from perplab.domain.instrument import Config, Kind
from perplab.domain.numbers import parse_units
from perplab.domain.state import State
from perplab.journal.memory import Memory
from perplab.lab.preparation import Setup, check_actions
from perplab.lab.recorded import manifest_of
from perplab.tables.dated import built_in
from perplab.tables.instruments import read_instruments
from perplab.tape.stream import Stream
from perplab.venue.plan import AccountPlan, ActionPlan, Plan
from perplab.venue.venue import Prices, Venue, in_turn
from stories.story import NOW_NS, SECOND, settings
from stories.telling import tell

VERSION = "golden"
"""What stands for perplab's version in these logs, so that a release does not change them."""
MINUTE_NS = 60 * SECOND
_MOMENT = re.compile(r"(.+?)(?: (at|when) (\+\d+m|(?:mark )?(?:\w+USDT )?[<>]=.*))?")


@dataclass(frozen=True, kw_only=True)
class Golden:
    """A story: last prices by symbol, one a minute, and what each account does.

    An account's first line is `1000 isolated 20x [hedge]`; the others are actions, done at the
    start, `at +3m`, or `when <= 57300`. `ends` is what the futures wallets end with.
    """

    prices: Mapping[str, str]
    accounts: Mapping[str, str]
    ends: Mapping[str, str]
    says: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished run: its log, its last state, and what happened in it, as `ann: margin call`."""

    text: str
    state: State
    undone: list[str]
    told: list[str]


def play(name: str, golden: Golden, *, every_tick: bool = False) -> Run:
    """Run a story through the venue."""
    return run(setup_of(name, golden), every_tick=every_tick)


def run(setup: Setup, *, every_tick: bool = False) -> Run:
    """Run a setup into memory, with the version that does not change."""
    memory = Memory(manifest_of(setup).model_copy(update={"perplab": VERSION}))
    venue = Venue(setup.config, setup.plan, setup.prices, memory.append, every_tick=every_tick)
    told: list[str] = []

    def listen(batch: Batch, state: State) -> None:
        assert state.total() == 0, "money does not sum to zero"
        told.extend(f"{getattr(event, 'account', '')}: {tell(event)}" for event in batch.events)

    venue.listen(listen)
    state = venue.run()
    return Run(text=memory.text, state=state, undone=venue.undone, told=told)


def setup_of(name: str, golden: Golden) -> Setup:
    """Return the run that a story describes."""
    streams = in_turn([_stream(symbol, text) for symbol, text in golden.prices.items()])
    known, tables = read_instruments(), built_in()
    instruments = tuple(
        known.instrument(symbol, tables.in_force(symbol, NOW_NS), (Kind.TRADE,))
        for symbol in sorted(golden.prices)
    )
    plan = Plan(
        name=name,
        start_ns=NOW_NS,
        end_ns=max(int(stream.time_ns[-1]) for stream in streams),
        accounts=tuple(_account(*item) for item in golden.accounts.items()),
    )
    check_actions(plan, tuple(golden.prices))
    return Setup(
        config=Config(settings=settings(**golden.settings), instruments=instruments),
        plan=plan,
        prices=Prices(streams=streams),
    )


def keep(path: Path, text: str, *, write: Callable[[Path], bool]) -> None:
    """Compare a log with the one that is kept, or keep this one."""
    if write(path):
        path.write_text(text, encoding="ascii", newline="\n")
    assert path.read_text(encoding="ascii") == text, f"{path.name} is not what the run writes"


def _stream(symbol: str, text: str) -> Stream:
    prices = [parse_units(word) for word in text.split()]
    times = [NOW_NS + minute * MINUTE_NS for minute in range(len(prices))]
    return Stream(
        symbol=symbol,
        kind=Kind.TRADE,
        name="story",
        time_ns=np.array(times, dtype=np.int64),
        price=np.array(prices, dtype=np.int64),
    )


def _account(name: str, text: str) -> AccountPlan:
    first, *actions = [line.strip() for line in text.strip().splitlines()]
    futures, mode, leverage, *hedge = first.split()
    spot = ""
    if "+" in futures:
        futures, _, spot = futures.partition("+")
    return AccountPlan(
        name=name,
        futures=futures,
        spot=spot or "0",
        margin_mode=MarginMode(mode),
        leverage=int(leverage.removesuffix("x")),
        position_mode=PositionMode.HEDGE if hedge else PositionMode.ONE_WAY,
        actions=tuple(map(_action, actions)),
    )


def _action(text: str) -> ActionPlan:
    match = _MOMENT.fullmatch(text)
    assert match is not None
    return ActionPlan(do=match[1], **({match[2]: match[3]} if match[2] else {}))
