"""Latency: what an agent asks for arrives later, after the ticks of that time."""

from pathlib import Path

from agents.scene import account, play
from perplab.domain import events as ev

PRICES = (100, 99, 98, 97, 96, 95, 99, 101, 103)


def test_a_command_arrives_exactly_then_after_the_ticks_of_that_time(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            order = ctx.buy(1)
            saw(second(ctx), order.arrived, order.events, order.refused, ctx.is_open(order))
            yield ctx.sleep("1s")
            saw(order.arrived, bool(ctx.position()))
            yield ctx.arrival(order)
            saw(second(ctx), order.arrived, ctx.position().entry)
        """,
        [(0, 100), (1, 99), (2, 98), (2, 97), (2, 91), (3, 90)],
        accounts=[account(latency="2s")],
    )
    assert told.seen == [(0, False, (), None, False), (False, False), (2, True, 91)]
    assert told.times(ev.OrderAccepted) == [2]


def test_an_agent_that_waits_for_the_fill_wakes_when_it_arrives(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            order = ctx.buy(1)
            fill = yield ctx.fill(order)
            saw(second(ctx), fill.order_id == order.order_id)
            order = ctx.sell(1)
            end = yield ctx.ended(order)
            saw(second(ctx), end is not None)
        """,
        PRICES,
        accounts=[account(latency="1500ms")],
    )
    assert told.seen == [(1.5, True), (3, True)]


def test_a_fill_that_never_comes_is_not_waited_for(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def later(ctx, order):
            yield ctx.sleep("2s")
            ctx.cancel(order)

        def agent(ctx):
            fill = yield ctx.fill(ctx.buy(1_000_000))
            saw(second(ctx), fill)
            order = ctx.buy(1, at=50)
            ctx.spawn(later(ctx, order))
            fill = yield ctx.fill(order)
            saw(second(ctx), fill)
            order = ctx.buy(1, at=50)
            ctx.spawn(later(ctx, order))
            wait = ctx.fill(order)
            first = yield ctx.any_of(wait, ctx.sleep("9s"))
            saw(second(ctx), first is wait, wait.value)
        """,
        PRICES,
        accounts=[account(latency="500ms")],
    )
    assert told.seen == [(0.5, None), (3, None), (5.5, True, None)]


def test_orders_on_their_way_have_names_of_their_own(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            orders = [ctx.buy(1, at=50 + n) for n in range(4)]
            mine = ctx.buy(1, at=60, order_id="mine")
            yield ctx.arrival(mine)
            saw(len({order.order_id for order in orders}), len(ctx.orders()), mine.order_id)
            for order in orders:
                ctx.cancel(order)
            yield ctx.sleep("1s")
            saw([order.order_id for order in ctx.orders()])
        """,
        PRICES,
        accounts=[account(latency="10ms")],
    )
    assert told.seen == [(4, 5, "mine"), ["mine"]]


def test_two_commands_arrive_in_the_order_in_which_they_were_asked_for(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.set_leverage(5)
            ctx.set_leverage(7)
            yield ctx.arrival(ctx.set_leverage(9))
            saw(ctx.leverage())
        """,
        PRICES,
        accounts=[account(latency="1s")],
    )
    assert told.seen == [9]
    assert [one.leverage for one in told.events(ev.LeverageSet)] == [10, 5, 7, 9]


def test_what_has_not_arrived_at_the_end_is_not_done(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            yield ctx.until("+6s")
            order = ctx.buy(1)
            won = yield ctx.any_of(ctx.arrival(order), ctx.sleep("1s"))
            saw(order.arrived, won.value == ctx.now)
            yield ctx.arrival(order)
            saw("arrived")
        """,
        PRICES,
        accounts=[account(latency="2001ms")],
    )
    assert told.seen == [(False, True)]
    assert not told.events(ev.OrderAccepted)
    assert not told.faults


def test_what_arrives_in_the_last_moment_is_done(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            yield ctx.until("+6s")
            yield ctx.arrival(ctx.buy(1))
            saw(ctx.position().entry)
        """,
        PRICES,
        accounts=[account(latency="2s")],
    )
    assert told.seen == [103]


def test_what_a_failed_agent_asked_for_still_arrives(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.buy(1)
            yield ctx.sleep("1s")
            1 / 0
        """,
        PRICES,
        accounts=[account(latency="3s")],
    )
    assert told.fault.error.startswith("ZeroDivisionError")
    assert told.times(ev.OrderFilled) == [3]


def test_brackets_and_pairs_work_with_latency(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.bracket(ctx.buy(1), stop=90, take_profit=102)
            yield ctx.until("+3s")
            saw(len(ctx.orders()), ctx.position().quantity)
            yield ctx.event(ev.PositionClosed)
            yield ctx.sleep("600ms")
            saw(ctx.orders(), bool(ctx.position()))
        """,
        (*PRICES, 103),
        accounts=[account(latency="500ms")],
    )
    assert told.seen == [(2, 1), ((), False)]


def test_ticks_and_arrivals_take_their_turns(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ticks = ctx.tick()
            while True:
                tick = yield ticks
                ctx.set_leverage(int(tick.price) // 10 + second(ctx))
                saw(second(ctx), ctx.leverage())
        """,
        PRICES,
        accounts=[account(latency="2s")],
    )
    levers = [10, 10, 10, 11, 12, 13, 14, 15]
    assert told.seen == list(enumerate(levers, start=1))
