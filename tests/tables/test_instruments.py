"""Filters and settings from files."""

from dataclasses import fields
from pathlib import Path

import pytest

from perplab.domain.instrument import AutoAdd, Kind, LimitFill, Settings
from perplab.domain.numbers import ONE
from perplab.tables.dated import built_in
from perplab.tables.instruments import read_instruments
from perplab.tables.reading import TableError, config_file, read_toml
from perplab.tables.settings import read_settings, settings_from

BRACKETS = built_in().in_force("BTCUSDT", 0)
FILTERS = config_file("binance-usdm.toml")


def test_bitcoin_and_ether_are_complete() -> None:
    btc = read_instruments().instrument("BTCUSDT", BRACKETS, (Kind.MARK,))
    assert (btc.tick, btc.step, btc.min_quantity) == (ONE // 10, ONE // 1000, ONE // 1000)
    assert (btc.max_quantity, btc.min_notional) == (1000 * ONE, 100 * ONE)
    assert (btc.price_up, btc.price_down, btc.max_orders) == (105_000_000, 95_000_000, 200)
    assert btc.liquidation_fee == 1_250_000
    assert btc.brackets == BRACKETS
    assert btc.streams == (Kind.MARK,)
    eth = read_instruments().instrument("ETHUSDT", BRACKETS)
    assert (eth.tick, eth.step, eth.min_notional) == (ONE // 100, ONE // 1000, 20 * ONE)


@pytest.mark.parametrize("symbol", ["FILUSDT", "NEARUSDT", "XRPUSDT", "ADAUSDT", "LTCUSDT"])
def test_other_symbols_have_filters_of_their_own(symbol: str) -> None:
    instruments = read_instruments()
    assert instruments.note(symbol) is None
    assert instruments.instrument(symbol, BRACKETS).tick > 1


def test_a_symbol_that_is_not_listed_has_the_defaults_and_that_is_said() -> None:
    instruments = read_instruments()
    assert instruments.instrument("DOGEUSDT", BRACKETS).tick == 1
    assert "filters of DOGEUSDT: not in" in (instruments.note("DOGEUSDT") or "")


def changed(folder: Path, old: str, new: str) -> Path:
    path = folder / "mine.toml"
    text = FILTERS.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return path


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("tick = 0.10", "tick = 0", "instruments.BTCUSDT.tick: found 0"),
        ("tick = 0.10", "tick = true", "instruments.BTCUSDT.tick: found True"),
        ("tick = 0.10", 'tick = "ten"', "'ten' is not a decimal number"),
        ("tick = 0.10", "tick = 0.000000001", "has more than 8 decimals"),
        ("tick = 0.10", "tik = 0.10", "instruments.BTCUSDT.tik: is not a key"),
        ("tick = 0.10\n", "", "instruments.BTCUSDT.tick: is missing"),
        ("max_orders = 200", "max_orders = 0", "instruments.BTCUSDT.max_orders: found 0"),
        ("min_quantity = 0.001", "min_quantity = 2000", "min_quantity is above max_quantity"),
        ("min_quantity = 0.001", "min_quantity = 0.0015", "min_quantity is off step"),
        ("price_down = 0.95", "price_down = 1.1", "price_down is above price_up"),
    ],
)
def test_a_fault_in_the_filters_is_refused_with_file_table_and_key(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    path = changed(tmp_path, old, new)
    with pytest.raises(TableError) as refused:
        read_instruments(path)
    assert str(path) in str(refused.value)
    assert told in str(refused.value)


def test_without_defaults_an_unlisted_symbol_is_refused(tmp_path: Path) -> None:
    text = FILTERS.read_text()
    path = tmp_path / "mine.toml"
    path.write_text(text[: text.index("[default]")])
    with pytest.raises(TableError, match=r"instruments.DOGEUSDT is missing"):
        read_instruments(path).instrument("DOGEUSDT", BRACKETS)


def test_the_settings_file_states_every_setting_with_its_default() -> None:
    keys = read_toml(config_file("settings.toml"))["settings"]
    assert list(keys) == [field.name for field in fields(Settings)]
    assert read_settings() == Settings()
    assert read_settings(config_file("settings.toml")) == Settings()


def test_a_table_of_some_settings_keeps_the_other_defaults() -> None:
    settings = settings_from(
        {"taker_fee": "0.0004", "limit_fill": "through", "auto_add": "maintenance"}, "story.toml"
    )
    assert settings.taker_fee == 40_000
    assert settings.limit_fill is LimitFill.THROUGH
    assert settings.auto_add is AutoAdd.MAINTENANCE
    assert settings.maker_fee == Settings().maker_fee


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ({"taker_fe": 1}, "taker_fe: is not a key"),
        ({"taker_fee": 0.0005}, "taker_fee: found 0.0005: expected a decimal number"),
        ({"taker_fee": "-0.1"}, "taker_fee: found '-0.1': expected zero or a number above"),
        (
            {"limit_fill": "near"},
            'limit_fill: found \'near\': expected "touch" or "through" or "queue"',
        ),
        ({"partial_liquidation": 1}, "partial_liquidation: found 1"),
        ({"default_leverage": 0}, "default_leverage: found 0"),
        ({"margin_call_rearm": "0.9"}, "margin_call_rearm is above margin_call_ratio"),
        ({"margin_call_ratio": 1}, "margin_call_ratio is 1 or more"),
        ({"auto_add": "fixed"}, "expected auto_add_amount above zero"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_its_key(
    table: dict[str, object], told: str
) -> None:
    with pytest.raises(TableError) as refused:
        settings_from(table, "story.toml: settings")
    assert str(refused.value).startswith("story.toml: settings: ")
    assert told in str(refused.value)


def test_an_older_tape_has_the_tick_of_its_time() -> None:
    known = read_instruments()
    change = 1_644_894_000 * 10**9  # 2022-02-15T03:00:00Z
    ticks = [known.instrument("BTCUSDT", (), time_ns=at).tick for at in (change - 1, change)]
    assert ticks == [1_000_000, 10_000_000]
