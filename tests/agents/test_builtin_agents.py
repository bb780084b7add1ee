"""What all built-in agents share: how they enter, take over, are refused, and are told wrong."""

from typing import Any

import pytest

from agents.lives import Life, live
from perplab.agents import builtin

BTC, ETH = "BTCUSDT", "ETHUSDT"
ROUGH = "60000 58400 57300 56000 60000 61000 63000 61500 58000 52000 51000 60000 62000 66000"
TWO = {BTC: ROUGH, ETH: "3000 2990 2900 2800 3000 3050 3150 3100 2900 2700 2650 3000 3100 3200"}
ENTERING = [name for name in builtin.NAMES if name not in {"grid", "carry"}]
SMALL = {"grid": "20"}


def any_life(name: str, **more: Any) -> Life:
    return live(name, TWO, margin=SMALL.get(name, "100"), spot="200", **more)


@pytest.mark.parametrize("name", builtin.NAMES)
@pytest.mark.parametrize("mode", ["isolated", "cross"])
@pytest.mark.parametrize("latency", ["0s", "250ms", "90s"])
def test_a_margin_is_all_that_an_agent_needs(name: str, mode: str, latency: str) -> None:
    life = any_life(name, margin_mode=mode, latency=latency)
    assert life.story.opened is not None


@pytest.mark.parametrize("name", ENTERING)
@pytest.mark.parametrize("mode", ["one_way", "hedge"])
def test_an_agent_may_be_short_in_either_position_mode(name: str, mode: str) -> None:
    life = any_life(name, side="short", position_mode=mode)
    life.tells("opened short")
    assert life.count("opened long") == 0


def test_a_carry_works_in_hedge_mode_as_well() -> None:
    any_life("carry", position_mode="hedge").tells("opened short", "opened long")


def test_a_grid_refuses_hedge_mode() -> None:
    (fault,) = any_life("grid", position_mode="hedge", faults=True).faults
    assert "one-way position mode" in fault


@pytest.mark.parametrize("name", ENTERING)
def test_another_symbol_than_the_first_can_be_named(name: str) -> None:
    any_life(name, symbol=ETH).tells("opened long 0.66")


@pytest.mark.parametrize(
    "size", [{"quantity": "0.1"}, {"notional": 6000}, {"margin": "300"}, {"margin": "300.5"}]
)
def test_a_size_is_said_in_one_of_three_ways(size: dict[str, Any]) -> None:
    live("hold", ROUGH, **size).tells("opened long 0.1 BTC")


@pytest.mark.parametrize("name", ENTERING)
def test_an_entry_that_is_refused_ends_the_agent_and_the_log_says_why(name: str) -> None:
    life = live(name, ROUGH, futures="10", margin=100)
    life.tells("REFUSED: market order: margin insufficient")
    assert life.verdict == "never opened"
    assert life.count("REFUSED") == 1


@pytest.mark.parametrize("side", [{}, {"side": "short"}])
def test_a_position_that_is_held_is_taken_over(side: dict[str, Any]) -> None:
    actions = [{"do": "sell 0.05"}]
    life = live("stop", "60000 60000 62000", actions=actions, **side)
    life.tells("opened short 0.05 BTC", "stop placed: buy all of it when last is 61,500")
    assert life.count("opened") == 1


def test_the_other_side_than_the_one_that_is_held_is_a_fault() -> None:
    actions = [{"do": "sell 0.05"}]
    life = live("stop", "60000 60000 62000", actions=actions, side="long", faults=True)
    assert "side: found long, but the account holds a short" in life.faults[0]


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("hold", {}, "one of the parameters quantity, notional, margin is needed; found none"),
        ("hold", {"margin": 1, "notional": 2}, "is needed; found 2 of them"),
        ("hold", {"notional": 1}, "buys nothing"),
        ("hold", {"margin": 100, "side": "up"}, "side: found 'up', expected long or short"),
        ("stop", {"margin": 100, "distance": 5}, "distance: found 5, expected a share above 0"),
        ("partial-stop", {"margin": 100, "part": 50}, "part: found 50, expected a share"),
        ("trailing-stop", {"margin": 100, "callback": 2}, "callback: found 2, expected a share"),
        ("add-once", {"margin": 100, "when": 2}, "when: found 2, expected a share"),
        (
            "add-once",
            {"margin": 100, "when": "20%", "target": "10%"},
            "target: found 0.1, expected more than when",
        ),
        ("average-down", {"margin": 100, "step": 2}, "step: found 2, expected a share"),
        ("grid", {"margin": 100, "step": "20%"}, "depth: found 1.0, expected a share"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_a_fault_in_words(
    name: str, given: dict[str, Any], said: str
) -> None:
    (fault,) = live(name, ROUGH, faults=True, **given).faults
    assert fault.startswith(f"ann: agent {name} failed at ")
    assert said in fault
