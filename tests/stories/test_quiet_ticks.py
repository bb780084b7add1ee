"""Recorded ticks that caused nothing: executed again, they are judged together, as they were."""

import pytest

from perplab.domain import commands as cm, events as ev
from perplab.domain.numbers import ONE, Price, Qty
from perplab.journal.verify import execute_again
from stories.story import BTC, ETH, SECOND, Story, story


def _mark(symbol: str, price: int) -> cm.ObserveMark:
    return cm.ObserveMark(symbol=symbol, row=99, price=Price(price * ONE))


def _two_markets() -> Story:
    """Return a cross pool of two symbols that a fall of either alone would liquidate."""
    return story("""
        price is 60000
        ETHUSDT price is 3000
        ann deposits 700
        ann buys 0.1, cross 20x
        ann buys 1 ETHUSDT, cross 20x
    """)


def test_two_prices_that_never_stood_side_by_side_liquidate_nobody() -> None:
    """BTC had risen before ETH fell; of that rise the log holds only BTC's latest tick."""
    run = _two_markets()
    time_ns = run.state.time_ns + SECOND
    assert execute_again(run.exchange, time_ns, _mark(ETH, 2300), quiet=True) == ()
    assert run.exchange.execute(time_ns + SECOND, _mark(BTC, 66000)) == ()


def test_a_tick_that_is_recorded_as_quiet_and_was_not_is_found_with_what_comes_next() -> None:
    run = _two_markets()
    time_ns = run.state.time_ns + SECOND
    assert execute_again(run.exchange, time_ns, _mark(ETH, 2300), quiet=True) == ()
    events = run.exchange.execute(time_ns + SECOND, cm.CancelAllOrders(account="ann", symbol=BTC))
    assert any(isinstance(event, ev.LiquidationStarted) for event in events)


@pytest.mark.parametrize(("mark", "triggers"), [(62_100, False), (60_500, True)])
def test_a_protected_stop_is_not_judged_by_a_mark_that_was_gone(
    *, mark: int, triggers: bool
) -> None:
    """When the last price fell, the mark was far above: of that rise the log holds nothing."""
    run = story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01, cross 20x
        ann stops 58000 protected
    """)
    time_ns = run.state.time_ns + SECOND
    fall = cm.ObserveTrade(symbol=BTC, row=99, price=Price(58_000 * ONE), quantity=Qty(0))
    assert execute_again(run.exchange, time_ns, fall, quiet=True) == ()
    events = run.exchange.execute(time_ns + SECOND, _mark(BTC, mark))
    assert any(isinstance(event, ev.OrderTriggered) for event in events) == triggers


def test_a_fill_that_a_log_leaves_out_is_found_with_what_comes_next() -> None:
    run = story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59000
    """)
    time_ns = run.state.time_ns + SECOND
    fall = cm.ObserveTrade(symbol=BTC, row=99, price=Price(59_000 * ONE), quantity=Qty(0))
    assert execute_again(run.exchange, time_ns, fall, quiet=True) == ()
    events = run.exchange.execute(time_ns + SECOND, _mark(BTC, 60_000))
    assert any(isinstance(event, ev.OrderFilled) for event in events)
