"""Cross pools of several symbols that are all but liquidated for a whole tape: skipping is exact.

Most prices wander and one makes up for them, so that the pool's slack hardly moves and its bands
are touched all the time. The wallet is such that the lowest slack of the tape is zero, or a last
decimal beside it.
"""

import json
from dataclasses import replace
from unittest.mock import patch

import numpy as np
from hypothesis import HealthCheck, given, settings, strategies as st

from perplab.domain.commands import MarginMode
from perplab.domain.instrument import Config, Kind
from perplab.domain.numbers import ONE, Rate, format_units
from perplab.domain.state import State
from perplab.tape import combined
from perplab.tape.stream import Stream
from perplab.venue import lookahead
from perplab.venue.plan import AccountPlan, ActionPlan, Plan
from perplab.venue.venue import Prices, in_turn
from runs import SCENARIOS, SECOND, START_NS, SYMBOLS, TICK, Chance, instrument

FINE = TICK // 10_000
ENTRY = 100 * ONE // FINE
SIZES = (20, 13, 27)
"""Tenths of a coin, around 100 each: in the first bracket."""
WALLET = 20 * ONE


class Hovering(Chance):
    """Draws a run in which ann's pool hovers over its liquidation."""

    def draw(self) -> "Hovering":
        pick = self.random.choice
        self.rows = pick((120, 400, 900))
        self.symbols = SYMBOLS[: pick((2, 3, 3))]
        self.tick, self.coin = TICK, ONE
        self.signs = [pick((1, -1)) for _ in self.symbols]
        self.end_ns = START_NS + 2 * self.rows * self.beat
        streams = [stream for number in range(len(self.symbols)) for stream in self._of(number)]
        self.prices = Prices(streams=in_turn(self._hedged(streams)))
        self.start_ns = START_NS + self.beat
        kinds = {s: tuple(t.kind for t in streams if t.symbol == s) for s in self.symbols}
        self.config = Config(
            settings=replace(self._settings(), half_spread=Rate(0), slippage=Rate(0)),
            instruments=tuple(instrument(symbol, kinds[symbol], FINE) for symbol in self.symbols),
        )
        bob = self._account(1)
        self._plan(WALLET, ())
        spare = self._lowest_slack() // (ONE * ONE)
        beside = pick((-ONE // 10, -1, 0, 1, 2, ONE // 10))
        others = (bob,) if self.random.random() < 0.5 else ()
        self._plan(WALLET - spare + beside, others)
        return self

    def _of(self, number: int) -> list[Stream]:
        """Return a symbol's streams: after a fall against ann the price wanders."""
        head = self.rows // 10
        fall = self.random.randint(1150, 1600) * self.signs[number]
        ramp = np.minimum(np.arange(self.rows), head) * fall * (ENTRY // 100_000) // head
        width = self.random.choice((1, 5, 40))
        steps = [self.random.randint(-width, width) for _ in range(self.rows)]
        ticks = ENTRY - ramp + np.cumsum(steps) * self.random.choice((1, 10))
        gaps = [self.random.choice((0, 1, 1, 2, 3)) for _ in range(self.rows)]
        times = START_NS + np.minimum(np.cumsum(gaps), 2 * self.rows) * self.beat
        times[0] = START_NS
        kind = self.random.choice((Kind.TRADE, Kind.MARK))
        streams = [self._stream(self.symbols[number], kind, times, ticks * FINE)]
        if kind is Kind.MARK and self.random.random() < 0.3:
            streams.insert(0, self._stream(self.symbols[number], Kind.TRADE, times, ticks * FINE))
        return streams

    def _hedged(self, streams: list[Stream]) -> list[Stream]:
        """Return the streams; the last symbol's price makes up for the others' after the fall."""
        marks = [[s for s in streams if s.symbol == symbol][-1] for symbol in self.symbols]
        *others, own = marks
        head = self.rows // 10
        price = np.full(self.rows, int(own.price[head]))
        for number, other in enumerate(others):
            rows = np.maximum(other.time_ns.searchsorted(own.time_ns) - 1, 0)
            move = other.price[rows] - int(other.price[head])
            share = self.signs[number] * SIZES[number], self.signs[-1] * SIZES[len(others)]
            price -= move * share[0] // share[1]
        price[:head] = own.price[:head]
        noise = np.array([self.random.randint(-30, 30) for _ in range(self.rows)])
        price = np.maximum(price // FINE + noise, 1) * FINE
        return [replace(own, price=price) if stream is own else stream for stream in streams]

    def _plan(self, wallet: int, others: tuple[AccountPlan, ...]) -> None:
        opening = [
            ActionPlan(do=f"{'buy' if sign > 0 else 'sell'} {size / 10} {symbol}")
            for sign, size, symbol in zip(self.signs, SIZES, self.symbols, strict=False)
        ]
        later = [
            ActionPlan(do="transfer 0.00000001 spot futures", at=f"+{at * self.beat // SECOND}s")
            for at in sorted(self.random.sample(range(1, self.rows), 2 if others else 0))
        ]
        ann = AccountPlan(
            name="ann",
            futures=format_units(wallet),
            spot="1",
            margin_mode=MarginMode.CROSS,
            leverage=50,
            actions=(*opening, *later),
        )
        self.plan = Plan(start_ns=self.start_ns, end_ns=self.end_ns, accounts=(ann, *others))

    def _lowest_slack(self) -> int:
        """Return the pool's lowest equity less maintenance on the whole tape, 1e-24."""
        state = self._opened()
        ann = state.accounts["ann"]
        positions = {symbol: position for (symbol, _), position in ann.positions.items()}
        marks = {
            symbol: next(s for s in reversed(self.prices.streams) if s.symbol == symbol)
            for symbol in positions
        }
        moments = sorted(
            (int(time_ns), self.prices.streams.index(stream), row, symbol)
            for symbol, stream in marks.items()
            for row, time_ns in enumerate(stream.time_ns)
        )
        now = {symbol: int(stream.price[0]) for symbol, stream in marks.items()}
        lowest = WALLET * ONE * ONE
        for time_ns, _, row, symbol in moments:
            now[symbol] = int(marks[symbol].price[row])
            if time_ns > self.start_ns:
                slack = ann.futures * ONE * ONE
                for name, position in positions.items():
                    size = position.quantity * now[name]
                    slack += (size - position.cost) * ONE
                    slack -= state.instruments[name].maintenance_at(abs(size))
                lowest = min(lowest, slack)
        return lowest

    def _opened(self) -> State:
        """Return the state right after the start, when ann's positions are open."""
        whole, self.plan = self.plan, self.plan.model_copy(update={"end_ns": self.start_ns})
        state = self.last_state()
        self.plan = whole
        return state


@settings(
    max_examples=SCENARIOS,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.integers(0, 2**40))
def test_skipping_equals_every_tick_where_a_pool_hovers(seed: int) -> None:
    chance = Hovering(seed).draw()
    whole = chance.run(every_tick=True).text
    assert chance.run(every_tick=False).text == whole
    # As on a long tape: in many windows, and not as far ahead as the tape goes.
    with patch.object(combined, "_FIRST", 4), patch.object(lookahead, "_EFFORT", 16):
        assert chance.run(every_tick=False).text == whole


def test_pools_hover_to_their_end_and_past_it() -> None:
    ends = []
    for seed in range(40):
        lines = Hovering(seed).draw().run(every_tick=False).lines()
        types = [json.loads(line).get("type") for line in lines]
        assert types.count("PositionOpened") >= 2
        ends.append("LiquidationStarted" in types)
    assert 10 < sum(ends) < 30
