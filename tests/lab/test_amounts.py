"""Amounts as a person reads them."""

from fractions import Fraction

import pytest

from perplab.domain.numbers import parse_units
from perplab.lab import amounts


@pytest.mark.parametrize(
    ("text", "exact", "rounded"),
    [
        ("0", "0", "0"),
        ("1234567.5", "1,234,567.5", "1,234,567.5"),
        ("-0.5", "-0.5", "-0.5"),
        ("-1234.567", "-1,234.567", "-1,234.57"),
        ("2.999995", "2.999995", "3"),
        ("0.00123456", "0.00123456", "0.0012"),
        ("0.00000001", "0.00000001", "0.00000001"),
        ("-0.006", "-0.006", "-0.006"),
    ],
)
def test_money_is_exact_or_rounded_to_cents_and_never_to_nothing(
    text: str, exact: str, rounded: str
) -> None:
    units = parse_units(text)
    assert amounts.exact(units) == exact
    assert amounts.rounded(units) == rounded


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("57691.58422559", "57,691.584"),
        ("4.461", "4.461"),
        ("0.00001234", "0.00001234"),
        ("123456789012", "123,456,789,012"),
    ],
)
def test_a_price_has_eight_digits_that_say_something(text: str, shown: str) -> None:
    assert amounts.price(parse_units(text)) == shown


def test_a_ratio_is_told_in_percent_and_written_exactly() -> None:
    assert amounts.percent(Fraction(1, 3)) == "33.33%"
    assert amounts.percent(Fraction(1, 60_000)) == "0.0017%"
    assert amounts.percent(Fraction(-1, 10)) == "-10%"
    assert amounts.percent(None) == "over 100%"
    assert amounts.ratio_text(Fraction(1, 3)) == "0.33333333"
    assert amounts.ratio_text(None) is None


def test_a_gain_has_its_sign() -> None:
    assert amounts.signed(parse_units("12.3")) == "+12.3"
    assert amounts.signed(parse_units("-12.3")) == "-12.3"


def test_symbols_are_taken_apart() -> None:
    assert (amounts.base_of("BTCUSDT"), amounts.quote_of("BTCUSDT")) == ("BTC", "USDT")
    assert (amounts.base_of("ETHFDUSD"), amounts.quote_of("ETHFDUSD")) == ("ETH", "FDUSD")


def test_times_are_utc() -> None:
    time_ns = 1_704_067_200_005_129_699
    assert amounts.moment(time_ns) == "2024-01-01 00:00:00"
    assert amounts.iso(time_ns) == "2024-01-01T00:00:00.005129699Z"
    assert amounts.span(90_061 * 10**9) == "1 d 1 h"
    assert amounts.span(5) == "less than 1 s"
