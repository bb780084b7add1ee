"""Lives: what a built-in agent makes of a price path that is drawn by hand, told in sentences."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from perplab.agents.casting import cast_from
from perplab.domain.instrument import Config, Kind
from perplab.domain.numbers import ONE, parse_units
from perplab.lab.chronicle import Chronicle
from perplab.lab.fate import Fate, fate_of
from perplab.lab.preparation import Setup
from perplab.lab.recorded import run_recorded
from perplab.lab.story import Story
from perplab.tape.stream import FundingSeries, Stream
from perplab.venue.plan import AccountPlan, Plan
from perplab.venue.venue import Prices, in_turn
from stories.story import BTC, listed, settings

MINUTE_NS = 60_000_000_000
START_NS = 1_760_000_040 * 1_000_000_000
Path = str
"""Prices in words, `60000 57300 x3 61000`: one a minute, x3 says that the one before stays."""


@dataclass(frozen=True, slots=True)
class Life:
    """An account at the end of its path."""

    story: Story
    fate: Fate
    faults: list[str]

    @property
    def verdict(self) -> str:
        return self.fate.verdict.value

    @property
    def worth(self) -> float:
        return self.fate.worth / ONE

    @property
    def texts(self) -> list[str]:
        return [entry.text for entry in self.story.entries]

    def tells(self, *phrases: str) -> None:
        """Demand that sentences begin with these phrases, in this order."""
        place = 0
        for phrase in phrases:
            found = [
                n for n, text in enumerate(self.texts) if n >= place and text.startswith(phrase)
            ]
            assert found, (
                f"{phrase!r} is not in what follows {self.texts[:place]}: {self.texts[place:]}"
            )
            place = found[0] + 1

    def count(self, phrase: str) -> int:
        return sum(text.startswith(phrase) for text in self.texts)


def live(
    agent: str,
    path: Path | Mapping[str, Path],
    *,
    mark: Path = "",
    rates: Mapping[str, str] | None = None,
    faults: bool = False,
    **account: Any,
) -> Life:
    """Run one agent over a path; skipping must not change anything, and nothing may fail.

    What is no key of an account is a parameter of the agent. `rates` are funding rates by symbol,
    each settled half a minute after the price in its place.
    """
    plan = _account(agent, account)
    paths = {BTC: path} if isinstance(path, str) else path
    streams = [_stream(symbol, Kind.TRADE, text) for symbol, text in paths.items()]
    streams += [_stream(BTC, Kind.MARK, mark)] if mark else []
    setup = _setup(plan, streams, rates or {})
    life, head = _run(setup, every_tick=False)
    assert _run(setup, every_tick=True)[1] == head, "skipping is not every tick"
    assert faults or not life.faults, life.faults
    return life


def _account(agent: str, words: dict[str, Any]) -> AccountPlan:
    keys = set(AccountPlan.model_fields)
    chosen = {key: value for key, value in words.items() if key in keys}
    given = {key: value for key, value in words.items() if key not in keys}
    usual = {"futures": "1000", "margin_mode": "isolated", "leverage": 20}
    return AccountPlan(name="ann", agent=agent, parameters=given, **{**usual, **chosen})


def _stream(symbol: str, kind: Kind, text: Path) -> Stream:
    prices: list[int] = []
    for word in text.split():
        prices += prices[-1:] * int(word[1:]) if word[0] == "x" else [parse_units(word)]
    return Stream(
        symbol=symbol,
        kind=kind,
        name="drawn",
        time_ns=START_NS + MINUTE_NS * np.arange(len(prices), dtype=np.int64),
        price=np.array(prices, dtype=np.int64),
        quantity=np.zeros(len(prices), dtype=np.int64) if kind is Kind.TRADE else None,
    )


def _setup(plan: AccountPlan, streams: list[Stream], rates: Mapping[str, str]) -> Setup:
    tape = in_turn(streams)
    symbols = sorted({stream.symbol for stream in tape})
    kinds = {symbol: tuple(s.kind for s in tape if s.symbol == symbol) for symbol in symbols}
    instruments = tuple(replace(listed(symbol), streams=kinds[symbol]) for symbol in symbols)
    return Setup(
        config=Config(settings=settings(), instruments=instruments),
        plan=Plan(
            start_ns=START_NS,
            end_ns=max(int(stream.time_ns[-1]) for stream in tape),
            accounts=(plan,),
        ),
        prices=Prices(
            streams=tape,
            funding=tuple(_series(symbol, rates[symbol]) for symbol in sorted(rates)),
        ),
        cast=cast_from([]),
    )


def _series(symbol: str, text: str) -> FundingSeries:
    rates = [parse_units(word) for word in text.split()]
    times = START_NS + MINUTE_NS // 2 + MINUTE_NS * np.arange(len(rates), dtype=np.int64)
    return FundingSeries(
        symbol=symbol, name="drawn", time_ns=times, rate=np.array(rates, dtype=np.int64)
    )


def _run(setup: Setup, *, every_tick: bool) -> tuple[Life, str]:
    chronicle = Chronicle(setup.config)
    outcome = run_recorded(setup, None, every_tick=every_tick, listeners=[chronicle])
    story = chronicle.stories["ann"]
    story.close(setup.plan.end_ns + 1, setup.prices.streams)
    faults = [fault.sentence for fault in outcome.faults]
    return Life(story, fate_of(story, outcome.state), faults), outcome.head
