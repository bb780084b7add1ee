"""Liquidation prices that an exchange printed, and published worked examples."""

import json
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from perplab import (
    bankruptcy_price,
    hedged_liquidation_prices,
    liquidation_price,
    maintenance_margin,
    unrealized_profit,
)

CENT = Decimal("0.01")


def test_ten_real_positions_come_out_to_the_last_printed_digit(shared: Path) -> None:
    rows = json.loads((shared / "data/oracles/liquidation_price.json").read_text())["rows"]
    assert len(rows) == 10
    for row in rows:
        amount = Decimal(row["position_amount"])
        price = liquidation_price(
            "long" if amount > 0 else "short",
            abs(amount),
            row["entry_price"],
            row["isolated_wallet"],
            [("0", row["maintenance_margin_rate"], row["maintenance_amount"])],
        )
        assert str(price) == row["printed_liquidation_price"], row["symbol"]


WALLET = "1535443.01"
ETH = ("3683.979", "1456.84", WALLET, [("0", "0.1", "135365")])
BTC = ("109.488", "32481.98", WALLET, [("0", "0.025", "16300")])


# The page prints the other position's sums rounded; its last column uses them unrounded.
BTC_SUMS = ("71200.81144", "-56354.57"), ("71200.811444", "-56354.56848")
ETH_SUMS = ("356512.508", "-448192.89"), ("356512.508122", "-448192.88514")
NONE = ("0", "0"), ("0", "0")


@pytest.mark.parametrize(
    ("terms", "others", "printed", "exact"),
    [
        (ETH, NONE, "1114.78", "1114.7849637458726"),
        (BTC, NONE, "18778.73", "18778.725932171"),
        (ETH, BTC_SUMS, "1153.26", "1153.2564642391042"),
        (BTC, ETH_SUMS, "26316.89", "26316.89326451886"),
    ],
    ids=["ETH isolated", "BTC isolated", "ETH cross", "BTC cross"],
)
def test_the_published_example_comes_out_in_both_columns(
    terms: tuple[str, str, str, list[tuple[str, str, str]]],
    others: tuple[tuple[str, str], tuple[str, str]],
    printed: str,
    exact: str,
) -> None:
    (maintenance, unrealized), (full_maintenance, full_unrealized) = others
    rounded = liquidation_price(
        "long", *terms, other_maintenance=maintenance, other_unrealized=unrealized
    )
    full = liquidation_price(
        "long", *terms, other_maintenance=full_maintenance, other_unrealized=full_unrealized
    )
    assert rounded is not None
    assert rounded.quantize(CENT) == Decimal(printed)
    assert full == Decimal(exact).quantize(Decimal("1e-8"))


def test_the_other_positions_sums_of_the_published_example_come_out() -> None:
    assert maintenance_margin(Decimal("109.488") * Decimal("31967.27"), BTC[3]) == Decimal(
        "71200.811444"
    )
    assert maintenance_margin(Decimal("3683.979") * Decimal("1335.18"), ETH[3]) == Decimal(
        "356512.508122"
    )
    assert unrealized_profit("long", "109.488", "32481.98", "31967.27") == Decimal("-56354.56848")
    assert unrealized_profit("long", "3683.979", "1456.84", "1335.18") == Decimal("-448192.88514")


def test_the_short_of_2020_comes_out() -> None:
    price = liquidation_price(
        "short",
        "0.005",
        "9451.53",
        "10.72",
        [(0, "0.004", 0)],
        other_maintenance="1.3",
        other_unrealized="0.47",
    )
    assert price == Decimal("11383.99402390")  # exact 11383.994023904383, printed 11,383.99


def test_the_long_of_2020_comes_out_of_the_rounded_inputs_that_were_printed() -> None:
    price = liquidation_price(
        "long",
        "1",
        "199.53",
        "10.72",
        [(0, "0.0065", 0)],
        other_maintenance="0.19",
        other_unrealized="-0.06",
    )
    assert price == Decimal("190.29693005")  # exact 190.2969300452944, printed 190.29


@pytest.mark.parametrize(
    ("margin", "long", "long_gone", "short", "short_gone"),
    [
        ("5000", "45180.72289157", "45000", "54780.87649402", "55000"),
        ("2500", "47690.76305221", "47500", "52290.83665339", "52500"),
        ("400", "49799.19678715", "49600", "50199.20318725", "50400"),
    ],
    ids=["10x", "20x", "125x"],
)
def test_one_bitcoin_at_50000_with_the_table_of_2025(
    margin: str, long: str, long_gone: str, short: str, short_gone: str
) -> None:
    terms = ("1", "50000", margin)
    assert liquidation_price("long", *terms, "BTCUSDT") == Decimal(long)
    assert liquidation_price("short", *terms, "BTCUSDT") == Decimal(short)
    assert bankruptcy_price("long", *terms) == Decimal(long_gone)
    assert bankruptcy_price("short", *terms) == Decimal(short_gone)


def test_a_partly_hedged_long_falls_further_before_it_is_liquidated() -> None:
    prices = hedged_liquidation_prices(
        long_quantity=1,
        long_entry=50000,
        short_quantity="0.4",
        short_entry=52000,
        margin=3000,
        brackets="BTCUSDT",
    )
    assert prices is not None
    assert prices.below == Decimal("44078.06191117")


def test_a_full_hedge_is_liquidated_only_above_where_maintenance_outgrows_its_equity() -> None:
    hedge = partial(
        hedged_liquidation_prices,
        long_quantity=1,
        long_entry=50000,
        short_quantity=1,
        short_entry=52000,
        margin=1000,
    )
    table = hedge(brackets="BTCUSDT")
    first = hedge(brackets=[(0, "0.004", 0)])
    assert table == (None, Decimal(360000))
    assert first == (None, Decimal(375000))
