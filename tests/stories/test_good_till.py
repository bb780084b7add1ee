"""Good-till-date orders: the clock ends them."""

import pytest

from perplab.domain import commands as cm
from stories.golden import Golden, play
from stories.story import story


def test_an_order_ends_when_its_time_has_come_and_not_before() -> None:
    run = story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59000 good-till +700s as mine   -> accepted
        690 seconds pass
    """)
    assert run.do(cm.ExpireOrders()) == ()
    run.tell("10 seconds pass")
    (event,) = run.do(cm.ExpireOrders())
    assert getattr(event, "expiry", None) == "good_till_date"
    run.tell("last falls to 59000 -> nothing; ann's orders 0")


@pytest.mark.parametrize("amended", ["ann amends mine 59100 0.01 -> amended", ""])
def test_an_amended_order_keeps_its_end(amended: str) -> None:
    run = story(f"""
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59000 good-till +700s as mine   -> accepted
        {amended}
        700 seconds pass
    """)
    assert len(run.do(cm.ExpireOrders())) == 1


def test_a_date_must_be_more_than_ten_minutes_ahead() -> None:
    """A story's clock goes on by a second before each command."""
    story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59000 good-till +601s           -> refused good_till_date_invalid
        ann buys 0.01 at 59000 good-till +602s           -> accepted
        ann buys 0.01 at 59000 good-till 2020-01-01      -> refused good_till_date_invalid
        ann buys 0.01 good-till +700s                    -> refused order_terms_contradict
    """)


def test_a_date_counts_in_whole_seconds_and_is_before_the_year_10000() -> None:
    """A story begins in second 1760000000; the first order comes six seconds later."""
    run = story("""
        price is 60000
        ann deposits 1000
        ann buys 0.01 at 59000 good-till 1760000606900000000     -> refused good_till_date_invalid
        ann buys 0.01 at 59000 good-till 1760000608900000000     -> accepted
        ann buys 0.01 at 59000 good-till 9999-12-31T23:59:59     -> refused good_till_date_invalid
        ann buys 0.01 at 59000 good-till 9999-12-31T23:59:58     -> accepted
    """)
    ends = [order.good_till_ns for order in run.state.orders.values()]
    assert ends == [1_760_000_608 * 10**9, 253_402_300_798 * 10**9]


def test_the_venues_clock_ends_it_after_a_tick_of_that_very_time() -> None:
    """A price each minute: the end of one falls on the 20th, the other's a second before."""
    prices = " ".join(["60000"] * 20 + ["59000", "58000"])
    run = play(
        "good till",
        Golden(
            prices={"BTCUSDT": prices},
            accounts={
                "ann": "1000 cross 20x\nbuy 0.01 at 59000 good-till +1200s",
                "bob": "1000 cross 20x\nbuy 0.01 at 59000 good-till +1199s",
                "eve": "1000 cross 20x\nbuy 0.01 at 58500 good-till +1200s",
            },
            ends={},
            says=(),
        ),
    )
    ends = [line for line in run.told if "filled" in line or "expired" in line]
    assert ends == [
        "bob: expired good_till_date",
        "ann: filled 0.01 at 59000 maker",
        "eve: expired good_till_date",
    ]
    assert run.text.count("ExpireOrders") == 2
