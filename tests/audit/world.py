"""World: a whole small run told in words, with its tape, and its right log."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from perplab.domain.commands import MarginMode, PositionMode
from perplab.domain.instrument import Config, Kind
from perplab.domain.numbers import parse_units
from perplab.journal.memory import Memory
from perplab.lab.preparation import Setup, check_actions
from perplab.lab.recorded import manifest_of
from perplab.tables.settings import settings_from
from perplab.tape.stream import FundingSeries, Stream
from perplab.venue.plan import (
    AccountPlan,
    ActionPlan,
    BracketChange,
    Plan,
    PopulationPlan,
    bracket_text,
)
from perplab.venue.venue import Prices, Venue, in_turn
from runs import START_NS, brackets, instrument

MINUTE_NS = 60_000_000_000
_MOMENT = re.compile(r"(.+?)(?: (at|when) (\+\d+m|(?:mark |last )?(?:\w+USDT )?[<>]=.*))?")


@dataclass(frozen=True, kw_only=True)
class World:
    """A run in words: tapes by `SYMBOL kind`, a price a minute, and what each account does.

    A price may have a quantity, `100@5`; a quote is `99.9/100.1`; `-` is a minute without a tick.
    An account's first line is `1000 isolated 20x [hedge]`. `funding` is by symbol, `+3m 0.001`;
    `steeper` are times at which a symbol's brackets become steeper.
    """

    tapes: Mapping[str, str]
    accounts: Mapping[str, str]
    settings: Mapping[str, Any] = field(default_factory=dict)
    funding: Mapping[str, str] = field(default_factory=dict)
    steeper: Mapping[str, str] = field(default_factory=dict)
    crowds: Sequence[PopulationPlan] = ()

    def setup(self, name: str) -> Setup:
        """Return the run."""
        streams = in_turn([_stream(key, text) for key, text in self.tapes.items()])
        symbols = tuple(sorted({stream.symbol for stream in streams}))
        kinds = {s: tuple(t.kind for t in streams if t.symbol == s) for s in symbols}
        plan = Plan(
            name=name,
            start_ns=START_NS,
            end_ns=max(int(stream.time_ns[-1]) for stream in streams),
            accounts=tuple(_account(*item) for item in self.accounts.items()),
            populations=tuple(self.crowds),
            bracket_changes=tuple(
                BracketChange(
                    symbol=symbol,
                    time_ns=_time(at),
                    brackets=tuple(map(bracket_text, brackets(steeper=3))),
                )
                for symbol, at in self.steeper.items()
            ),
        )
        check_actions(plan, symbols)
        return Setup(
            config=Config(
                settings=settings_from(dict(self.settings), name),
                instruments=tuple(instrument(symbol, kinds[symbol]) for symbol in symbols),
            ),
            plan=plan,
            prices=Prices(
                streams=streams,
                funding=tuple(_series(*item) for item in sorted(self.funding.items())),
            ),
        )


def recorded(setup: Setup, *, every_tick: bool = False) -> str:
    """Run a setup and return its log as the lines of an export."""
    memory = Memory(manifest_of(setup))
    Venue(setup.config, setup.plan, setup.prices, memory.append, every_tick=every_tick).run()
    return memory.text


def _time(text: str) -> int:
    return START_NS + int(text.removeprefix("+").removesuffix("m")) * MINUTE_NS


def _stream(name: str, text: str) -> Stream:
    symbol, kind = name.split()
    rows = [
        (START_NS + minute * MINUTE_NS, word)
        for minute, word in enumerate(text.split())
        if word != "-"
    ]
    columns: dict[str, list[int]] = {"time_ns": [], "price": []}
    for time_ns, word in rows:
        price, mark, size = word.replace("/", "@").partition("@")
        columns["time_ns"].append(time_ns)
        columns["price"].append(parse_units(price))
        if kind != "mark":
            other = "ask" if kind == "quote" else "quantity"
            columns.setdefault(other, []).append(parse_units(size) if mark else 0)
    return Stream(
        symbol=symbol,
        kind=Kind(kind),
        name="told",
        **{name: np.array(values, dtype=np.int64) for name, values in columns.items()},  # type: ignore[arg-type]  # columns by name
    )


def _series(symbol: str, text: str) -> FundingSeries:
    pairs = [part.split() for part in text.split(",")]
    return FundingSeries(
        symbol=symbol,
        name="told",
        time_ns=np.array([_time(at) for at, _ in pairs], dtype=np.int64),
        rate=np.array([parse_units(rate) for _, rate in pairs], dtype=np.int64),
    )


def _account(name: str, text: str) -> AccountPlan:
    first, *actions = [line.strip() for line in text.strip().splitlines()]
    money, mode, leverage, *hedge = first.split()
    futures, _, spot = money.partition("+")
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
