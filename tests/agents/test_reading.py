"""Reading: what an agent sees is the state, and right after a command the new one."""

from pathlib import Path

from agents.scene import SYMBOL, account, play, stream
from perplab.domain.instrument import Kind
from perplab.domain.numbers import format_units

PRICES = (100, 99, 98, 97)


def test_values_are_those_of_the_state(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.buy(2)
            ctx.buy(1, at=50, order_id="low")
            yield ctx.until("+3s")
            position, (order,) = ctx.position(), ctx.orders()
            saw(ctx.wallet(), ctx.wallet("spot"), position.quantity, position.margin)
            saw(ctx.last(), ctx.mark(), position.entry, position.unrealized, ctx.leverage())
            saw(order.order_id, order.price, order.remaining, ctx.is_open("low"))
            saw(ctx.equity, ctx.available, ctx.transferable, ctx.addable, ctx.quote())
        """,
        PRICES,
        [(0, 100), (3, 96)],
        accounts=[account(spot="7")],
    )
    ann = told.state.accounts["ann"]
    (position,) = ann.positions.values()
    first, second_, third, fourth = told.seen
    assert [str(one) for one in first] == [
        format_units(ann.futures),
        "7",
        "2",
        format_units(position.margin),
    ]
    assert second_ == (97, 96, 100, -8, 10)
    assert third == ("low", 50, 1, True)
    equity, available, transferable, addable, quote = fourth
    assert equity == first[0] + first[1] + first[3] - 8
    assert available <= first[0]
    assert transferable <= first[0]
    assert addable <= first[0]
    assert quote == (0, 0)


def test_after_a_command_of_the_same_step_values_are_the_new_ones(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            saw(bool(ctx.position()), ctx.outlook(), ctx.orders())
            ctx.buy(2)
            before = ctx.outlook().liquidation_price, ctx.position().margin, ctx.wallet()
            ctx.add_margin(50)
            after = ctx.outlook().liquidation_price, ctx.position().margin, ctx.wallet()
            saw(after[0] < before[0], after[1] - before[1], after[2] - before[2])
            ctx.close(50)
            saw(ctx.position().quantity)
            ctx.close()
            saw(bool(ctx.position()), ctx.outlook())
            ctx.set_leverage(3)
            saw(ctx.leverage())
            yield ctx.sleep("0s")
        """,
        PRICES,
    )
    assert told.seen == [(False, None, ()), (True, 50, -50), 1, (False, None), 3]


def test_every_request_can_be_asked_for(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            requests = [
                ctx.set_margin_mode("isolated"), ctx.set_position_mode("one-way"),
                ctx.set_leverage(8), ctx.buy(3), ctx.sell(1), ctx.buy(1, at=60, order_id="rest"),
                ctx.amend("rest", price=61, quantity=2), ctx.stop(80), ctx.stop(85, 50),
                ctx.take_profit(120), ctx.trail(2), ctx.auto_add(), ctx.auto_add(False),
                ctx.add_margin("12.5"), ctx.reduce_margin(1), ctx.transfer(5, "futures", "spot"),
                ctx.cancel("rest"), ctx.cancel_all(), ctx.close(50), ctx.do("close"),
                ctx.do("isolated"),
            ]
            for request in requests:
                saw(request.arrived, request.refused and request.refused.name)
            yield ctx.sleep("1s")
        """,
        PRICES,
    )
    assert not told.faults
    refusals = [refused for _, refused in told.seen if refused]
    assert all(arrived for arrived, _ in told.seen)
    assert all("NO_NEED" in one or "UNCHANGED" in one or "ALREADY" in one for one in refusals)


def test_numbers_may_be_written_in_any_way_that_is_exact(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        import numpy as np

        def agent(ctx):
            for number in (1, "1", 1.0, Decimal("1.000000000000"), Decimal("1E+0"), np.float64(1),
                           np.int64(1), "1e0"):
                saw(ctx.buy(number).refused)
            for number in (ctx.round_quantity(1 / 3), ctx.round_price("99.97777777777")):
                saw(number)
            yield ctx.sleep("0s")
        """,
        PRICES,
        accounts=[account(futures="5000")],
    )
    assert not told.faults
    assert told.seen == [None] * 8 + [0.333 and told.seen[8], told.seen[9]]
    assert [str(one) for one in told.seen[8:]] == ["0.333", "100"]


def test_a_name_that_is_not_known_is_told_of(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            for ask in (
                lambda: ctx.orders("XXX"), lambda: ctx.last("XXX"), lambda: ctx.wallet("gold"),
                lambda: ctx.position(side="up"), lambda: ctx.falls_to(1, on="ask"),
                lambda: ctx.set_margin_mode("both"), lambda: ctx.buy(Decimal("NaN")),
                lambda: ctx.buy(1 / 3), lambda: ctx.buy(True), lambda: ctx.buy(-1),
                lambda: ctx.falls_to(0), lambda: ctx.falls_to(-3), lambda: ctx.event(),
                lambda: ctx.event("fill"), lambda: ctx.sleep(5), lambda: ctx.sleep("soon"),
                lambda: ctx.until(1.5), lambda: ctx.bar("0s"), lambda: ctx.any_of(),
                lambda: ctx.spawn(agent), lambda: ctx.fill(ctx.set_leverage(3)),
            ):
                try:
                    ask()
                except ValueError as error:
                    saw(str(error))
                else:
                    saw("nothing was said")
            yield ctx.sleep("0s")
        """,
        PRICES,
    )
    assert not told.faults
    assert len(told.seen) == 21
    assert "nothing was said" not in told.seen
    assert "expected one of AAAUSDT" in told.seen[0]


def test_several_symbols_are_told_apart(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.buy(1, "BBBUSDT")
            ctx.sell(1)
            saw([(one.symbol, one.quantity) for one in ctx.positions()], ctx.symbols)
            saw(ctx.mark("BBBUSDT"), ctx.mark())
            yield ctx.sleep("0s")
        """,
        PRICES,
        streams=[stream((50, 51), Kind.MARK, "BBBUSDT")],
    )
    assert told.seen == [([("BBBUSDT", 1), (SYMBOL, -1)], (SYMBOL, "BBBUSDT")), (50, 100)]
