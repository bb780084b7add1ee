"""Maintenance, initial margin, ratios, zones and limits."""

from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

import perplab
from perplab import (
    equity_ratio,
    initial_margin,
    maintenance_margin,
    margin_ratio,
    max_addable,
    max_removable,
    transferable,
    unrealized_profit,
    zone,
)
from perplab.domain.numbers import ONE, Fine, Value
from perplab.tables.dated import built_in
from perplab.tables.instruments import read_instruments


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT"])
def test_maintenance_is_continuous_at_every_edge(symbol: str) -> None:
    rows = built_in().in_force(symbol, 0)
    for above, row in pairwise(rows):
        below = row.floor * above.rate - above.amount * ONE
        assert below == row.floor * row.rate - row.amount * ONE
        edge = Decimal(row.floor).scaleb(-8)
        assert maintenance_margin(edge, symbol) == Decimal(below).scaleb(-16)


@given(units=st.integers(0, 2 * 10**17))
def test_the_maximum_over_brackets_is_the_bracket_looked_up(units: int) -> None:
    instrument = read_instruments().instrument("BTCUSDT", built_in().in_force("BTCUSDT", 0))
    looked_up: Fine = instrument.maintenance_at(Value(units * ONE))
    notional = Decimal(units).scaleb(-8)
    assert Fraction(maintenance_margin(notional, "BTCUSDT")) == Fraction(looked_up, ONE**3)


def test_maintenance_is_exact_and_not_cut() -> None:
    assert maintenance_margin("49.72023376", [(0, "0.01", 0)]) == Decimal("0.4972023376")


def test_initial_margin_is_cut_as_the_exchange_prints_it() -> None:
    assert initial_margin("1", "49.72023376", 20) == Decimal("2.48601168")


def test_unrealized_profit_has_the_sign_of_the_side() -> None:
    assert unrealized_profit("long", "0.1", "60000", "59000") == -100
    assert unrealized_profit("short", "0.1", "60000", "59000") == 100


def test_the_margin_ratio_is_one_where_liquidation_comes() -> None:
    assert margin_ratio("1.614445", Decimal("3.16812045") - Decimal("1.166074")) == Decimal(
        "0.80639737"
    )
    assert margin_ratio(24, 24) == 1
    assert margin_ratio(24, 0) == Decimal("Infinity")
    assert margin_ratio(0, 0) == 0


def test_the_equity_ratio_falls_to_the_maintenance_rate() -> None:
    assert equity_ratio(24, 6000) == Decimal("0.004")


@pytest.mark.parametrize(
    ("ratio", "colour"),
    [
        ("0", "green"),
        ("0.49999999", "green"),
        ("0.5", "yellow"),
        ("0.79999999", "yellow"),
        ("0.8", "red"),
        (Decimal("Infinity"), "red"),
    ],
)
def test_zones_begin_at_their_ratio(ratio: str | Decimal, colour: str) -> None:
    assert zone(ratio) == colour


def test_zones_can_be_moved_but_not_swapped() -> None:
    assert zone("0.3", yellow="0.2", red="0.4") == "yellow"
    with pytest.raises(ValueError, match="yellow"):
        zone("0.3", yellow="0.5", red="0.4")


def test_removable_margin_follows_the_published_example() -> None:
    terms = ("long", 1, 50000, 5000, "BTCUSDT")
    assert max_removable(*terms, mark_price=51000, leverage=10) == 900
    assert max_removable(*terms, mark_price=49000, leverage=10) == 0


def test_a_large_profit_frees_margin_only_down_to_the_maintenance_margin() -> None:
    most = max_removable("long", 1, 50000, 5000, "BTCUSDT", mark_price=60000, leverage=10)
    assert most == 5000 - 240


def test_removing_never_leaves_equity_at_maintenance_even_above_the_brackets_leverage() -> None:
    # 100x wants 1% of 4,000,000; its bracket's maintenance is 28,000, and 150x would want less.
    terms = ("long", 40, 100_000, 40_000, "BTCUSDT")
    most = max_removable(*terms, mark_price=100_000, leverage=150)
    left = Decimal(40_000) - most
    assert left == Decimal(28_000) + Decimal("1e-8")


@given(
    spare=st.integers(1, 10**13).map(lambda units: Decimal(units).scaleb(-8)),
    share=st.integers(0, 100),
    mark=st.integers(50_000, 70_000),
    leverage=st.integers(1, 100),
)
def test_what_is_removed_and_added_again_leaves_the_limit_where_it_was(
    spare: Decimal, share: int, mark: int, leverage: int
) -> None:
    def most(wallet: Decimal) -> Decimal:
        terms = ("long", 1, 50_000, wallet, "BTCUSDT")
        return max_removable(*terms, mark_price=mark, leverage=leverage)

    margin = initial_margin(1, mark, leverage) + spare
    limit = most(margin)
    removed = (limit * share / 100).quantize(Decimal("1e-8"), ROUND_DOWN)
    assert most(margin - removed) == limit - removed
    assert most(margin - removed + removed) == limit


def test_only_what_no_order_and_no_cross_position_needs_can_be_added() -> None:
    assert max_addable(1000) == 1000
    assert max_addable(1000, order_margin=150) == 850
    assert max_addable(1000, order_margin=1500) == 0


def test_a_profit_not_yet_realized_cannot_be_transferred() -> None:
    def most(unrealized: int) -> Decimal:
        return transferable(
            1000, cross_maintenance=24, cross_initial=300, cross_unrealized=unrealized
        )

    assert [most(500), most(-200), most(-800)] == [976, 500, 0]


def test_every_public_formula_is_found_in_perplab_and_explained() -> None:
    for name in perplab.__all__:
        assert getattr(perplab, name).__doc__
    assert set(perplab.__all__) <= set(dir(perplab))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(perplab, "nothing")  # noqa: B009 - the attribute is not there on purpose
