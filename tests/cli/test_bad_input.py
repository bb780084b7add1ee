"""Bad input: one message that says what to do, an exit code, and no traceback."""

from pathlib import Path

import pytest
from typer.testing import Result

from cli.conftest import LONG, Perplab

WALLET = ("--wallet", "1000")
ROUNDED = "the part rounds to 0 at the step of 0.001 BTC"
SCENARIO = """
tape = [{ generate = { rows = 1000, scenario = "calm" } }]
[[account]]
name = "ann"
futures = "1000"
leverage = 20
actions = [{ do = "buy 0.1" }]
"""


def said(result: Result) -> str:
    """Return the message of a refusal; whatever else happened is shown."""
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--leverage", "151"), "allow at most 150"),
        (("--leverage", "0"), "greater than or equal to 1"),
        (("--quantity", "0,1"), "--quantity: '0,1' is not a decimal number"),
        (("--quantity", "-1"), "found -1, expected a number above zero"),
        (("--quantity", "0.123456789"), "more than 8 decimals"),
        (("--wallet", "lots"), "--wallet: 'lots' is not a decimal number"),
        (("--add-margin", "200"), "expected AMOUNT@PRICE or AMOUNT@TIME"),
        (("--add-margin", "200@noon"), "'noon' is not a time"),
        (("--add-margin", "20@+1m", "--at", "+2m"), "before the position is opened"),
        (("--stop", "58000:50"), "expected a part as 58000:50%"),
        (("--stop", "58000:150%"), "more than 100%"),
        (("--stop", "x"), "--stop: 'x' is not a decimal number"),
        (("--stop-on", "index", "--stop", "58000"), "expected last or mark"),
        (("--set", "foo=1"), "foo: is not a key that is known here"),
        (("--set", "taker_fee=x"), "'x' is not a decimal number"),
        (("--set", "taker_fee"), "expected KEY=VALUE"),
        (("--set", "slippage=0", "--set", "slippage=1"), "slippage is given twice"),
        (("--columns", "price"), "'price' is not ROLE=COLUMN"),
        (("--columns", "price=nothing"), "no such column"),
        (("--funding", "0.1", "--funding", "0.2"), "give one rate, or files"),
        (("--funding", "none.csv"), "none.csv: found nothing to read"),
        (("--mark", "none.csv"), "none.csv: found nothing to read"),
        (("--brackets", "none.json"), "none.json: there is no such file"),
        (("--at", "2025-01-01"), "at 2025-01-01 is outside the run, 2024-01-01T00:00:00"),
        (("--at", "2023-01-01"), "at 2023-01-01 is outside the run, 2024-01-01T00:00:00"),
        (("--from", "2020-01-01"), "when every price is known"),
        (("--to", "yesterday"), "'yesterday' is not a time"),
        (("--tick", "0"), "0 is not above zero"),
        (("--tick", "7"), "no multiple of BTCUSDT's tick 7"),
        (
            ("--tick", "7"),
            "price number 1 of the 60000 that were read, in time order (column price)",
        ),
        (("--symbol", ""), "--symbol: found no name, expected a market, as BTCUSDT"),
        (("--symbol", " "), "--symbol: found no name"),
        (("--at", ""), "at is empty text"),
        (("--from", ""), "start: is empty text"),
        (("--tick", ""), "tick: '' is not a decimal number"),
        (("--funding", "5"), "funding 1, rate: expected a rate between -1 and 1"),
        (("--funding", "-1"), "found '-1'"),
        (("--set", "taker_fee=99"), "taker_fee: found 99, expected a rate below 1"),
        (("--set", "slippage=1"), "slippage: found 1, expected a rate below 1"),
        (("--set", "half_spread=2"), "half_spread: found 2, expected a rate below 1"),
        (("--margin-mode", "cross", "--auto-add"), "has no margin of its own"),
        (("--margin-mode", "cross", "--add-margin", "1@2"), "has no margin of its own"),
        (("--symbol", "ETHUSDT"), "'ETHUSDT' is not one of them"),
        (("--side", "up"), "'up' is not one of"),
        (("--nonsense",), "No such option"),
    ],
)
def test_terms_that_make_no_sense_end_with_code_2(
    crash: Path, perplab: Perplab, more: tuple[str, ...], message: str
) -> None:
    result = perplab("replay", crash, *LONG, *WALLET, *more)
    assert message in said(result)
    assert result.exit_code == 2
    assert not result.stdout


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--quantity", "1"), "margin insufficient (-2019); the wallet must hold"),
        (("--quantity", "0.0001"), "quantity below minimum (-4004); at least 0.001 BTC"),
        (("--quantity", "0.0015"), "quantity off step (-4023); the step is 0.001 BTC"),
        (("--quantity", "2000"), "quantity above maximum (-4005); at most 1,000 BTC"),
        (("--quantity", "100", "--leverage", "100"), "(-2027); at 100x at most 800,000 USDT"),
    ],
)
def test_a_position_that_the_exchange_refuses_ends_with_code_2_and_its_reason(
    crash: Path, perplab: Perplab, more: tuple[str, ...], message: str
) -> None:
    result = perplab("replay", crash, *LONG, *WALLET, *more)
    assert result.exit_code == 2
    assert message in said(result)
    assert "NEVER OPENED" in result.stdout


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (("--stop", "61000"), "stop at 61,000: would trigger immediately (-2021)"),
        (("--take-profit", "59000"), "take-profit at 59,000: would trigger immediately (-2021)"),
        (
            ("--stop", "58000:0.001%"),
            f"stop at 58,000: quantity not positive (-4003); {ROUNDED}",
        ),
    ],
)
def test_a_refused_stop_stands_in_the_story_and_beside_the_verdict(
    crash: Path, perplab: Perplab, more: tuple[str, ...], reason: str
) -> None:
    result = perplab("replay", crash, *LONG, *WALLET, *more)
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert f"REFUSED: {reason}" in text
    name, why = reason.split(": ", 1)
    kind = name.split()[0]
    after = text.split("LIQUIDATED at")[1]
    assert f"note: the {name} was refused: {why}; the position had no {kind}" in after


def test_a_refused_stop_beside_an_accepted_one_does_not_say_that_there_was_none(
    crash: Path, perplab: Perplab
) -> None:
    more = ("--stop", "61000", "--stop", "55000", "--add-margin", "5000@58000")
    text = " ".join(perplab("replay", crash, *LONG, *WALLET, *more).stdout.split())
    assert "note: the stop at 61,000 was refused" in text
    assert "the position had no stop" not in text
    assert "note: the margin change of 5,000 USDT was refused: cross balance insufficient" in text


def test_a_close_without_a_position_says_so(perplab: Perplab, tmp_path: Path) -> None:
    path = tmp_path / "close.toml"
    path.write_text(SCENARIO.replace("buy 0.1", "close"))
    text = " ".join(perplab("run", path, "--account", "ann").stdout.split())
    assert "REFUSED: market order: quantity not positive (-4003); there is no position" in text


def test_a_notional_below_the_minimum_is_refused_with_the_minimum(
    perplab: Perplab, tmp_path: Path
) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SCENARIO.replace("buy 0.1", "buy 0.001 at 58000"))
    text = " ".join(perplab("run", path, "--account", "ann").stdout.split())
    assert "REFUSED: limit order at 58,000: notional below minimum (-4164); at least" in text


def test_a_missing_file_is_named(perplab: Perplab) -> None:
    result = perplab("replay", "none.csv", *LONG, *WALLET)
    assert result.exit_code == 2
    assert "none.csv: found nothing to read" in said(result)


def test_a_log_of_another_run_is_not_touched(finished: Path, crash: Path, perplab: Perplab) -> None:
    before = finished.read_bytes()
    result = perplab("replay", crash, *LONG, *WALLET, "--log", finished)
    assert result.exit_code == 1
    assert "run.db: the log was made from something else" in said(result)
    assert finished.read_bytes() == before


def test_a_log_cannot_be_made_where_there_is_no_folder(crash: Path, perplab: Perplab) -> None:
    result = perplab("replay", crash, *LONG, *WALLET, "--log", "none/run.db")
    assert result.exit_code == 1
    assert "none/run.db" in said(result)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("futures =", "futurs =", "account 1: unknown key 'futurs'; expected one of actions,"),
        ('"1000"', '"lots"', "'lots' is not a decimal number"),
        ("buy 0.1", "buy 0.1 ETHUSDT", "'ETHUSDT' is not one of them"),
        ("buy 0.1", "bye 0.1", "'bye' is not a verb"),
        ("rows = 1000", "rows = 0", "generate, rows: expected a number above 0, found 0"),
        ('"calm"', '"boring"', "scenario"),
        ("[[account]]", "[[account", "is not TOML"),
    ],
)
def test_a_scenario_that_cannot_be_run_names_file_or_key(
    perplab: Perplab, tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(SCENARIO.replace(old, new))
    result = perplab("run", path)
    assert message in said(result)
    assert result.exit_code == 2


def test_an_account_that_is_not_there_is_refused(perplab: Perplab, tmp_path: Path) -> None:
    path = tmp_path / "good.toml"
    path.write_text(SCENARIO)
    result = perplab("run", path, "--account", "bob")
    assert result.exit_code == 2
    assert "found 'bob', expected one of ann" in said(result)


def test_a_command_that_is_not_there_is_refused(perplab: Perplab) -> None:
    result = perplab("relay")
    assert result.exit_code == 2
    assert "No such command" in said(result)
