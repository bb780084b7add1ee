"""A text becomes exactly its number, or is refused; a double becomes the decimal it stands for."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, strategies as st

from perplab.domain.numbers import INT64_MAX, ONE, format_units, parse_units
from perplab.tape.csv_table import CsvTable
from perplab.tape.errors import TapeError
from perplab.tape.exact import DECIMAL, units_of_decimals, units_of_doubles, units_of_texts
from perplab.tape.source import Source


def table(text: str) -> CsvTable:
    data = text.encode()
    return CsvTable(Source(path=Path("a.csv"), stored=data, data=data, content="text"))


def column(*cells: str) -> list[int | None]:
    loaded = table("n,x\n" + "".join(f"{cell},\n" for cell in cells)).load({"n": "decimal"})
    return loaded["n"].to_list()


texts = st.one_of(
    st.integers(-INT64_MAX, INT64_MAX).map(format_units),
    st.decimals(-1000, 1000, places=8).map(str),
    st.sampled_from(["1e3", "2.5E-3", "+4", ".5", "5.", "007", "1.000000000000", "0e5", "-0.0"]),
)


@given(cells=st.lists(texts, min_size=1))
def test_a_column_of_texts_is_what_each_text_says(cells: list[str]) -> None:
    assert column(*cells) == [parse_units(cell) for cell in cells]


@pytest.mark.parametrize(
    "cell",
    [
        "1.123456789",
        "60000.000000000001",
        "60000.00000000000000000000000000000001",
        "1e-30",
        "1e-9",
        "92233720368.54775808",
        "123456789012345678901234567890",
        "1e400",
        "nan",
        "inf",
        "abc",
        "1_000",
        "0x10",
        "1 2",
        "--1",
    ],
)
def test_a_text_that_is_not_exactly_such_a_number_is_refused_with_its_row(cell: str) -> None:
    with pytest.raises(TapeError, match=r"row 3, column n: found .* expected a decimal number"):
        column("1", cell, "2")


def test_the_largest_number_is_that_of_64_bits() -> None:
    assert column("92233720368.54775807", "-92233720368.54775807") == [INT64_MAX, -INT64_MAX]


def test_zeros_in_a_long_row_are_not_taken_for_hidden_digits() -> None:
    assert column("0.00000000000000000000000000000000", "5") == [0, 5 * ONE]


def test_an_empty_cell_is_nothing_and_not_zero() -> None:
    assert column("1", "", "0") == [ONE, None, 0]


@given(units=st.lists(st.integers(-INT64_MAX, INT64_MAX), min_size=1))
def test_a_double_of_up_to_fifteen_digits_stands_for_its_decimal(units: list[int]) -> None:
    shortened = [int(f"{u:.15g}".split("e")[0].replace(".", "").ljust(1, "0")) for u in units]
    doubles = np.array([float(Decimal(u) / ONE) for u in shortened])
    found, bad = units_of_doubles(doubles)
    assert not bad.any()
    assert found.tolist() == shortened


@pytest.mark.parametrize("value", [0.123456789, 60000.0000000001, float("nan"), float("inf"), 1e12])
def test_a_double_of_more_decimals_or_beyond_64_bits_is_bad(value: float) -> None:
    assert units_of_doubles(np.array([1.0, value]))[1].tolist() == [False, True]


@pytest.mark.parametrize("scale", [0, 2, 8, 12, 20])
def test_decimal_columns_of_any_scale_keep_their_value(scale: int) -> None:
    values = pl.Series(["0", "-3", None, "12345"]).cast(pl.Decimal(38, scale))
    units = units_of_decimals(values)
    assert units is not None
    assert units.to_list() == [0, -3 * ONE, None, 12345 * ONE]


def test_decimals_that_do_not_fit_give_nothing() -> None:
    assert units_of_decimals(pl.Series(["0.000000001"]).cast(DECIMAL)) is None
    assert units_of_decimals(pl.Series(["99999999999"]).cast(DECIMAL)) is None
    assert units_of_decimals(pl.Series(["99999999999"]).cast(pl.Decimal(38, 2))) is None
    assert units_of_decimals(pl.Series(["9" * 38]).cast(pl.Decimal(38, 0))) is None


def test_texts_give_units_or_the_place_of_the_first_fault() -> None:
    good, fault = units_of_texts(pl.Series(["1", None, "", "1e2"]))
    assert (good.to_list(), fault) == ([ONE, None, None, 100 * ONE], None)
    assert units_of_texts(pl.Series(["1", "x", "y"]))[1] == 1


def test_whole_number_columns_refuse_decimals_and_numbers_beyond_64_bits() -> None:
    for cell in ("1.0", "9223372036854775808", "x", "99999999999999999999"):
        with pytest.raises(TapeError, match=r"row 3, column n: found .* expected a whole number"):
            table(f"n,x\n1,\n{cell},\n").load({"n": "integer"})
    loaded = table("n,x\n1,\n9223372036854775807,\n").load({"n": "integer"})
    assert loaded["n"].to_list() == [1, INT64_MAX]
