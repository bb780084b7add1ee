"""Agents that go wrong: each is told of with its line; its account and everybody else go on."""

from pathlib import Path
from typing import Any

import pytest

from agents.scene import FIRST_LINE, Told, account, play
from perplab.agents import budget, tasks
from perplab.domain import events as ev
from perplab.journal import verify

PRICES = (100, 99, 98, 97, 96, 95, 99, 101, 103, 103)

BEGINNING = """\
def agent(ctx):
    ctx.buy(1)
    ctx.buy(1, at=96)
    yield ctx.sleep("1s")
"""
WRONG_FROM = FIRST_LINE + BEGINNING.count("\n")
"""The line of the first one of what goes wrong."""

OTHER = """
def witness(ctx):
    ticks = ctx.tick()
    while True:
        tick = yield ticks
        ctx.buy("0.1")
        saw(second(ctx), ctx.position().quantity)
"""


@pytest.fixture(autouse=True)
def small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (budget, tasks):
        monkeypatch.setattr(module, "TURNS", 20_000)


def wrong(folder: Path, lines: str, **more: Any) -> Told:
    """Run an agent that goes wrong, beside one that must not notice."""
    body = "".join(f"    {line}\n" for line in lines.splitlines())
    log = folder / "run.db"
    told = play(
        folder,
        BEGINNING + body + OTHER,
        PRICES,
        accounts=[account(), account("bob", "witness")],
        funding="0.0001",
        log=log,
        **more,
    )
    verified = verify(log)
    assert verified.ok, verified.sentence
    assert [when for when, _ in told.seen if isinstance(when, int)] == list(range(1, 10))
    assert told.state.accounts["bob"].positions
    orders = [one for one in told.events(ev.OrderFilled) if one.account == "ann"]
    assert len(orders) >= 2, "the order of the account did not fill"
    paid = [one for one in told.events(ev.FundingPaid) if one.account == "ann"]
    assert len(paid) == 9
    return told


WRONGS: dict[str, tuple[str, int, str]] = {
    "raises": ("1 / 0", 0, "ZeroDivisionError: division by zero"),
    "raises deeper": ("def f():\n    1 / 0\nf()", 1, "ZeroDivisionError"),
    "asserts": ("assert False", 0, "AssertionError"),
    "exits": ("import sys\nsys.exit(3)", 1, "SystemExit: 3"),
    "raises what is no Exception": (
        "class Odd(BaseException): ...\nraise Odd('so')",
        1,
        "Odd: so",
    ),
    "raises GeneratorExit": ("raise GeneratorExit", 0, "GeneratorExit"),
    "raises StopIteration": ("raise StopIteration", 0, "generator raised StopIteration"),
    "raises out of next": ("next(iter(()))", 0, "generator raised StopIteration"),
    "raises what cannot be printed": (
        "class Bad(Exception):\n    def __str__(self): 1 / 0\nraise Bad",
        2,
        "cannot be printed",
    ),
    "recurses": ("def f(): f()\nf()", 0, "RecursionError"),
    "yields a number": ("yield 5", 0, "yielded 5; expected a wait of the context"),
    "yields nothing": ("yield", 0, "yielded None"),
    "yields a generator": ("yield (n for n in ())", 0, "yielded a generator"),
    "yields an event of SimPy": (
        "import simpy\nyield simpy.Environment().timeout(1)",
        1,
        "yielded a Timeout",
    ),
    "yields what cannot be shown": (
        "class Bad:\n    def __repr__(self): 1 / 0\nyield Bad()",
        2,
        "yielded a Bad",
    ),
    "yields a wait from a function": (
        "def f():\n    yield ctx.sleep('1s')\n    yield 7\nyield from f()",
        2,
        "yielded 7",
    ),
    "waits for the past": ("yield ctx.until('+0s')", 0, "which is before now"),
    "waits for what is past by now": (
        "late = ctx.sleep('1s')\nyield ctx.sleep('2s')\nyield late",
        2,
        "which is before now",
    ),
    "waits again for a bar that is over": (
        "bar = ctx.bar('2s')\nyield bar\nyield ctx.sleep('1s')\nyield bar",
        3,
        "which is before now",
    ),
    "waits for no time": ("yield ctx.sleep('soon')", 0, "'soon' is not a length of time"),
    "waits for any of what is no wait": (
        "yield ctx.any_of(ctx.sleep('1s'), 5)",
        0,
        "cannot wait for 5",
    ),
    "waits for any of ticks": (
        "yield ctx.any_of(ctx.falls_to(3), ctx.tick())",
        0,
        "cannot wait for a tick, which is yielded alone",
    ),
    "takes the units of an event for a price": (
        "ctx.buy(1)\nfill = yield ctx.fill()\nctx.buy(1, at=fill.price * 10)",
        2,
        "expected a whole number of 1e-8 below 2**63",
    ),
    "mixes decimals and floats": ("ctx.mark() * 0.99", 0, "; write Decimal('0.5') for 0.5"),
    "waits for any of a list": (
        "yield ctx.any_of([ctx.sleep('1s'), ctx.sleep('2s')])",
        0,
        "cannot wait for a list; expected waits one by one, as any_of(one, other)",
    ),
    "spawns what is no generator": ("ctx.spawn(agent)", 0, "spawn: found a function"),
    "spawns what has begun": (
        "g = (n for n in range(3))\nnext(g)\nctx.spawn(g)",
        2,
        "that has not begun",
    ),
    "is spawned and raises": (
        "def f():\n    yield ctx.sleep('1s')\n    1 / 0\nctx.spawn(f())\nyield ctx.sleep('9s')",
        2,
        "ZeroDivisionError",
    ),
    "asks in words that are none": ("ctx.do('dance')", 0, "'dance' is not a verb"),
    "asks for too much": ("for _ in range(2000):\n    ctx.set_leverage(3)", 1, "1,000 requests"),
    "spawns too much": (
        "def f():\n    ctx.spawn(f())\n    return\n    yield\nctx.spawn(f())\nyield ctx.fill()",
        1,
        "1,000 requests",
    ),
    "gives a market order a time in force": (
        "ctx.buy(1, time_in_force='ioc')",
        0,
        "time_in_force 'ioc' is for limit orders; give `at` a price",
    ),
    "asks for another account": (
        "ctx.submit(cm.CancelAllOrders(account='bob', symbol=ctx.symbol))",
        0,
        "CancelAllOrders is for 'bob', not for 'ann'",
    ),
    "asks for the venue": ("ctx.submit(cm.EndRun())", 0, "EndRun is for None"),
    "asks for what is no command": ("ctx.submit('buy')", 0, "expected perplab.domain.commands"),
    "asks with a decimal where units are meant": (
        "ctx.submit(cm.Deposit(account='ann', wallet=cm.Wallet.SPOT, amount=Decimal(5)))",
        0,
        "Deposit.amount: found a Decimal, expected a whole number of 1e-8",
    ),
    "asks with text where a choice is meant": (
        "ctx.submit(cm.Deposit(account='ann', wallet='spot', amount=5))",
        0,
        "Deposit.wallet: found 'spot', expected a Wallet",
    ),
    "loops for ever": ("while True: pass", 0, "more than 20,000 turns of its loops"),
    "looks for ever": ("for _ in range(100): ctx.outlook()", 0, "more than 20,000 turns"),
    "looks once too often as it waits": (
        """order = ctx.buy(1)
yield ctx.sleep('1s')
for _ in range(19_995): pass
yield ctx.ended(order)""",
        3,
        "more than 20,000 turns",
    ),
    "wants too much of the past": ("ctx.bars('1s', 10**12)", 0, "more than 20,000 turns"),
    "loops within loops": (
        "for _ in range(10**9):\n    for _ in range(10**9): pass",
        1,
        "more than 20,000 turns",
    ),
    "loops in an expression": ("sum(1 for _ in iter(int, 1))", 0, "more than 20,000 turns"),
    "loops in a list": ("[1 for _ in iter(int, 1) if False]", 0, "more than 20,000 turns"),
    "loops and catches exceptions": (
        "while True:\n    try:\n        ctx.buy(-1)\n    except Exception:\n        pass",
        0,
        "more than 20,000 turns",
    ),
    "loops and catches all": (
        "while True:\n    try:\n        while True: pass\n    except:\n        pass",
        0,
        "more than 20,000 turns",
    ),
    "asks for ever and catches exceptions": (
        "while True:\n    try:\n        ctx.set_leverage(3)\n    except Exception:\n        pass",
        2,
        "more than 20,000 turns",
    ),
    "loops, catches all and goes on": (
        "while 1:\n    try:\n        while 1: pass\n    except:\n        yield ctx.sleep('1s')",
        4,
        "went on after more than 20,000 turns",
    ),
    "loops at a tick, catches all and goes on": (
        "ticks = ctx.tick()\nwhile 1:\n  try:\n    while 1: pass\n  except:\n    yield ticks",
        5,
        "went on after more than 20,000 turns",
    ),
    "wakes for ever at one moment": (
        "while True:\n    yield ctx.sleep('0s')",
        1,
        "woke 10,000 times at one moment",
    ),
    "wakes for ever by what is there": (
        "while True:\n    yield ctx.any_of(ctx.rises_to(1), ctx.sleep('1s'))",
        1,
        "woke 10,000 times at one moment",
    ),
    "raises at a tick": (
        "ticks = ctx.tick()\nwhile True:\n    tick = yield ticks\n    if tick.price == 97: 1 / 0",
        3,
        "ZeroDivisionError",
    ),
    "waits for an end of what is no order": (
        "yield ctx.ended(ctx.set_leverage(3))",
        0,
        "not for an order",
    ),
    "waits for no kind of event": ("yield ctx.event('fill')", 0, "event: found 'fill'"),
}


@pytest.mark.parametrize("name", WRONGS)
def test_an_agent_that_goes_wrong_is_told_of_and_all_else_goes_on(
    tmp_path: Path, name: str
) -> None:
    lines, offset, words = WRONGS[name]
    told = wrong(tmp_path, lines)
    fault = told.fault
    assert (fault.account, fault.agent) == ("ann", "agent.py:agent")
    assert words in fault.error
    assert fault.line == WRONG_FROM + offset
    assert fault.file == str(tmp_path / "agent.py")
    assert f"line {fault.line}" in fault.sentence
    assert fault.sentence.isprintable()


def test_an_agent_that_raises_before_its_first_wait_is_told_of(tmp_path: Path) -> None:
    told = play(tmp_path, "def agent(ctx):\n    1 / 0\n    yield\n", PRICES)
    assert told.fault.line == FIRST_LINE + 1
    assert told.times(ev.RunEnded) == [9]


def test_an_agent_that_catches_its_own_errors_goes_on(tmp_path: Path) -> None:
    told = wrong(
        tmp_path,
        """
while True:
    try:
        ctx.do("dance")
    except Exception:
        yield ctx.sleep("1s")
""",
    )
    assert not told.faults


def test_all_generators_of_an_agent_end_with_the_one_that_fails(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def beside(ctx):
            try:
                while True:
                    yield ctx.sleep("1s")
                    saw(second(ctx))
            finally:
                saw("closed", second(ctx))

        def agent(ctx):
            ctx.spawn(beside(ctx))
            yield ctx.until("+2500ms") if False else ctx.sleep("2500ms")
            1 / 0
        """,
        PRICES,
    )
    assert told.seen == [1, 2, ("closed", 2.5)]
    assert "ZeroDivisionError" in told.fault.error


def test_what_an_agent_asks_for_as_the_run_ends_is_refused_and_told_of(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.buy(1)
            try:
                yield ctx.until("+1d")
            finally:
                ctx.close()
        """,
        PRICES,
    )
    assert told.fault.line == FIRST_LINE + 5
    assert "may ask no more" in told.fault.error
    assert isinstance(told.batches[-1].events[-1], ev.RunEnded)


def test_an_agent_that_waits_on_as_the_run_ends_is_told_of(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            try:
                yield ctx.until("+1d")
            except GeneratorExit:
                yield ctx.sleep("4s")
        """,
        PRICES,
    )
    assert "ignored GeneratorExit" in told.fault.error


def test_an_order_of_a_failed_agent_is_at_the_exchange_and_its_stop_too(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx):
            ctx.buy(1)
            ctx.stop(96)
            yield ctx.sleep("1s")
            raise RuntimeError("gone")
        """,
        PRICES,
    )
    assert told.fault.error == "RuntimeError: gone"
    assert told.times(ev.PositionClosed) == [4]
