"""The calculator at a terminal."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from perplab.cli.calc import app

LONG = ("--side", "long", "--quantity", "0.1", "--entry", "60000", "--leverage", "20")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def told(*arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 2
    assert not result.stdout
    return " ".join(result.stderr.replace("│", " ").split())


def test_a_liquidation_price_is_printed_as_exact_text() -> None:
    values = told("liquidation", *LONG)
    assert values["margin"] == "300"
    assert values["liquidation_price"] == "57228.91566265"
    assert values["bankruptcy_price"] == "57000"
    assert values["brackets"] == "BTCUSDT, built-in binance-usdm-brackets.toml"


def test_a_person_reads_a_table() -> None:
    result = run("liquidation", *LONG)
    assert result.exit_code == 0
    assert "liquidation price" in result.stdout
    assert "57228.91566265" in result.stdout


@pytest.mark.parametrize(("margin", "price"), [("1000", "54300"), ("5000", "30300")])
def test_the_articles_positions_with_a_fixed_maintenance_of_50(margin: str, price: str) -> None:
    size = ("--side", "long", "--notional", "10000", "--entry", "60000")
    values = told("liquidation", *size, "--margin", margin, "--maintenance", "50")
    assert values["liquidation_price"] == price


def test_both_articles_are_reproduced_beside_what_is_exact() -> None:
    adding, modes = told("articles").values()
    assert adding["before"]["effective_leverage"] == "10"
    assert adding["after"]["effective_leverage"] == "5"
    assert adding["after"]["liquidation_price"] == "48192.77108434"
    assert modes["isolated"] == {
        "margin": "1000",
        "the_article_says_about": "54250",
        "with_a_fixed_maintenance_of_50": "54300",
        "with_the_bracket_table_of_BTCUSDT": "54216.86746988",
        "bankruptcy_price": "54000",
    }
    assert modes["cross"]["the_article_says_about"] == "30250"
    assert modes["cross"]["with_a_fixed_maintenance_of_50"] == "30300"
    assert modes["cross"]["with_the_bracket_table_of_BTCUSDT"] == "30120.48192771"
    assert "54216.86746988" in run("articles").stdout


def test_one_bracket_of_an_exchanges_page_is_enough() -> None:
    values = told(
        *("liquidation", "--side", "long", "--quantity", "65457", "--entry", "0.4281605481461"),
        *("--margin", "11962.99576933", "--rate", "0.015", "--amount", "50"),
    )
    assert values["liquidation_price"] == "0.24836096"


def test_cross_counts_what_the_other_positions_need_and_bring() -> None:
    values = told(
        *("liquidation", "--side", "short", "--quantity", "0.005", "--entry", "9451.53"),
        *("--margin", "10.72", "--other-maintenance", "1.3", "--other-unrealized", "0.47"),
    )
    assert values["liquidation_price"] == "11383.9940239"


def test_margin_shows_the_needs_the_ratios_and_the_zone() -> None:
    values = told("margin", *LONG, "--mark", "57300")
    assert values["initial_margin"] == "286.5"
    assert values["maintenance_margin"] == "22.92"
    assert values["margin_balance"] == "30"
    assert values["margin_ratio"] == "0.764"
    assert values["zone"] == "yellow"


def test_a_bankrupt_position_is_red_without_a_leverage() -> None:
    values = told("margin", *LONG, "--mark", "56000")
    assert values["margin_ratio"] == "Infinity"
    assert values["effective_leverage"] is None
    assert values["zone"] == "red"
    assert "none" in run("margin", *LONG, "--mark", "56000").stdout


def test_the_limits_of_adding_and_removing() -> None:
    assert told("max-add", "--wallet", "1000", "--order-margin", "150")["max_addable"] == "850"
    terms = ("--side", "long", "--quantity", "1", "--entry", "50000", "--leverage", "10")
    assert told("max-remove", *terms, "--mark", "51000")["max_removable"] == "900"


def test_a_preview_shows_both_sides_of_an_addition() -> None:
    values = told("preview", *LONG, "--mark", "57300", "--add", "200", "--wallet", "500")
    assert values["before"]["zone"] == "yellow"
    assert values["after"]["zone"] == "green"
    assert values["after"]["liquidation_price"] == "55220.88353414"
    assert "55220.88353414" in run("preview", *LONG, "--mark", "57300", "--add", "200").stdout


def test_a_preview_of_a_removal_brings_the_price_closer() -> None:
    values = told("preview", *LONG, "--margin", "500", "--remove", "200")
    assert values["after"]["liquidation_price"] == "57228.91566265"


def test_brackets_come_from_a_file_and_a_symbol(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        "effective = 2023-06-01\n[brackets]\n"
        "X = [{ floor = 0, cap = 1000, rate = 0.01, amount = 0, max_leverage = 5 }]\n"
        "Y = [{ floor = 0, cap = 1000, rate = 0.02, amount = 0, max_leverage = 5 }]\n"
    )
    values = told("margin", *LONG, "--brackets", str(path), "--symbol", "Y")
    assert values["maintenance_margin"] == "120"
    assert values["brackets"] == "Y, mine.toml"
    assert told("margin", *LONG, "--brackets", "ETHUSDT")["brackets"].startswith("ETHUSDT")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("liquidation", "--side", "long", "--entry", "1"), "one of --quantity and --notional"),
        (("liquidation", *LONG[:-2]), "give --margin, or --leverage"),
        (("liquidation", *LONG, "--entry", "0"), "found 0, expected a number above zero"),
        (("liquidation", *LONG, "--entry", "x"), "found 'x', expected a decimal number"),
        (("liquidation", *LONG, "--margin", "-1"), "found -1, expected zero or a number above"),
        (("liquidation", *LONG, "--amount", "5"), "--amount belongs to --rate"),
        (("liquidation", *LONG, "--rate", "1", "--maintenance", "5"), "use only one of"),
        (("liquidation", *LONG, "--rate", "1"), "expected less than 1"),
        (("liquidation", *LONG, "--brackets", "none.json"), "there is no such file"),
        (("liquidation", *LONG, "--symbol", "DOGEUSDT"), "no leverage brackets"),
        (("preview", *LONG), "give one of --add and --remove"),
        (("preview", *LONG, "--add", "9", "--wallet", "8"), "found 9, expected at most 8"),
        (("preview", *LONG, "--remove", "1"), "found 1, expected at most 0"),
        (("max-add",), "--wallet"),
    ],
)
def test_terms_that_cannot_be_used_end_with_code_2_and_a_reason_on_stderr(
    arguments: tuple[str, ...], message: str
) -> None:
    assert message in refused(*arguments)


def test_a_position_as_it_should_be_has_no_notes() -> None:
    assert told("liquidation", *LONG)["notes"] == []
    assert "note:" not in run("liquidation", *LONG).stdout


@pytest.mark.parametrize("command", ["liquidation", "margin", "max-remove"])
def test_a_leverage_beyond_its_bracket_and_a_liquidation_at_once_are_noted(command: str) -> None:
    values = told(command, *LONG[:-1], "500")
    at_once, leverage = values["notes"]
    assert at_once == (
        "the position would be liquidated at once: at the mark price 60000 its margin balance 12"
        " is not above its maintenance margin 24"
    )
    assert leverage.startswith("the leverage 500 is above ")
    assert leverage.endswith(", the highest that the bracket of the notional 6000 allows")
    assert f"note: {at_once}\n" in run(command, *LONG[:-1], "500").stdout


def test_a_position_that_the_mark_has_passed_is_noted() -> None:
    (note,) = told("liquidation", *LONG, "--mark", "57200")["notes"]
    assert "liquidated at once: at the mark price 57200" in note


def test_a_notional_beyond_the_last_bracket_is_noted() -> None:
    size = ("--side", "short", "--quantity", "1e30", "--entry", "60000", "--leverage", "1")
    assert "the cap of the last bracket" in told("liquidation", *size)["notes"][-1]


def test_a_single_bracket_states_no_highest_leverage() -> None:
    assert told("liquidation", *LONG[:-1], "200", "--rate", "0.001")["notes"] == []


def test_a_preview_notes_which_side_is_liquidated_at_once() -> None:
    (note,) = told("preview", *LONG, "--mark", "57200", "--add", "200")["notes"]
    assert note.startswith("before: the position would be liquidated at once")


@pytest.mark.parametrize("digits", ["1" * 5000, "٦٠٠٠٠"], ids=["long", "arabic"])
def test_absurd_digits_are_refused_in_short(digits: str) -> None:
    message = refused("liquidation", *LONG, "--quantity", digits)
    assert "expected" in message
    assert len(message) < 500
