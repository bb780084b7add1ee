"""Exact numbers: what the formulas take, and how their results are rounded for people."""

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Literal

from perplab.domain.numbers import DECIMALS, divide_cut, divide_down, divide_half_up, format_units

Exact = str | int | Decimal | Fraction
"""A number without rounding: text such as "0.1", an int, a Decimal or a Fraction."""
Side = Literal["long", "short"]

# Longer numbers than any market's, and short enough to compute with.
_DIGITS = 60


def exact(name: str, value: Exact) -> Fraction:
    """Return the argument's value, or raise TypeError or ValueError naming the argument."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | Fraction):
        kind = type(value).__name__
        raise TypeError(f"{name}: found {value!r}, a {kind}; expected a str, int or Decimal")
    if isinstance(value, int | Fraction):
        return Fraction(value)
    number = _decimal(name, value)
    if not number.is_finite():
        raise ValueError(f"{name}: found {value}, expected a finite number")
    if abs(number.adjusted()) > _DIGITS or len(number.as_tuple().digits) > _DIGITS:
        raise ValueError(f"{name}: found {_short(value)}, expected at most {_DIGITS} digits")
    return Fraction(number)


def positive(name: str, value: Exact) -> Fraction:
    """Return the argument's value, which must be above zero."""
    number = exact(name, value)
    if number <= 0:
        raise ValueError(f"{name}: found {value}, expected a number above zero")
    return number


def natural(name: str, value: Exact) -> Fraction:
    """Return the argument's value, which must not be below zero."""
    number = exact(name, value)
    if number < 0:
        raise ValueError(f"{name}: found {value}, expected zero or a number above it")
    return number


def direction(side: str) -> int:
    """Return 1 for "long" and -1 for "short", in small or capital letters; a buy opens a long."""
    sign = {"long": 1, "buy": 1, "short": -1, "sell": -1}.get(str(side).lower())
    if sign is None:
        raise ValueError(f'side: found {side!r}, expected "long" or "short"')
    return sign


def nearest(number: Fraction) -> Decimal:
    """Return the number rounded half up to 8 decimals, as the exchange prints a price."""
    return _in_units(divide_half_up(number.numerator * 10**DECIMALS, number.denominator))


def cut(number: Fraction) -> Decimal:
    """Return the number with all after its 8th decimal cut off, as the exchange prints money."""
    return _in_units(divide_cut(number.numerator * 10**DECIMALS, number.denominator))


def floor(number: Fraction) -> Decimal:
    """Return the number rounded down to 8 decimals: a limit that can be used in full."""
    return _in_units(divide_down(number.numerator * 10**DECIMALS, number.denominator))


def unrounded(number: Fraction) -> Decimal:
    """Return the number itself, or rounded half up to 8 decimals where its decimals never end."""
    rest, places = number.denominator, 0
    while rest % 10 == 0 or rest % 2 == 0 or rest % 5 == 0:
        rest //= 10 if rest % 10 == 0 else 2 if rest % 2 == 0 else 5
        places += 1
    if rest != 1:
        return nearest(number)
    return Decimal(format_units(int(number * 10**places), places))


def _decimal(name: str, value: str | Decimal) -> Decimal:
    if isinstance(value, str) and not value.isascii():
        raise ValueError(f"{name}: found {value!r}, expected a decimal number")
    try:
        return Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{name}: found {value!r}, expected a decimal number") from None


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= _DIGITS else f"{text[:_DIGITS]}..."


def _in_units(units: int) -> Decimal:
    """Return a count of 1e-8 with its 8 decimals written out."""
    sign, whole = int(units < 0), str(abs(units))
    return Decimal((sign, tuple(int(digit) for digit in whole), -DECIMALS))
