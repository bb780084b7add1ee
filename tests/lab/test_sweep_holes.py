"""Holes: exact, and rounded down to what the exchange takes."""

from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from perplab.domain.instrument import Instrument, Kind
from perplab.domain.numbers import ONE, Money, Price, Qty, Rate, format_units, parse_units
from perplab.lab.sweep.errors import SweepError
from perplab.lab.sweep.holes import Amount, Names, filled, names_in
from perplab.tables.dated import built_in

BTC = Instrument(
    symbol="BTCUSDT",
    tick=Price(parse_units("0.1")),
    step=Qty(parse_units("0.001")),
    min_quantity=Qty(parse_units("0.001")),
    max_quantity=Qty(parse_units("1000")),
    min_notional=Money(0),
    price_up=Rate(ONE),
    price_down=Rate(ONE),
    max_orders=200,
    liquidation_fee=Rate(0),
    brackets=built_in().in_force("BTCUSDT", 0),
    streams=(Kind.TRADE,),
)
entries = st.integers(min_value=1_000_000, max_value=2_000_000).map(lambda ticks: ticks * BTC.tick)
factors = st.integers(min_value=1, max_value=10**6).map(lambda units: format_units(units * 1000))


def names(entry: int, **texts: str) -> Names:
    price = Amount(Fraction(entry, ONE), "BTCUSDT", 1)
    return Names(texts, {"entry": price, "entry_BTCUSDT": price}, {"BTCUSDT": BTC})


@given(entry=entries, factor=factors)
def test_a_multiple_of_the_entry_price_is_a_price_just_below(entry: int, factor: str) -> None:
    price = parse_units(filled(f"{{entry * {factor}}}", names(entry)))
    exact = Fraction(entry * parse_units(factor), ONE)
    assert price % BTC.tick == 0
    assert exact - BTC.tick < price <= exact


@given(entry=entries, money=factors)
def test_money_by_the_entry_price_is_a_quantity_just_below(entry: int, money: str) -> None:
    quantity = parse_units(filled(f"{{{money} / entry}}", names(entry)))
    exact = Fraction(parse_units(money) * ONE, entry)
    assert quantity % BTC.step == 0
    assert exact - BTC.step < quantity <= exact


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("stop {entry * (1 - 0.5 / leverage)}", "stop 58500"),
        ("stop {entry_BTCUSDT - 1500.05} 50%", "stop 58499.9 50%"),
        ("buy {100 * leverage / entry}", "buy 0.033"),
        ("add-margin {100 / 3}", "add-margin 33.33333333"),
        ("{side} 0.02", "sell 0.02"),
        ("add-margin {-(1 - 3)}", "add-margin 2"),
        ("{ leverage }x", "20x"),
        ("no hole", "no hole"),
    ],
)
def test_a_text_is_told_with_its_holes_filled(text: str, told: str) -> None:
    assert filled(text, names(parse_units("60000"), leverage="20", side="sell")) == told


def test_holes_are_filled_wherever_a_text_stands_and_nothing_else_changes() -> None:
    account = {"leverage": 20, "actions": [{"do": "{side} 1"}], "parameters": {"on": True}}
    found = filled(account, names(ONE, side="buy"))
    assert found == {"leverage": 20, "actions": [{"do": "buy 1"}], "parameters": {"on": True}}
    assert list(names_in(account)) == ["side"]


def test_a_hole_that_is_too_long_is_refused_and_never_cut() -> None:
    with pytest.raises(SweepError, match="expected at most 200 characters"):
        filled(f"buy {{1 {' ' * 200} + 5}}", names(ONE))
