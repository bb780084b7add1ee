"""Ticks: every one once and in order, however the agent gets from one to the next."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from agents.scene import account, play

PRICES = (100, 99, 98, 97, 96, 95, 99, 101, 103)
TIES = [(0, 100), (1, 99), (1, 98), (1, 97), (2, 96), (3, 95), (3, 94), (4, 93)]
WAYS = {
    "the same wait": "ticks = ctx.tick()\n    while True:\n        tick = yield ticks",
    "a new wait each time": "while True:\n        tick = yield ctx.tick()",
    "two waits in turn": (
        "import itertools\n    for ticks in itertools.cycle((ctx.tick(), ctx.tick())):"
        "\n        tick = yield ticks"
    ),
}


@pytest.mark.parametrize("every_tick", [False, True])
@pytest.mark.parametrize("way", WAYS)
def test_every_tick_comes_once_and_in_order(tmp_path: Path, way: str, every_tick: bool) -> None:
    told = play(
        tmp_path,
        f"""
def agent(ctx):
    {WAYS[way]}
        saw(second(ctx), tick.price, tick.quantity)
""",
        TIES,
        every_tick=every_tick,
    )
    assert told.seen == [(when, price, 5) for when, price in TIES[1:]]


def test_after_a_pause_ticks_go_on_with_the_present(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ticks = ctx.tick()
            saw((yield ticks).price)
            yield ctx.sleep("3s")
            saw((yield ticks).price, second(ctx))
            yield ctx.sleep("2500ms")
            saw((yield ticks).price, second(ctx))
        """,
        PRICES,
    )
    assert told.seen == [99, (96, 4), (101, 7)]


def test_a_pause_of_no_length_loses_no_tick_of_the_moment(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ticks = ctx.tick()
            while True:
                saw((yield ticks).price)
                yield ctx.sleep("0s")
        """,
        TIES,
    )
    assert told.seen == [price for _, price in TIES[1:]]


def test_two_agents_with_ticks_go_on_side_by_side(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ticks = ctx.tick()
            while True:
                saw(ctx.name, (yield ticks).price)
        """,
        PRICES,
        accounts=[account("ann"), account("bob")],
    )
    assert told.seen == [(name, price) for price in PRICES[1:] for name in ("ann", "bob")]


def test_ticks_of_the_mark_are_those_of_the_mark(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ticks = ctx.tick(on="mark")
            while True:
                tick = yield ticks
                saw(second(ctx), tick.price, tick.quantity, ctx.mark())
        """,
        PRICES,
        [(0, 50), (3, 51), (7, 52)],
    )
    assert told.seen == [(3, 51, 0, 51), (7, 52, 0, 52)]


def test_what_an_agent_reads_at_a_tick_is_of_that_tick(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ticks = ctx.tick()
            while True:
                tick = yield ticks
                if tick.price != ctx.last() or tick.time_ns != ctx.now:
                    saw(tick.price, ctx.last())
        """,
        PRICES,
    )
    assert told.seen == []


def test_an_agent_with_ticks_trades_and_mixes_waits(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ticks = ctx.tick()
            while True:
                tick = yield ticks
                if tick.price == 97:
                    order = ctx.buy(1, at=96)
                    saw((yield ctx.fill(order)).price // 10**8, second(ctx))
                    saw((yield ticks).price)
                    won = yield ctx.any_of(ctx.rises_to(100), ctx.sleep("10s"))
                    saw(won.value, second(ctx))
                elif tick.price == 103:
                    ctx.close()
                    saw(bool(ctx.position()))
        """,
        (*PRICES, 104),
    )
    assert told.seen == [(96, 4), 96, (101, 7), False]


def test_a_fill_of_an_earlier_tick_is_old_news(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ticks = ctx.tick()
            ctx.buy(1)
            yield ticks
            yield ticks
            won = yield ctx.any_of(ctx.fill(), ctx.sleep("1s"))
            saw(second(ctx))
            yield ticks
            ctx.sell(1)
            yield ctx.any_of(ctx.fill(), ctx.sleep("1s"))
            saw(second(ctx))
        """,
        PRICES,
    )
    assert told.seen == [3, 3]


@pytest.mark.parametrize("gap", [(5, 6, 7), (5.5, 6.25)])
def test_without_further_ticks_the_run_still_ends(tmp_path: Path, gap: Sequence[float]) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ticks = ctx.tick()
            while True:
                saw((yield ticks).price)
        """,
        [(0, 10), (1, 11)],
        [(0, 50), *((when, 50) for when in gap)],
    )
    assert told.seen == [11]
    assert not told.faults


def test_ticks_after_the_end_of_the_run_do_not_come(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ticks = ctx.tick()
            while True:
                saw((yield ticks).price)
        """,
        PRICES,
        end=4,
    )
    assert told.seen == [99, 98, 97, 96]
