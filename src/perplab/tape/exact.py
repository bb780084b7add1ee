"""Exact conversion of columns to integers that count 1e-8: from decimals, doubles and texts.

A decimal column is parsed with 27 decimals, and a double counts as the decimal that it is the
nearest double to; what cannot be shown to be exact comes out as None, never as a neighbour.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from perplab.domain.numbers import INT64_MAX, ONE, NumberError, parse_units, shown

DECIMAL = pl.Decimal(38, 27)
"""Holds every int64 count of 1e-8 and 19 decimals more."""

ROUNDED_AWAY = b"0" * 19
"""A text whose digits beyond the 27th decimal alone are not zero contains this."""

_DECIMALS_KEPT = 8
_PLAIN = r"^-?[0-9]{1,11}(\.[0-9]{1,27})?$"
_EXACT_DOUBLES = 2**53


def units_of_decimals(column: pl.Series) -> pl.Series | None:
    """Return a Decimal column in units of 1e-8 as Int64, or None if a value is not a whole unit.

    Nulls stay. A value beyond int64 also gives None.
    """
    dtype = column.dtype
    assert isinstance(dtype, pl.Decimal)
    scale = dtype.scale or 0
    digits = column.to_physical().to_frame("n").lazy()
    if scale <= _DECIMALS_KEPT:
        limit = pl.lit(INT64_MAX // 10 ** (_DECIMALS_KEPT - scale), dtype=pl.Int128)
        factor = pl.lit(10 ** (_DECIMALS_KEPT - scale), dtype=pl.Int128)
        lost = (pl.col("n").abs() > limit).any()
        units = (pl.col("n") * factor).cast(pl.Int64, strict=False)
    else:
        divisor = pl.lit(10 ** (scale - _DECIMALS_KEPT), dtype=pl.Int128)
        lost = (pl.col("n") % divisor != 0).any()
        units = (pl.col("n") // divisor).cast(pl.Int64, strict=False)
    result = digits.select(units.alias("units"), lost.alias("lost")).collect()
    if result["lost"].any() or result["units"].null_count() != column.null_count():
        return None
    return result["units"]


def units_of_doubles(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return doubles in units of 1e-8 and which of them are not such a number.

    A double stands for the multiple of 1e-8 next to it when it is that decimal's own double or
    within three of it (sums of decimals are that far off); where doubles are coarser than 1e-8
    it stands for its shortest decimal text.
    """
    scaled = values * ONE
    small = np.abs(scaled) < _EXACT_DOUBLES
    units = np.where(small, np.rint(np.where(small, scaled, 0)), 0).astype(np.int64)
    bad = small & (np.abs(units / ONE - values) > 3 * np.spacing(np.abs(values)))
    for place in np.flatnonzero(~small).tolist():
        exact = units_of_text(repr(float(values[place])))
        units[place], bad[place] = exact or 0, exact is None
    return units, bad


def units_of_text(text: str) -> int | None:
    """Return the number that a text states in units of 1e-8, or None if it does not fit."""
    try:
        units = parse_units(text)
    except NumberError:
        return None
    return units if -INT64_MAX <= units <= INT64_MAX else None


def fault_in(text: str) -> str:
    """Say what is wrong with a text that `units_of_text` refuses."""
    try:
        parse_units(text)
    except NumberError as error:
        return str(error).removeprefix(shown(text)).strip()
    return "is beyond the range of 64-bit integers that count 1e-8"


def units_of_texts(texts: pl.Series) -> tuple[pl.Series, int | None]:
    """Return texts in units of 1e-8 and the place of the first that is not an exact number.

    Nulls and empty texts give null.
    """
    plain = texts.is_null() | texts.str.contains(_PLAIN)
    if plain.all():
        units = units_of_decimals(texts.cast(DECIMAL))
        if units is not None:
            return units.alias(texts.name), None
    values: list[int | None] = []
    for place, text in enumerate(texts.to_list()):
        blank = text is None or not text.strip()
        value = None if blank else units_of_text(text)
        if value is None and not blank:
            return texts, place
        values.append(value)
    return pl.Series(texts.name, values, pl.Int64), None
