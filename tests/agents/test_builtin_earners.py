"""Built-in agents that earn: a grid on swings, a carry on funding."""

from typing import Any

from agents.lives import live

BTC, ETH = "BTCUSDT", "ETHUSDT"
GRID: dict[str, Any] = {"margin_mode": "cross", "levels": 2, "step": "1%", "quantity": "0.01"}
FLAT = {BTC: "60000 x12", ETH: "3000 x12"}
PAIR: dict[str, Any] = {"futures": "10000", "margin_mode": "cross", "leverage": 5, "notional": 6000}


def test_a_grid_places_its_lines_below_and_above() -> None:
    life = live("grid", "60000 60000", **GRID)
    life.tells(
        "limit order placed: buy 0.01 BTC at 59,400",
        "limit order placed: sell 0.01 BTC at 60,600",
        "limit order placed: buy 0.01 BTC at 58,800",
        "limit order placed: sell 0.01 BTC at 61,200",
    )
    assert life.count("limit order placed") == 4


def test_a_grid_answers_each_fill_on_the_other_side_and_earns_the_step() -> None:
    life = live("grid", "60000 59400 60000 60600 60000", **GRID)
    life.tells(
        "opened long 0.01 BTC at 59,400",
        "limit order placed: sell 0.01 BTC at 60,000",
        "closed all 0.01 BTC at 60,000, PnL +6 USDT",
        "limit order placed: buy 0.01 BTC at 59,400",
        "opened short 0.01 BTC at 60,600",
        "limit order placed: buy 0.01 BTC at 60,000",
        "closed all 0.01 BTC at 60,000, PnL +6 USDT",
    )
    assert life.worth > 1000


def test_a_grid_that_the_price_runs_out_of_holds_all_that_it_bought() -> None:
    life = live("grid", "60000 59400 58800 58000", **GRID)
    (position,) = life.fate.positions
    assert position.quantity == 2_000_000
    assert position.unrealized < 0


def test_a_grid_ends_with_the_liquidation() -> None:
    life = live("grid", "60000 59400 58800 55000 60000", **(GRID | {"futures": "80"}))
    life.tells("LIQUIDATION")
    assert life.count("limit order placed") == 6
    assert life.verdict == "liquidated"


def test_a_carry_is_short_and_long_alike_and_earns_the_difference_of_the_rates() -> None:
    rates = {BTC: "0.001 " * 3, ETH: "-0.0002 " * 3}
    life = live("carry", FLAT, rates=rates, **PAIR)
    life.tells("opened short 0.1 BTC at 60,000", "opened long 2 ETH at 3,000")
    assert life.fate.tally.funding == 3 * (6 * 10**8 + 120_000_000)
    assert life.fate.unrealized == 0


def test_a_carry_that_pays_swaps_its_sides() -> None:
    rates = {BTC: "-0.001 " * 6, ETH: "0.0001 " * 6}
    life = live("carry", FLAT, rates=rates, settlements=3, **PAIR)
    life.tells(
        "opened short 0.1 BTC", "opened long 2 ETH", "closed all 0.1 BTC", "closed all 2 ETH"
    )
    life.tells("closed all 2 ETH", "opened short 2 ETH", "opened long 0.1 BTC")
    assert life.fate.tally.funding == 0


def test_a_carry_balances_its_legs_when_they_have_drifted_apart() -> None:
    paths = {BTC: "60000 60000 54000 54000", ETH: "3000 3000 3000 3000"}
    life = live("carry", paths, rates={ETH: "0.0001 " * 3}, **PAIR)
    life.tells("opened short 0.1 BTC", "increased short 0.011 BTC")
    assert life.count("increased") == 1


def test_a_carry_takes_off_less_than_an_order_may_be_worth() -> None:
    paths = {BTC: "60000 60000 66000 66000", ETH: "3000 3000 3000 3000"}
    for mode in ("one_way", "hedge"):
        pair = PAIR | {"notional": 900, "position_mode": mode}
        life = live("carry", paths, rates={ETH: "0.0001 " * 3}, **pair)
        life.tells("opened short 0.015 BTC", "closed 0.001 BTC")
        assert life.count("REFUSED") == 0


def test_a_carry_closes_the_leg_that_is_left_alone() -> None:
    paths = {BTC: "60000 72000 75000 75000", ETH: "3000 3000 3000 3000"}
    life = live("carry", paths, **(PAIR | {"margin_mode": "isolated"}))
    life.tells("LIQUIDATION", "closed all 2 ETH")
    assert life.fate.positions == ()


def test_a_carry_needs_two_symbols() -> None:
    (fault,) = live("carry", "60000 60000", faults=True, **PAIR).faults
    assert "a pair needs two symbols; the run has BTCUSDT" in fault
