"""A scenario that a person got wrong: the place, counted from 1, and what was expected."""

import tomllib
from pathlib import Path

import pytest

from perplab.lab.preparation import Setup, prepare
from perplab.lab.scenario import ScenarioError, scenario_of
from perplab.venue.moments import parse_time

TAPE = 'tape = [{ generate = { rows = 1000, scenario = "calm" } }]\n'
ANN = '[[account]]\nname = "ann"\n'
CROWD = '[[population]]\nname = "crowd"\naccounts = 5\n'
RATES = "calc_time,funding_interval_hours,last_funding_rate\n1704067201000,8,0.0001\n"


def prepared(text: str, folder: Path = Path()) -> Setup:
    return prepare(scenario_of(tomllib.loads(text, parse_float=str), "file.toml"), folder)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TAPE + ANN + "lev = 2", "account 1: unknown key 'lev'; expected one of actions, agent,"),
        (TAPE + ANN * 2 + "lev = 2", "account 2: unknown key 'lev'"),
        ("foo = 1\n" + TAPE + ANN, "file.toml: unknown key 'foo'; expected one of account,"),
        (TAPE + ANN + '[instrument.A]\ntik = "1"', "instrument, A: unknown key 'tik'"),
        (TAPE + ANN + "futures = -3", "account 1, futures: expected a number not below zero"),
        (TAPE + ANN + "futures = true", "account 1, futures: expected a number, found True"),
        (TAPE + ANN + "leverage = true", "account 1, leverage: expected a number, found True"),
        (TAPE + ANN + "leverage = 0", "account 1, leverage: expected a number at least 1"),
        (TAPE + ANN + 'leverage = "x"', "account 1, leverage: expected a whole number"),
        (TAPE + ANN + 'margin_mode = "x"', "expected one of 'cross', 'isolated', found 'x'"),
        (TAPE + ANN + 'actions = ["buy 1"]', "account 1, action 1: expected a table of keys"),
        (TAPE + '[account]\nname = "ann"', "account: expected a list"),
        (TAPE + "[[account]]", "account 1, name: is missing"),
        (TAPE + CROWD.replace("accounts = 5", ""), "population 1, accounts: is missing"),
        (TAPE + CROWD + "longs = 2", "expected a share between 0 and 1, as 0.6"),
        (TAPE + CROWD + "leverage = []", "population 1, leverage: is empty"),
        (TAPE + CROWD + 'notional = ["5", "1"]', "its notional is 5 to 1; expected two amounts"),
        (TAPE + CROWD * 2, "population 'crowd' stands twice"),
        (TAPE + CROWD + ANN.replace("ann", "crowd4"), "'crowd4' is called as one of the pop"),
        (TAPE + CROWD + 'symbol = "X"', "population 'crowd': symbol: found 'X', expected one of"),
        (TAPE + '[[account]]\nname = ""', "account 1, name: is empty text"),
        (TAPE, "nobody is in it; expected an [[account]] or a [[population]]"),
        ("tape = []\n" + ANN, "tape: is empty; expected at least one"),
        ('tape = [{ files = ["a"], kind = "x" }]\n' + ANN, "tape 1, kind: expected one of 'trade'"),
        ('tape = [{ files = ["a"], kind = "x" }]\n' + ANN, "'mark', 'funding', found 'x'"),
        ("start = 12:00:00\n" + TAPE + ANN, "start: expected a time, as 2024-08-05T13:30:00"),
        (TAPE + "funding = [{ rate = 5 }]\n" + ANN, "funding 1, rate: expected a rate between"),
    ],
)
def test_a_wrong_key_or_value_is_told_in_our_own_words(text: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        prepared(text)
    said = str(caught.value)
    assert message in said
    for foreign in ("Input should", "permitted", "Value error", "Tuple", "datetime.", "[Kind]"):
        assert foreign not in said


@pytest.mark.parametrize(
    ("tape", "message"),
    [
        ("{}", "tape 2: it has no prices; expected files or generate"),
        ("{ files = [] }", "tape 2: it has no prices; expected files or generate"),
        ('{ files = ["a"], generate = { rows = 5 } }', "tape 2: it has generate and also files"),
        ('{ symbol = "A", generate = { rows = 5 } }', "tape 2: it has generate and also symbol"),
        ('{ generate = { rows = 5, symbol = "" } }', "tape 2, generate, symbol: is empty text"),
    ],
)
def test_a_tape_without_prices_or_with_two_sources_is_refused_by_its_number(
    tape: str, message: str
) -> None:
    with pytest.raises(ScenarioError, match=message):
        prepared(f"tape = [{{ generate = {{ rows = 1000 }} }}, {tape}]\n{ANN}")


def test_two_constant_rates_of_one_symbol_are_refused() -> None:
    with pytest.raises(ScenarioError, match=r"BTCUSDT has the constant rate 0\.2 and also"):
        prepared(TAPE + 'funding = [{ rate = "0.1" }, { rate = 0.2 }]\n' + ANN)


def test_a_constant_rate_beside_a_funding_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "BTCUSDT-fundingRate.csv").write_text(RATES)
    tapes = TAPE.replace("]\n", ', { files = ["BTCUSDT-fundingRate.csv"] }]\n')
    assert len(prepared(tapes + ANN, tmp_path).prices.funding) == 1
    with pytest.raises(ScenarioError, match="and also the file BTCUSDT-fundingRate"):
        prepared(tapes + 'funding = [{ rate = "0.1" }]\n' + ANN, tmp_path)


@pytest.mark.parametrize("key", ["at", "when"])
def test_an_empty_moment_is_not_the_same_as_none(key: str) -> None:
    with pytest.raises(ScenarioError, match=f"account 'ann', action 1: {key} is empty text"):
        prepared(f'{TAPE}{ANN}actions = [{{ do = "buy 0.1", {key} = "" }}]')


def test_toml_s_own_date_times_are_moments() -> None:
    times = "start = 2024-01-01T00:00:01Z\nend = 2024-01-01T00:00:05+00:00\n"
    setup = prepared(
        f'{times}{TAPE}{ANN}actions = [{{ do = "buy 0.1", at = 2024-01-01T00:00:02.5 }}]'
    )
    ((action,),) = (account.actions for account in setup.plan.accounts)
    assert parse_time(action.at) - setup.plan.start_ns == 1_500_000_000
    assert setup.plan.end_ns - setup.plan.start_ns == 4_000_000_000


@pytest.mark.parametrize("name", ["two\\nlines", "a\\tb", "\\u001b[31mred", "\\u200e"])
def test_a_name_that_a_terminal_cannot_print_on_one_line_is_refused(name: str) -> None:
    with pytest.raises(ScenarioError, match="account 1, name: expected one line of printable"):
        prepared(f'{TAPE}[[account]]\nname = "{name}"')


def test_a_price_off_the_tick_is_told_by_its_number_and_column(tmp_path: Path) -> None:
    (tmp_path / "BTCUSDT-bookTicker.csv").write_text(
        "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,"
        "transaction_time,event_time\n"
        "1,60000.1,1,60000.2,1,1704067200000,1704067200000\n"
        "2,60000.1,1,60000.25,1,1704067201000,1704067201000\n"
    )
    with pytest.raises(ScenarioError, match=r"price number 2 of the 2 .* \(column ask\)"):
        prepared('tape = [{ files = ["BTCUSDT-bookTicker.csv"] }]\n' + ANN, tmp_path)
