"""Zones: an agent is woken for each change of its margin ratio's colour, and for no other tick.

The naive witness looks at the zone after every moment of the marks.
"""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from agents.scene import SYMBOL, account, play, stream
from perplab.domain.instrument import Kind
from runs import SCENARIOS, SYMBOLS

AGENT = """
def opened(ctx):
    for symbol in ctx.symbols:
        getattr(ctx, SIDE[symbol])(SIZE[symbol], symbol)

def agent(ctx):
    opened(ctx)
    while True:
        before = ctx.outlook()
        zone = yield ctx.zone_change()
        saw("woken", ctx.now, zone and str(zone))

def naive(ctx):
    opened(ctx)
    ticks = [ctx.tick(symbol, on="mark") for symbol in ctx.symbols]
    before = ctx.outlook()
    while True:
        yield ctx.sleep("1s")
        now = ctx.outlook()
        if (now and now.zone) != (before and before.zone):
            saw("naive", ctx.now, now and str(now.zone))
        before = now
"""


def test_a_zone_changes_at_the_tick_that_crosses_its_edge(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.buy(5)
            saw(second(ctx), ctx.outlook().zone.value)
            while True:
                zone = yield ctx.zone_change()
                saw(second(ctx), zone and zone.value)
                assert zone is (ctx.outlook() and ctx.outlook().zone)
        """,
        (100, 95, 92.5, 92, 91.5, 92.5, 96, 88, 88),
    )
    assert not told.faults
    assert told.seen == [
        (0, "green"),
        (2, "yellow"),
        (4, "red"),
        (5, "yellow"),
        (6, "green"),
        (7, None),
    ]


def test_a_position_that_comes_and_goes_is_a_change(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            while True:
                zone = yield ctx.zone_change()
                saw(second(ctx), zone and zone.value)
        """,
        (100, 100, 100, 100, 100),
        accounts=[account(actions=[{"do": "buy 1", "at": "+1s"}, {"do": "close", "at": "+3s"}])],
    )
    assert told.seen == [(1, "green"), (3, None)]


def test_margin_that_is_added_moves_the_edges(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def guard(ctx):
            yield ctx.sleep("1s")
            ctx.add_margin(20)

        def agent(ctx):
            ctx.buy(5)
            ctx.spawn(guard(ctx))
            while True:
                zone = yield ctx.zone_change()
                saw(second(ctx), zone and zone.value)
        """,
        (100, 99, 92.5, 90, 88),
    )
    assert told.seen == [(4, "yellow")]


def test_in_hedge_mode_the_side_is_named(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.buy(5)
            ctx.sell(5)
            long, short = ctx.zone_change(side="long"), ctx.zone_change(side="short")
            won = yield ctx.any_of(long, short)
            saw(won is short, won.value.value, second(ctx))
        """,
        (100, 99, 102, 106.7, 107, 107),
        accounts=[account(position_mode="hedge", futures="5000")],
    )
    assert told.seen == [(True, "yellow", 3)]


@pytest.mark.parametrize("every_tick", [False, True])
@pytest.mark.parametrize("symbols", [1, 2, 3])
@settings(
    max_examples=max(8, SCENARIOS // 12),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**40))
def test_an_agent_is_woken_for_each_change_that_a_naive_one_sees(
    tmp_path: Path, symbols: int, every_tick: bool, seed: int
) -> None:
    chance = random.Random(seed)
    names = SYMBOLS[:symbols]
    tape = [stream(_walk(chance), Kind.MARK, name) for name in names]
    mode = "cross" if symbols > 1 else chance.choice(("cross", "isolated"))
    money = str(chance.choice((60, 150, 400)))
    sizes = {name: str(chance.choice((1, 3, 8))) for name in names}
    sides = {name: chance.choice(("buy", "sell")) for name in names}
    told = play(
        tmp_path,
        f"SIZE, SIDE = {sizes!r}, {sides!r}\n{AGENT}",
        streams=tape,
        accounts=[
            account(name, name, futures=money, margin_mode=mode, leverage=20)
            for name in ("agent", "naive")
        ],
        every_tick=every_tick,
    )
    assert not told.faults
    woken = [told[1:] for told in told.seen if told[0] == "woken"]
    naive = [told[1:] for told in told.seen if told[0] == "naive"]
    assert woken == naive


def _walk(chance: random.Random) -> list[tuple[float, float]]:
    price, rows = 100.0, []
    width = chance.choice((4, 10, 25))
    for when in range(150):
        price = max(5, price + chance.randint(-width, width) / 10)
        if chance.random() < 0.9:
            rows.append((when, round(price, 1)))
    return [(0, 100), *rows[1:]]


def test_a_zone_wait_is_withdrawn_like_any_other(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.buy(5)
            yield ctx.any_of(ctx.zone_change(), ctx.sleep("1s"))
            ctx.close()
            yield ctx.sleep("1s")
        """,
        (100, 99, 98, 97),
    )
    feed = told.venue._feed
    assert [feed._interval(source) for source in feed._sources] == [(None, None)]
    assert told.state.instruments[SYMBOL].symbol == SYMBOL
