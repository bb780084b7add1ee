"""Holes: what stands between braces in an account's texts, reckoned anew for every run.

`buy {100 * leverage / entry}` or `stop {entry * 0.97}`: numbers, the names that the run knows,
+ - * / and parentheses, exact. What is divided by an entry price is a quantity and is rounded
down to the symbol's step; a multiple of an entry price is a price and is rounded down to its
tick; anything else is rounded down to 1e-8. A hole of one name alone may be text: `{side} 0.02`.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from perplab.domain.instrument import Instrument
from perplab.domain.numbers import ONE, NumberError, divide_down, format_units, parse_units
from perplab.lab.sweep.errors import SweepError

_HOLE = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE | re.ASCII)
_LONGEST = 200


class Amount(NamedTuple):
    """A number, and how often a symbol's price is a factor of it: -1 makes it a quantity."""

    number: Fraction
    symbol: str = ""
    power: int = 0


class Names(NamedTuple):
    """What a run's holes may name: texts, and the entry prices by their names."""

    texts: Mapping[str, str]
    entries: Mapping[str, Amount]
    instruments: Mapping[str, Instrument]


def names_in(value: Any) -> Iterator[str]:
    """Yield every name that a table's holes use."""
    for text in _texts(value):
        for hole in _HOLE.findall(text):
            yield from _NAME.findall(hole)


def filled(value: Any, names: Names) -> Any:
    """Return a table or text with its holes filled, or raise `SweepError`."""
    if isinstance(value, str):
        return _HOLE.sub(lambda hole: _told(hole[1].strip(), names), value)
    if isinstance(value, dict):
        return {key: filled(one, names) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, names) for one in value]
    return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _told(hole: str, names: Names) -> str:
    """Return what stands in a hole's place."""
    if hole in names.texts:
        return names.texts[hole]
    if len(hole) > _LONGEST:
        raise SweepError(f"{{{hole[:_LONGEST]}…}}: expected at most {_LONGEST} characters")
    try:
        amount = _Reckoner(hole, names).value(_tree(hole))
    except ZeroDivisionError:
        raise SweepError(f"{{{hole}}}: divides by zero") from None
    return format_units(_units(amount, names))


def _units(amount: Amount, names: Names) -> int:
    """Return an amount in 1e-8, rounded down to what it counts in."""
    whole = 1
    if amount.power:
        instrument = names.instruments[amount.symbol]
        whole = instrument.step if amount.power < 0 else instrument.tick
    units = amount.number * ONE
    return divide_down(units.numerator, units.denominator * whole) * whole


@lru_cache(maxsize=1024)
def _tree(hole: str) -> ast.expr:
    try:
        return ast.parse(hole, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        raise SweepError(
            f"{{{hole}}}: expected numbers, names, + - * / and parentheses, as {{entry * 0.97}}"
        ) from None


class _Reckoner:
    """Reckons one hole's expression."""

    def __init__(self, hole: str, names: Names) -> None:
        self._hole = hole
        self._names = names

    def value(self, node: ast.expr) -> Amount:
        match node:
            case ast.BinOp(left, ast.Add() | ast.Sub() as sign, right):
                return self._sum(self.value(left), self.value(right), sign)
            case ast.BinOp(left, ast.Mult(), right):
                return self._product(self.value(left), self.value(right))
            case ast.BinOp(left, ast.Div(), right):
                under = self.value(right)
                turned = Amount(1 / under.number, under.symbol, -under.power)
                return self._product(self.value(left), turned)
            case ast.UnaryOp(ast.USub(), operand):
                return self._product(Amount(Fraction(-1)), self.value(operand))
            case ast.Constant():
                return Amount(self._number(ast.get_source_segment(self._hole, node) or ""))
            case ast.Name(name):
                return self._named(name)
            case _:
                raise self._wrong("has something else than numbers, names, + - * / and ()")

    def _named(self, name: str) -> Amount:
        entry = self._names.entries.get(name)
        if entry is not None:
            return entry
        text = self._names.texts.get(name)
        if text is None:
            known = ", ".join([*self._names.entries, *self._names.texts])
            raise self._wrong(f"{name!r} is not known; expected one of {known}")
        return Amount(self._number(text))

    def _number(self, text: str) -> Fraction:
        try:
            return Fraction(parse_units(text), ONE)
        except NumberError as error:
            raise self._wrong(str(error)) from None

    def _product(self, one: Amount, other: Amount) -> Amount:
        symbol = one.symbol or other.symbol
        if other.symbol not in {"", symbol}:
            raise self._wrong(f"mixes the prices of {symbol} and {other.symbol}")
        power = one.power + other.power
        return Amount(one.number * other.number, symbol if power else "", power)

    def _sum(self, one: Amount, other: Amount, sign: ast.operator) -> Amount:
        more = other.number if isinstance(sign, ast.Add) else -other.number
        if one.symbol and other.symbol and one[1:] != other[1:]:
            raise self._wrong("adds a price and a quantity, or prices of two symbols")
        kind = one if one.symbol else other
        return Amount(one.number + more, kind.symbol, kind.power)

    def _wrong(self, what: str) -> SweepError:
        return SweepError(f"{{{self._hole}}}: {what}")
