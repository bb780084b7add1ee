"""Built-in agents that defend a position: each in the moment for which it is made.

0.1 BTC at 60,000 and 20x has 300 of margin: liquidation at 57,259, a margin call at 57,316.
"""

from typing import Any

import pytest

from agents.lives import live

DIP = "60000 58400 57300 56000 60000"
"""A margin call at 57,300, and 56,000 is beyond the liquidation price."""
SECOND_DIP = f"{DIP} 51600 51000 60000"
SIZE: dict[str, Any] = {"quantity": "0.1"}


def test_hold_does_nothing_and_dies_in_the_dip() -> None:
    life = live("hold", DIP, **SIZE)
    life.tells("opened long 0.1 BTC at 60,000", "MARGIN CALL", "LIQUIDATION")
    assert life.verdict == "liquidated"
    assert life.worth == 700


def test_a_stop_gets_out_where_half_of_the_margin_is_lost() -> None:
    life = live("stop", DIP, **SIZE)
    life.tells("stop placed: sell all of it when last is 58,500", "stop triggered at 58,400")
    assert life.verdict == "stopped out"


def test_a_stop_on_the_mark_does_not_see_a_wick_of_the_last_price() -> None:
    wick: dict[str, Any] = {"path": "60000 57000 60000", "mark": "60000 59000 60000"}
    assert live("stop", **wick, **SIZE).verdict == "stopped out"
    assert live("stop", on="mark", **wick, **SIZE).verdict == "alive"


def test_the_stop_of_a_short_lies_above_it() -> None:
    life = live("stop", "60000 61300 65000", side="short", distance="2%", **SIZE)
    life.tells("opened short", "stop placed: buy all of it when last is 61,200", "stop triggered")
    assert life.verdict == "stopped out"


def test_a_partial_stop_closes_its_part_and_holds_the_rest() -> None:
    life = live("partial-stop", "60000 58400 60000", part="40%", **SIZE)
    life.tells("stop placed: sell 0.04 BTC when last is 58,500", "closed 0.04 BTC at 58,400")
    assert life.verdict == "alive"
    assert life.fate.positions[0].quantity == 6_000_000


def test_add_once_lives_through_the_dip_that_kills_hold_and_dies_in_the_second() -> None:
    life = live("add-once", SECOND_DIP, **SIZE)
    life.tells("MARGIN CALL", "added", "margin call over", "MARGIN CALL", "LIQUIDATION")
    assert life.count("added") == 1
    assert live("add-once", DIP, **SIZE).verdict == "alive"


def test_add_twice_lives_through_both_dips() -> None:
    life = live("add-twice", SECOND_DIP, **SIZE)
    assert life.count("added") == 2
    assert life.verdict == "alive"


def test_what_is_added_puts_liquidation_as_far_away_as_it_was_aimed() -> None:
    life = live("add-once", "60000 57300", target="4%", **SIZE)
    (position,) = life.fate.positions
    assert position.view.below is not None
    assert round(position.view.below / 57300 / 1e8, 6) == 0.96


def test_an_amount_is_added_as_it_was_given_but_no_more_than_there_is() -> None:
    live("add-once", DIP, amount=150, **SIZE).tells("added 150 USDT")
    live("add-once", DIP, amount=5000, **SIZE).tells("added 700 USDT")


def test_margin_can_be_added_before_the_call_when_liquidation_is_near() -> None:
    life = live("add-once", "60000 58401 58400 57300 56000", when="2%", **SIZE)
    assert life.count("added") == 1
    assert life.count("MARGIN CALL") == 0
    assert life.verdict == "alive"


@pytest.mark.parametrize(("times", "count"), [(3, 3), (None, 14)])
def test_add_always_adds_at_every_approach_until_the_wallet_is_empty(
    times: int | None, count: int
) -> None:
    limit: dict[str, Any] = {} if times is None else {"times": times}
    slide = " ".join(str(price) for price in range(60000, 49000, -100))
    life = live("add-always", slide, when="1%", amount=50, **limit, **SIZE)
    assert life.count("added 50 USDT") == count
    assert life.verdict == "liquidated"


def test_in_cross_money_is_brought_from_the_other_wallets() -> None:
    crash = "60000 54000 50270 49500 60000"
    purse: dict[str, Any] = {"margin_mode": "cross", "spot": "80", "funding": "200"}
    assert live("hold", crash, **purse, **SIZE).verdict == "liquidated"
    life = live("add-once", crash, amount=100, **purse, **SIZE)
    life.tells("MARGIN CALL", "moved 80 USDT from spot", "moved 20 USDT from funding")
    assert life.verdict == "alive"


def test_in_cross_without_another_wallet_there_is_nothing_to_add() -> None:
    life = live("add-always", "60000 50300 49000", margin_mode="cross", **SIZE)
    assert life.count("moved") == life.count("REFUSED") == 0
    assert life.verdict == "liquidated"


def test_auto_add_draws_on_the_wallet_by_itself() -> None:
    life = live("auto-add", DIP, **SIZE)
    life.tells("auto-add margin on", "auto-added")
    assert life.verdict == "alive"


def test_auto_add_is_refused_in_cross_and_the_run_goes_on() -> None:
    live("auto-add", DIP, margin_mode="cross", **SIZE).tells("REFUSED: margin change")


def test_a_trailing_stop_gives_back_no_more_than_its_callback() -> None:
    life = live("trailing-stop", "60000 61000 63000 62000 61700 55000", **SIZE)
    life.tells("trailing stop", "closed all 0.1 BTC at 61,700")
    assert life.verdict == "stopped out"


def test_a_trailing_stop_may_wait_for_a_gain() -> None:
    waits = live("trailing-stop", "60000 60500 59000 58000", activation="1%", **SIZE)
    assert waits.verdict == "alive"
    follows = live("trailing-stop", "60000 60700 59400 58000", activation="1%", **SIZE)
    follows.tells("closed all 0.1 BTC at 59,400")


def test_averaging_down_buys_at_every_step_and_comes_out_below_its_first_entry() -> None:
    path = "60000 58800 57700 57600 59000"
    life = live("average-down", path, leverage=5, margin=100)
    life.tells("opened long 0.008 BTC at 60,000", "increased long", "increased long")
    assert life.count("increased long 0.008 BTC at 58,800") == 1
    assert life.count("increased long") == 2
    (position,) = life.fate.positions
    assert position.unrealized > 0


def test_averaging_down_ends_after_so_many_times_or_with_the_position() -> None:
    slide = "60000 58800 57600 56400 55200"
    assert live("average-down", slide, leverage=2, margin=100, times=2).count("increased") == 2
    closed = live("average-down", "60000 57000 58800 57600", **SIZE)
    assert closed.verdict == "liquidated"
    assert closed.count("increased") == 0


def test_averaging_down_ends_where_no_price_is_left_to_fall_to() -> None:
    path = "60000 36000 24000 12000"
    life = live("average-down", path, leverage=1, futures=10_000, notional=1_000, step="40%")
    assert life.count("increased") == 2


def test_the_adviser_closes_beyond_the_stop_that_was_meant() -> None:
    life = live("adviser", "60000 59000 58500 58400", stop="2%", every="1m", **SIZE)
    life.tells("closed all 0.069 BTC at 58,500")
    assert life.verdict == "closed"


def test_the_adviser_trails_a_profit() -> None:
    life = live("adviser", "60000 60000 61800 61000 59900", every="1m", **SIZE)
    life.tells("trailing stop placed", "closed all 0.1 BTC")
    assert life.count("trailing stop placed") == 1


def test_the_adviser_adds_margin_once_and_then_closes_a_part() -> None:
    life = live("adviser", "60000 59000 58000 57600 57500", every="1m", futures="10000", **SIZE)
    life.tells("added", "closed 0.0")
