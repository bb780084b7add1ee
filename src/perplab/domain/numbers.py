"""Exact numbers: integers that count 1e-8, and the one place where anything is divided.

Prices, quantities, money and rates count 1e-8. A product of two of them is a `Value` and
counts 1e-16; a value times a rate is `Fine` and counts 1e-24.
"""

import re
from typing import NewType

Price = NewType("Price", int)
"""Quote currency per unit of base currency, in 1e-8."""
Qty = NewType("Qty", int)
"""Base currency, in 1e-8; a position's is signed, short below zero."""
Money = NewType("Money", int)
"""Quote currency, in 1e-8."""
Rate = NewType("Rate", int)
"""A dimensionless rate, in 1e-8: 0.4% is 400,000."""
Value = NewType("Value", int)
"""Price times quantity, in 1e-16 of the quote currency."""

Fine = NewType("Fine", int)
"""A value times a rate, in 1e-24: exact maintenance margin."""

DECIMALS = 8
ONE: int = 10**DECIMALS
SQUARE = ONE * ONE
INT64_MAX = 2**63 - 1

_DECIMAL = re.compile(r"([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?", re.ASCII)
_LONGEST = 60
_SHOWN = 24


class NumberError(ValueError):
    """A text that is not an exact number of the wanted scale."""


def shown(text: str) -> str:
    """Return a text in quotes for a message; of one too long for a number only the beginning.

    >>> shown("60,000"), shown("7" * 5000)
    ("'60,000'", "'777777777777777777777777...'")
    """
    return repr(text if len(text) <= _LONGEST else f"{text[:_SHOWN]}...")


def parse_units(text: str, decimals: int = DECIMALS) -> int:
    """Return the text's number in units of 10**-decimals: exact, or `NumberError`.

    Digits are ASCII, and a text has at most 60 characters.

    >>> parse_units("57214.41443521")
    5721441443521
    """
    if len(text) > _LONGEST:
        raise NumberError(f"{shown(text)} has {len(text)} characters, more than {_LONGEST}")
    match = _DECIMAL.fullmatch(text.strip())
    if match is None or not (match[2] or match[3]):
        raise NumberError(f"{text!r} is not a decimal number")
    sign, whole, fraction, exponent = match[1], match[2], match[3] or "", int(match[4] or 0)
    digits = int(whole + fraction)
    shift = decimals + exponent - len(fraction)
    if shift >= 0:
        units = digits * int(10**shift)
    else:
        units, rest = divmod(digits, 10**-shift)
        if rest:
            raise NumberError(f"{text!r} has more than {decimals} decimals")
    return -units if sign == "-" else units


def format_units(units: int, decimals: int = DECIMALS) -> str:
    """Return the shortest decimal text of so many units: `parse_units` gives them back.

    >>> format_units(5725000000000)
    '57250'
    """
    digits = str(abs(units)).rjust(decimals + 1, "0")
    point = len(digits) - decimals
    sign = "-" if units < 0 else ""
    return f"{sign}{digits[:point]}.{digits[point:]}".rstrip("0").rstrip(".")


def divide_down(numerator: int, denominator: int) -> int:
    """Return the quotient rounded toward minus infinity."""
    return numerator // denominator


def divide_up(numerator: int, denominator: int) -> int:
    """Return the quotient rounded toward plus infinity."""
    return -(-numerator // denominator)


def divide_cut(numerator: int, denominator: int) -> int:
    """Return the quotient with its fraction cut off, toward zero, as the exchange prints."""
    quotient = abs(numerator) // abs(denominator)
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def divide_half_up(numerator: int, denominator: int) -> int:
    """Return the nearest integer, a half away from zero, as the exchange prints a price."""
    quotient = (2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator))
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def value_of(price: int, quantity: int) -> Value:
    """Return price times quantity, exact, in 1e-16."""
    return Value(price * quantity)


def money_down(value: int) -> Money:
    """Return a 1e-16 value as money, rounded toward minus infinity."""
    return Money(value // ONE)


def fee_cut(value: int, rate: int) -> Money:
    """Return value times rate as money, cut toward zero. rules.md, Fees."""
    return Money(divide_cut(value * rate, ONE * ONE))
