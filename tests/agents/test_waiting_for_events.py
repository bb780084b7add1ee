"""Waiting for what happens to the account: fills, ends, calls, liquidations, answers."""

from pathlib import Path

import pytest

from agents.scene import account, play
from perplab.agents.news import News
from perplab.domain import events as ev
from perplab.domain.reasons import Reason

FALL = (100, 99, 98, 97, 96, 95, 99, 101, 103)


def test_a_market_order_has_filled_in_the_same_step(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            order = ctx.buy(1)
            fill = yield ctx.fill(order)
            saw(second(ctx), type(fill).__name__, fill.order_id == order.order_id)
            ctx.sell(1)
            fill = yield ctx.fill()
            saw(second(ctx), fill.order_id == order.order_id)
        """,
        FALL,
    )
    assert told.seen == [(0, "OrderFilled", True), (0, False)]


def test_a_limit_order_wakes_its_agent_when_it_fills(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            order = ctx.buy(1, at=97)
            fill = yield ctx.fill(order)
            saw(second(ctx), ctx.position().quantity, ctx.is_open(order))
        """,
        FALL,
    )
    (when, quantity, is_open), *_ = told.seen
    assert (when, quantity, is_open) == (told.times(ev.OrderFilled)[0], 1, False)


def test_each_partial_fill_wakes_and_the_end_comes_with_the_last(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def guard(ctx, order):
            end = yield ctx.ended(order)
            saw("end", second(ctx), end.remaining)

        def agent(ctx):
            order = ctx.buy(12, at=97)
            ctx.spawn(guard(ctx, order))
            while True:
                fill = yield ctx.fill(order)
                saw(second(ctx), fill.remaining // 10**8)
        """,
        FALL,
        accounts=[account(futures="9000")],
    )
    parts = [one for one in told.seen if one[0] != "end"]
    assert [left for _, left in parts][-1] == 0
    assert len(parts) == len(told.events(ev.OrderFilled)) == 3
    assert told.seen.index(("end", parts[-1][0], 0)) >= 2


def test_an_order_that_has_ended_is_not_waited_for(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            order = ctx.buy(1)
            yield ctx.sleep("2s")
            saw(second(ctx), (yield ctx.ended(order)))
            saw(second(ctx), (yield ctx.ended("never-was")))
        """,
        FALL,
    )
    assert told.seen == [(2, None), (2, None)]


def test_a_wait_for_an_end_sees_what_ended_before_it_was_yielded(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            order = ctx.buy(1, at=98)
            end = ctx.ended(order)
            yield ctx.sleep("5s")
            saw(ctx.is_open(order), second(ctx), (yield end))
            saw(second(ctx))
        """,
        FALL,
    )
    assert told.seen == [(False, 5, None), 5]


def test_ended_brings_how_it_ended(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            orders = [
                ctx.buy(1),
                ctx.buy(1, at=50),
                ctx.buy(1, at=40, time_in_force="ioc"),
                ctx.buy(100_000),
            ]
            ctx.cancel(orders[1])
            for order in orders:
                saw(type((yield ctx.ended(order))).__name__, second(ctx))
        """,
        FALL,
    )
    assert told.seen[0] == ("OrderFilled", 0)
    names = {name for name, _ in told.seen}
    assert names <= {"OrderFilled", "OrderCanceled", "OrderExpired", "OrderRejected", "NoneType"}


def test_each_kind_of_end_wakes_whoever_waits_for_it_alone(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def watch(ctx, order):
            saw(type((yield ctx.ended(order))).__name__, second(ctx))

        def agent(ctx):
            resting, other = ctx.buy(1, at=50), ctx.buy(1, at=97)
            ctx.spawn(watch(ctx, resting))
            ctx.spawn(watch(ctx, other))
            yield ctx.sleep("1s")
            ctx.cancel(resting)
            refused = ctx.buy(100_000)
            saw(refused.refused is not None, type((yield ctx.ended(refused))).__name__)
            fleeting = ctx.buy(1, at=50, time_in_force="ioc")
            saw(type((yield ctx.ended(fleeting))).__name__)
        """,
        FALL,
    )
    assert ("OrderCanceled", 1) in told.seen
    assert (True, "OrderRejected") in told.seen
    assert "OrderExpired" in told.seen
    assert told.seen[-1][0] == "OrderFilled"


def test_a_margin_call_and_a_liquidation_wake_at_their_tick(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.buy(5)
            call = yield ctx.margin_call()
            saw(second(ctx), type(call).__name__)
            end = yield ctx.liquidation()
            saw(second(ctx), type(end).__name__, bool(ctx.position()))
        """,
        (100, 97, 95, 93.5, 92, 91, 90, 80),
    )
    assert told.seen == [
        (told.times(ev.MarginCalled)[0], "MarginCalled"),
        (told.times(ev.LiquidationEnded)[-1], "LiquidationEnded", False),
    ]


def test_any_event_of_the_account_can_be_waited_for(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.buy(1)
            paid = yield ctx.event(ev.FundingPaid, ev.MarginCalled)
            saw(second(ctx), type(paid).__name__)
            paid = yield ctx.event(ev.FundingPaid | ev.MarginCalled)
            saw(second(ctx))
        """,
        FALL,
        funding="0.001",
    )
    assert told.seen == [(1, "FundingPaid"), 2]


def test_what_happens_to_another_account_wakes_nobody(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            saw((yield ctx.any_of(ctx.fill(), ctx.sleep("4s"))).value == ctx.now)

        def trader(ctx):
            yield ctx.sleep("1s")
            ctx.buy(1)
        """,
        FALL,
        accounts=[account(), account("bob", "trader")],
    )
    assert told.seen == [True]


def test_events_of_one_batch_can_be_waited_for_one_after_another(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.buy(1)
            yield ctx.event(ev.OrderAccepted)
            yield ctx.event(ev.OrderFilled)
            yield ctx.event(ev.PositionOpened)
            saw(second(ctx))
            won = yield ctx.any_of(ctx.event(ev.OrderAccepted), ctx.sleep("1s"))
            saw(second(ctx))
        """,
        FALL,
    )
    assert told.seen == [0, 1]


def test_a_spawned_generator_hears_of_what_is_done_after_it_was_given(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def guard(ctx):
            fill = yield ctx.fill()
            saw("guard", second(ctx))

        def agent(ctx):
            ctx.spawn(guard(ctx))
            ctx.buy(1)
            yield ctx.sleep("1s")
            saw("agent", second(ctx))
        """,
        FALL,
    )
    assert told.seen == [("guard", 0), ("agent", 1)]


def test_oco_cancels_the_other_when_one_fills(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.buy(1)
            guard, goal = ctx.stop(90), ctx.take_profit(102)
            ctx.oco(guard, goal)
            yield ctx.ended(guard)
            saw(second(ctx), ctx.orders(), bool(ctx.position()))
        """,
        FALL,
    )
    assert told.seen == [(8, (), False)]


def test_oco_cancels_the_other_when_one_is_cancelled(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            one, other = ctx.buy(1, at=50), ctx.buy(1, at=51)
            ctx.oco(one, other)
            yield ctx.sleep("1s")
            ctx.cancel(other)
            yield ctx.sleep("1s")
            saw(ctx.orders())
        """,
        FALL,
    )
    assert told.seen == [()]


def test_a_bracket_protects_what_its_entry_filled(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            entry = ctx.buy(1, at=97)
            ctx.bracket(entry, stop=90, take_profit=102)
            yield ctx.sleep("2s")
            saw(len(ctx.orders()))
            yield ctx.until("+5s")
            saw(sorted(order.order_type for order in ctx.orders()), ctx.position().quantity)
            yield ctx.event(ev.PositionClosed)
            yield ctx.sleep("0s")
            saw(second(ctx), ctx.orders())
        """,
        FALL,
    )
    assert told.seen == [1, (["stop_market", "take_profit_market"], 1), (8, ())]


def test_a_bracket_whose_stop_is_passed_already_closes_what_was_opened(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.bracket(ctx.buy(1), stop=105, take_profit=110)
            yield ctx.sleep("1s")
            saw(len(ctx.orders()), ctx.position().quantity)
        """,
        FALL,
    )
    assert told.seen == [(0, 0)]
    assert [refusal.reason for refusal in told.events(ev.OrderRejected)] == [
        Reason.WOULD_TRIGGER_IMMEDIATELY
    ]


def test_a_fill_of_an_order_that_has_ended_brings_nothing(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            order = ctx.buy(1)
            yield ctx.sleep("1s")
            saw((yield ctx.fill(order)))
        """,
        FALL,
    )
    assert told.seen == [None]


def test_a_bracket_whose_entry_is_refused_places_nothing(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.bracket(ctx.buy(100_000), stop=90, take_profit=102)
            yield ctx.sleep("2s")
            saw(ctx.orders())
        """,
        FALL,
    )
    assert told.seen == [()]
    assert len(told.events(ev.OrderRejected)) == 1


def test_of_several_waits_the_first_event_decides_though_all_have_happened(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.buy(1)
            for _ in range(2):
                opened, fill = ctx.event(ev.PositionOpened), ctx.fill()
                won = yield ctx.any_of(opened, fill)
                saw(second(ctx), type(won.value).__name__)
        """,
        FALL,
    )
    assert told.seen == [(0, "OrderFilled"), (0, "PositionOpened")]


def test_what_happens_between_a_wake_and_its_step_is_not_missed(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def guard(ctx):
            alarm = ctx.sleep("1s")
            saw((yield ctx.any_of(alarm, ctx.fill())) is alarm, ctx.position().quantity)
            yield ctx.fill()
            saw(second(ctx))

        def agent(ctx):
            ctx.spawn(guard(ctx))
            yield ctx.sleep("0s")
            ctx.buy(1)
        """,
        FALL,
        accounts=[account(latency="1s")],
    )
    assert told.seen == [(True, 1), 1]


def test_an_agent_that_failed_hears_of_nothing_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = []
    hear = News.hear

    def counting(self: News, event: ev.Event) -> None:
        heard.append(event)
        hear(self, event)

    monkeypatch.setattr(News, "hear", counting)
    told = play(
        tmp_path,
        """
        def beside(ctx):
            yield ctx.sleep("1d")

        def agent(ctx):
            ctx.buy(1)
            ctx.spawn(beside(ctx))
            yield ctx.sleep("3s")
            raise ValueError
        """,
        FALL,
        funding="0.0001",
    )
    assert told.faults
    assert sum(isinstance(event, ev.FundingPaid) for event in heard) == 2 * 3
    assert len(told.times(ev.FundingPaid)) > 3
