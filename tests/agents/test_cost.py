"""Cost: who waits for prices costs events only when something happens, however long the tape."""

from pathlib import Path
from typing import Any

import pytest

from agents.scene import SYMBOL, Told, account, config_of, run, write_agent
from perplab.agents.casting import with_digests
from perplab.domain.instrument import Kind
from perplab.tape.generator import generate
from perplab.tape.stream import Stream
from perplab.venue import venue
from perplab.venue.clock import Clock
from perplab.venue.plan import Plan
from perplab.venue.venue import Prices
from runs import START_NS, TICK

ROWS = 1_000_000
LADDER = """
def agent(ctx):
    woken, middle = 0, ctx.last()
    low, high = middle * Decimal("0.99"), middle * Decimal("1.01")
    while True:
        won = yield ctx.any_of(ctx.falls_to(low, on="last"), ctx.rises_to(high, on="last"))
        woken += 1
        saw(woken)
        middle = ctx.round_price(won.value)
        low, high = middle * Decimal("0.99"), middle * Decimal("1.01")

def zones(ctx):
    ctx.buy("0.004")
    while True:
        yield ctx.zone_change()
        saw("zone")

def orders(ctx):
    for n in range(1, 5):
        ctx.buy("0.001", at=ctx.round_price(ctx.last() * (100 - n) / 100))
    while True:
        yield ctx.fill()
        saw("fill")
        ctx.sell("0.001", at=ctx.round_price(ctx.last() * 101 / 100))

def ticks(ctx):
    ticks, n = ctx.tick(), 0
    while True:
        tick = yield ticks
        n += 1
        if tick.units == 0:
            saw("no such price")
        if n == 500_000:
            saw(n)
"""


class Counting(Clock):
    """A clock that counts what is scheduled."""

    scheduled = 0

    def schedule(self, *args: Any, **more: Any) -> None:
        Counting.scheduled += 1
        super().schedule(*args, **more)


@pytest.fixture(scope="module")
def tape() -> Stream:
    return generate(rows=ROWS, seed=7, scenario="bleed", symbol=SYMBOL, start_ns=START_NS)


def counted(folder: Path, tape: Stream, function: str, monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.setattr(venue, "Clock", Counting)
    Counting.scheduled = 0
    write_agent(folder, LADDER)
    assert tape.kind is Kind.TRADE
    assert not (tape.price % TICK).any()
    times = tape.time_ns
    plan = Plan(
        start_ns=int(times[0]),
        end_ns=int(times[-1]),
        accounts=with_digests((account("ann", function, leverage=25),), [folder]),
    )
    return run(config_of([tape], {}), plan, Prices(streams=(tape,)), folder)


@pytest.mark.parametrize("function", ["agent", "zones", "orders"])
def test_events_are_as_many_as_wake_ups_not_as_ticks(
    tmp_path: Path, tape: Stream, function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = counted(tmp_path, tape, function, monkeypatch)
    assert not told.faults
    assert len(told.seen) >= 2
    assert Counting.scheduled < 50 + 20 * len(told.seen)


def test_an_agent_that_takes_every_tick_costs_events_only_where_others_act(
    tmp_path: Path, tape: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = counted(tmp_path, tape, "ticks", monkeypatch)
    assert told.seen == [500_000]
    assert Counting.scheduled < 50
