"""Numbers and times of exports are read exactly, or not at all."""

from datetime import timedelta
from fractions import Fraction

import pytest

from perplab.audit.foreign.amounts import amount, amount_with_asset, moment, offset_in

NINE_NS = 1_756_717_200 * 10**9


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Fraction(1, 10)),
        ("-0.00000001", Fraction(-1, 10**8)),
        ("1,234,567.5", Fraction(2_469_135, 2)),
        ("1e-05", Fraction(1, 10**5)),
        (" +3. ", Fraction(3)),
    ],
)
def test_a_number_is_exact_in_whatever_way_it_is_written(text: str, value: Fraction) -> None:
    assert amount(text) == value


@pytest.mark.parametrize("text", ["", "1/3", "nan", "inf", "1_000", "1,23", "0x10", "٣", "1e999"])
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a decimal number"):
        amount(text)


def test_a_fee_may_stand_with_its_asset() -> None:
    assert amount_with_asset("0.00352911 BNB") == (Fraction(352_911, 10**8), "BNB")
    assert amount_with_asset("0.5usdt") == (Fraction(1, 2), "USDT")
    assert amount_with_asset("0.5") == (Fraction(1, 2), "")


@pytest.mark.parametrize(
    "text",
    [
        "1756717200",
        "1756717200000",
        "1756717200000000",
        "1756717200000000000",
        "2025-09-01 09:00:00",
        "25-09-01 09:00:00",
        "2025-09-01T09:00:00Z",
        "2025-09-01 12:00:00+03:00",
        "2025-09-01 09:00",
    ],
)
def test_a_time_is_the_same_in_whatever_way_it_is_written(text: str) -> None:
    assert moment(text) == NINE_NS


def test_parts_of_a_second_are_kept() -> None:
    assert moment("2025-09-01 09:00:00.123456789") == NINE_NS + 123_456_789


def test_a_time_without_zone_is_in_that_of_the_file() -> None:
    assert moment("2025-09-01 03:00:00", timedelta(hours=-6)) == NINE_NS
    assert moment("2025-09-01 09:00:00Z", timedelta(hours=-6)) == NINE_NS


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("Binance-Futures-Trade-History-202603230520(UTC--6)_aaaa1111.csv", -6),
        ("Binance-Futures-Trade-History-202608302008(UTC+3)-part1-of1.csv", 3),
        ("x(UTC+5:30).csv", 5.5),
    ],
)
def test_the_zone_stands_in_the_name_that_the_exchange_gives(name: str, hours: float) -> None:
    assert offset_in(name) == timedelta(hours=hours)


def test_other_names_say_no_zone() -> None:
    assert offset_in("trades.csv") is None


@pytest.mark.parametrize("text", ["", "2025-13-01 00:00:00", "yesterday", "123", "2025-09-01"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of our own words or of datetime's
        moment(text)
