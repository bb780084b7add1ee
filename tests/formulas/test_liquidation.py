"""What must be true of every liquidation price."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, strategies as st

from perplab import bankruptcy_price, hedged_liquidation_prices, liquidation_price
from perplab.domain.numbers import ONE
from perplab.formulas.liquidation import _safe_range
from perplab.formulas.rows import Row, lines_of, maintenance_of, rows_of
from perplab.tables.dated import built_in

TABLE = rows_of("BTCUSDT")
quantities = st.integers(1, 10**12).map(lambda units: Fraction(units, ONE))
prices = st.integers(1, 10**13).map(lambda units: Fraction(units, ONE))
wallets = st.integers(0, 10**15).map(lambda units: Fraction(units, ONE))


@given(held=quantities, entry=prices, wallet=wallets, side=st.sampled_from((1, -1)))
def test_equity_equals_maintenance_exactly_at_the_root(
    held: Fraction, entry: Fraction, wallet: Fraction, side: int
) -> None:
    roots = [line.root for line in lines_of(wallet, side * held, entry, TABLE)]
    root = max(roots) if side > 0 else min(roots)
    assume(root > 0)
    equity = wallet + side * held * (root - entry)
    assert equity == maintenance_of(held * root, TABLE)


@given(held=quantities, sold=quantities, entry=prices, other=prices, wallet=wallets)
def test_a_hedged_pair_meets_its_maintenance_exactly_at_both_bounds(
    held: Fraction, sold: Fraction, entry: Fraction, other: Fraction, wallet: Fraction
) -> None:
    def spare(price: Fraction) -> Fraction:
        equity = wallet + held * (price - entry) - sold * (price - other)
        return equity - maintenance_of(held * price, TABLE) - maintenance_of(sold * price, TABLE)

    safe = hedged_liquidation_prices(
        long_quantity=held,
        long_entry=entry,
        short_quantity=sold,
        short_entry=other,
        margin=wallet,
        brackets="BTCUSDT",
    )
    unit = Fraction(1, ONE)
    if safe is None:
        assert all(spare(price) <= 0 for price in (entry, other, unit, 2 * entry))
        return
    assume(safe.below is None or safe.above is None or safe.above - safe.below > 4 * unit)
    if safe.below is not None:
        assert spare(Fraction(safe.below) - unit) < 0 < spare(Fraction(safe.below) + unit)
    if safe.above is not None:
        assert spare(Fraction(safe.above) + unit) < 0 < spare(Fraction(safe.above) - unit)


def test_a_pair_without_any_safe_price_has_no_range() -> None:
    assert (
        hedged_liquidation_prices(
            long_quantity=1,
            long_entry=52000,
            short_quantity=1,
            short_entry=50000,
            margin=1000,
            brackets="BTCUSDT",
        )
        is None
    )


def test_a_level_line_at_or_below_zero_leaves_no_safe_price() -> None:
    flat = lines_of(Fraction(0), Fraction(1), Fraction(1), [Row(*map(Fraction, (0, 1, 1)))])
    assert _safe_range(flat) is None


@given(held=quantities, entry=prices, wallet=wallets, added=wallets)
def test_more_margin_moves_the_price_away(
    held: Fraction, entry: Fraction, wallet: Fraction, added: Fraction
) -> None:
    assume(added > 0)
    for side, sign in (("long", 1), ("short", -1)):
        before = liquidation_price(side, held, entry, wallet, "BTCUSDT")
        after = liquidation_price(side, held, entry, wallet + added, "BTCUSDT")
        if before is not None and after is not None:
            assert sign * after <= sign * before


@given(held=quantities, entry=prices, wallet=wallets)
def test_liquidation_comes_before_bankruptcy(
    held: Fraction, entry: Fraction, wallet: Fraction
) -> None:
    for side, sign in (("long", 1), ("short", -1)):
        gone = bankruptcy_price(side, held, entry, wallet)
        price = liquidation_price(side, held, entry, wallet, "BTCUSDT")
        if gone is not None:
            assert price is not None
            assert sign * price >= sign * gone


def test_a_long_without_leverage_cannot_be_liquidated() -> None:
    assert liquidation_price("long", 1, 50000, 50000, "BTCUSDT") is None
    assert bankruptcy_price("long", 1, 50000, 50000) is None


def test_a_fixed_maintenance_is_one_row_without_a_rate() -> None:
    size = Fraction(10_000, 60_000)
    assert liquidation_price("long", size, 60000, 1000, [(0, 0, -50)]) == 54_300
    assert liquidation_price("long", size, 60000, 5000, [(0, 0, -50)]) == 30_300


def test_a_named_table_is_the_table_of_the_configuration() -> None:
    rows = built_in().in_force("ETHUSDT", 2**62)
    named = liquidation_price("long", 40_000, 2500, 5_000_000, "ETHUSDT")
    assert named == liquidation_price("long", 40_000, 2500, 5_000_000, rows)


@pytest.mark.parametrize(
    ("terms", "argument"),
    [
        (("both", 1, 1, 1, "BTCUSDT"), "side"),
        (("long", 0, 1, 1, "BTCUSDT"), "quantity"),
        (("long", "-1", 1, 1, "BTCUSDT"), "quantity"),
        (("long", 1, "x", 1, "BTCUSDT"), "entry_price"),
        (("long", 1, "NaN", 1, "BTCUSDT"), "entry_price"),
        (("long", 1, "1e999999", 1, "BTCUSDT"), "entry_price"),
        (("long", 1, 1, Decimal("Infinity"), "BTCUSDT"), "margin"),
        (("long", 1, 1, 1, "DOGEUSDT"), "brackets"),
        (("long", 1, 1, 1, []), "brackets"),
        (("long", 1, 1, 1, [("0", "1", "0")]), "row 1: rate"),
        (("long", 1, 1, 1, ["0.004"]), "row 1"),
        (("long", 1, 1, 1, [(0, "0.01", 0), (0, "0.02", 0)]), "row 2: floor"),
        (("long", 1, 1, 1, [(0, "0.01", 0), (9, "0.01", 0)]), "row 2: rate"),
        (
            ("long", 1, 1, 1, [(0, "0.01", 0), (100, "0.02", 2)]),
            "row 2: amount: found 2, expected 1",
        ),
    ],
)
def test_bad_input_is_refused_by_the_name_of_its_argument(
    terms: tuple[str, object, object, object, object], argument: str
) -> None:
    with pytest.raises(ValueError, match=argument):
        liquidation_price(*terms)  # type: ignore[arg-type]  # what a caller may pass by mistake


@pytest.mark.parametrize("place", range(1, 4))
def test_a_float_is_refused_as_it_is_not_exact(place: int) -> None:
    terms: list[object] = ["long", 1, 100, 10, "BTCUSDT"]
    terms[place] = 0.1
    with pytest.raises(TypeError, match="a float; expected a str, int or Decimal"):
        liquidation_price(*terms)  # type: ignore[arg-type]


@pytest.mark.parametrize(("said", "meant"), [("LONG", "long"), ("BUY", "long"), ("Sell", "short")])
def test_a_side_may_be_said_as_the_exchange_says_it(said: str, meant: str) -> None:
    prices = [liquidation_price(side, "0.1", "60000", "297", "BTCUSDT") for side in (said, meant)]
    assert prices[0] == prices[1]
