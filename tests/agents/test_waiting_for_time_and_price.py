"""Waiting for times and prices: when an agent wakes, and what it is brought."""

from pathlib import Path

import pytest

from agents.scene import account, play, stream

FALL = (100, 99, 98, 97, 96, 95, 99, 101, 103)


def test_sleep_and_until_wake_at_their_time(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            yield ctx.sleep("2s")
            saw(second(ctx), ctx.last())
            yield ctx.until("+5s")
            saw(second(ctx), ctx.last())
            yield ctx.until(ctx.now + 500_000_000)
            saw(second(ctx), ctx.last())
            yield ctx.until("2023-11-14T22:13:27Z")
            saw(second(ctx), ctx.last())
            yield ctx.sleep("0s")
            saw(second(ctx), ctx.last())
        """,
        FALL,
    )
    assert told.seen == [(2, 98), (5, 95), (5.5, 95), (7, 101), (7, 101)]
    assert not told.faults


@pytest.mark.parametrize("on", ["last", "mark"])
def test_a_price_wakes_at_the_first_tick_that_is_there(tmp_path: Path, on: str) -> None:
    told = play(
        tmp_path,
        f"""
        def agent(ctx):
            price = yield ctx.falls_to("97.5", on={on!r})
            saw(second(ctx), price)
            price = yield ctx.rises_to(100, on={on!r})
            saw(second(ctx), price)
            price = yield ctx.crosses(102, on={on!r})
            saw(second(ctx), price)
        """,
        FALL if on == "last" else [(0, 50), (8, 50)],
        FALL if on == "mark" else [(0, 50), (8, 50)],
    )
    assert told.seen == [(3, 97), (7, 101), (8, 103)]


def test_a_price_that_is_there_already_wakes_at_once(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            for wait in (ctx.falls_to(100), ctx.falls_to(105), ctx.rises_to(100), ctx.rises_to(3)):
                saw((yield wait), second(ctx))
            saw((yield ctx.crosses(100)), second(ctx))
        """,
        FALL,
    )
    assert told.seen == [(100, 0)] * 5


def test_crosses_waits_from_whichever_side_the_price_is_on(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            yield ctx.sleep("3s")
            yield ctx.crosses("98.5")
            saw(second(ctx))
            yield ctx.crosses("98.5")
            saw(second(ctx))
        """,
        (100, 99, 98, 97, 98, 99, 100, 98.5, 97),
    )
    assert told.seen == [5, 7]


def test_a_price_between_two_ticks_of_one_moment_is_seen(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            price = yield ctx.falls_to(90)
            saw(second(ctx), price, ctx.last())
        """,
        [(0, 100), (1, 100), (1, 88), (1, 99), (2, 99)],
    )
    assert told.seen == [(1, 88, 99)]


def test_a_wait_that_was_made_early_is_armed_when_it_is_yielded(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            low = ctx.falls_to(98)
            yield ctx.sleep("7s")
            saw(second(ctx), (yield ctx.any_of(low, ctx.sleep("1s"))) is low)
            saw(second(ctx))
        """,
        FALL,
    )
    assert told.seen == [(7, False), 8]


def test_any_of_brings_the_wait_that_came_and_withdraws_the_others(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            low, high, late = ctx.falls_to(97), ctx.rises_to(120), ctx.sleep("20s")
            won = yield ctx.any_of(late, high, low)
            saw(won is low, won.value, second(ctx))
            won = yield ctx.any_of(ctx.rises_to(130), ctx.sleep("4s"))
            saw(second(ctx))
        """,
        FALL,
    )
    assert told.seen == [(True, 97, 3), 7]


def test_of_two_waits_that_come_at_one_tick_the_first_armed_wins(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            one, other = ctx.falls_to(97), ctx.falls_to(98)
            won = yield ctx.any_of(one, other)
            saw(won is one, won.value)
            again = yield ctx.sleep("0s")
            saw(second(ctx))
        """,
        (100, 90, 90, 90),
    )
    assert told.seen == [(True, 90), 1]


def test_what_was_withdrawn_wakes_nobody_later(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            yield ctx.any_of(ctx.falls_to(98), ctx.sleep("1s"), ctx.fill(), ctx.zone_change())
            saw(second(ctx))
            yield ctx.sleep("7s")
            saw(second(ctx))
        """,
        FALL,
    )
    assert told.seen == [1, 8]


def test_the_band_is_wide_again_once_a_wait_was_withdrawn(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            yield ctx.any_of(ctx.falls_to(98), ctx.rises_to(101), ctx.sleep("1s"))
        """,
        FALL,
    )
    feed = told.venue._feed
    assert [feed._interval(source) for source in feed._sources] == [(None, None)]


def test_two_hundred_withdrawn_watches_are_not_kept(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            for n in range(1000):
                yield ctx.any_of(ctx.falls_to(1 + n % 50), ctx.sleep("1ms"))
        """,
        [(0, 100), (2, 100)],
    )
    (queue,) = told.venue._feed.watches._lows.values()
    assert len(queue.entries) < 200


def test_a_price_of_another_symbol_is_named(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            yield ctx.falls_to(45, "BBBUSDT")
            saw(second(ctx), ctx.last("BBBUSDT"), ctx.last())
        """,
        FALL,
        streams=[stream((50, 49, 48, 44, 43, 42, 41, 41, 41), symbol="BBBUSDT")],
    )
    assert told.seen == [(3, 44, 97)]


def test_an_agent_may_end_at_once_and_the_run_goes_on(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            return
            yield
        """,
        FALL,
        accounts=[account(actions=[{"do": "buy 1"}])],
    )
    assert not told.faults
    assert told.state.accounts["ann"].positions
