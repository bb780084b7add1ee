"""Exact: the auditor's numbers are fractions; this file reads, rounds and prints them."""

from fractions import Fraction
from functools import lru_cache
from math import ceil, floor

DECIMALS = 8
SCALE = 10**DECIMALS
UNIT = Fraction(1, SCALE)
"""The last decimal of prices, quantities, money and rates. docs/rules.md, 1.1."""
ZERO = Fraction(0)


@lru_cache(maxsize=65_536)
def number(text: str) -> Fraction:
    """Return the number of a decimal text; `ValueError` if it is not plain decimal.

    >>> number("-0.5")
    Fraction(-1, 2)
    """
    digits = text.removeprefix("-")
    whole, _, part = digits.partition(".")
    if not (whole + part).isdecimal() or not (whole + part).isascii():
        raise ValueError(f"{text!r} is not a decimal number")
    size = Fraction(int(whole + part), 10 ** len(part))
    return -size if text.startswith("-") else size


def of_units(units: int) -> Fraction:
    """Return the number of so many 1e-8."""
    return Fraction(int(units), SCALE)


def cut(value: Fraction) -> Fraction:
    """Return the value cut after 8 decimals, toward zero."""
    return down(value) if value >= 0 else up(value)


def down(value: Fraction) -> Fraction:
    """Return the value rounded to 8 decimals toward minus infinity."""
    return Fraction(floor(value * SCALE), SCALE)


def up(value: Fraction) -> Fraction:
    """Return the value rounded to 8 decimals toward plus infinity."""
    return Fraction(ceil(value * SCALE), SCALE)


def half_up(value: Fraction) -> Fraction:
    """Return the value rounded to 8 decimals, a half away from zero."""
    size = Fraction(floor(abs(value) * SCALE + Fraction(1, 2)), SCALE)
    return size if value >= 0 else -size


def to_step_down(value: Fraction, step: Fraction) -> Fraction:
    """Return the largest whole number of steps that is not above the value."""
    return floor(value / step) * step


def to_step_up(value: Fraction, step: Fraction) -> Fraction:
    """Return the smallest whole number of steps that is not below the value."""
    return ceil(value / step) * step


def written(value: Fraction) -> str:
    """Return the shortest decimal text; a value without one is cut after 8 decimals and marked.

    >>> written(Fraction(1, 2)), written(Fraction(1, 3))
    ('0.5', '0.33333333…')
    """
    places = _places(value)
    if places is None:
        return f"{written(cut(value))}…"
    sign = "-" if value < 0 else ""
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    if not places:
        return sign + digits
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def _places(value: Fraction) -> int | None:
    """Return how many decimals a value has, None if it has no end."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None
