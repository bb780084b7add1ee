"""Formulas: margin and liquidation in closed form, exact numbers in and out.

Amounts are in the quote currency, quantities in the base currency and never negative: the side
is said apart. Numbers are taken as str, int, Decimal or Fraction; a float is a TypeError, a
number that makes no sense a ValueError that names its argument. docs/rules.md gives the sources.
"""
