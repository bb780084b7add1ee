"""Forms: how each type of field is written as canonical JSON and read back, strictly."""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cache
from json.encoder import encode_basestring_ascii as quote
from sys import intern
from typing import Any, get_args, get_origin, get_type_hints

from perplab.domain.absent import ABSENT
from perplab.domain.numbers import (
    Fine,
    Money,
    NumberError,
    Price,
    Qty,
    Rate,
    Value,
    format_units,
    parse_units,
)

DECIMALS: Mapping[object, int] = {Price: 8, Qty: 8, Money: 8, Rate: 8, Value: 16, Fine: 24}

SHOWN = 80
"""How many characters of a found text an error shows."""
_KEPT = 16_384
"""How many numbers of a scale are kept beside their texts: few are written only once."""


class FormError(ValueError):
    """A field that is not what its type says; `field` is its path, such as `brackets[1].rate`."""

    def __init__(self, field: str, found: str, expected: str) -> None:
        super().__init__(f"field {field!r}: found {found}, expected {expected}")
        self.field = field
        self.found = found
        self.expected = expected

    def within(self, outer: str) -> "FormError":
        """Return the same error seen from the outer field."""
        dot = "." if self.field and not self.field.startswith("[") else ""
        return FormError(f"{outer}{dot}{self.field}", self.found, self.expected)


@dataclass(frozen=True, slots=True)
class Plain:
    """How the plain texts of a type look, which need no parser: a pattern with one group.

    `take` gives the value of the group's text, or raises `LookupError` or `ValueError` if that is
    not canonical after all. Not every canonical text is plain.
    """

    pattern: str
    take: Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Form:
    """The writer and the reader of one type; what `read` takes is what the JSON parser gave."""

    write: Callable[[Any], str]
    read: Callable[[Any], Any]
    plain: Plain | None = None


@cache
def form_of(hint: Any) -> Form:
    """Return the form of a type hint; `TypeError` for a type that no message may carry."""
    if hint in DECIMALS:
        return _units(DECIMALS[hint])
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _choice(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return _fields(hint)
    if get_origin(hint) is tuple and get_args(hint)[1:] == (...,):
        return _rows(form_of(get_args(hint)[0]))
    raise TypeError(f"a message cannot carry {hint!r}")


class _Texts(dict[int, str]):
    """The canonical text of each number, kept for the next time."""

    def __init__(self, decimals: int) -> None:
        self.decimals = decimals

    def __missing__(self, units: int) -> str:
        if len(self) >= _KEPT:
            self.clear()
        text = self[units] = f'"{format_units(units, self.decimals)}"'
        return text


_CANONICAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")
"""How `format_units` writes numbers, but for a zero with a sign."""


class _Numbers(dict[str, int]):
    """The number of each canonical text, without its quotes, kept for the next time."""

    def __init__(self, decimals: int) -> None:
        self.decimals = decimals

    def __missing__(self, text: str) -> int:
        whole, _, fraction = text.partition(".")
        units = int(whole + fraction.ljust(self.decimals, "0"))
        canonical = _CANONICAL.fullmatch(text) and len(fraction) <= self.decimals
        if not canonical or text == "-0":
            raise FormError("", shown(text), format_units(units, self.decimals))
        if len(self) >= _KEPT:
            self.clear()
        self[text] = units
        return units


@cache
def _units(decimals: int) -> Form:
    write = _Texts(decimals).__getitem__

    def read(found: Any) -> int:
        if type(found) is not str:
            raise FormError("", shown(found), "a decimal number as text")
        try:
            units = parse_units(found, decimals)
        except (NumberError, ValueError) as error:
            message = f"a decimal number with up to {decimals} decimals"
            raise FormError("", shown(found), message) from error
        if write(units) != f'"{found}"':
            raise FormError("", shown(found), write(units))
        return units

    return Form(write, read, Plain('"([-.0-9]*)"', _Numbers(decimals).__getitem__))


def _plain(kind: type, words: str, write: Callable[[Any], str], plain: Plain) -> Form:
    def read(found: Any) -> Any:
        if type(found) is not kind:
            raise FormError("", shown(found), words)
        return found

    return Form(write, read, plain)


_NAME = r'"([ !#-\[\]-~]*)"'
"""A text that JSON writes as it is: ASCII without quote, backslash and what cannot be seen."""

_PLAIN: Mapping[object, Form] = {
    str: _plain(str, "text", quote, Plain(_NAME, intern)),
    int: _plain(int, "a whole number", int.__repr__, Plain("(0|-?[1-9][0-9]*)", int)),
    bool: _plain(
        bool,
        "true or false",
        {True: "true", False: "false"}.__getitem__,
        Plain("(true|false)", {"true": True, "false": False}.__getitem__),
    ),
}


def _choice(members: type[StrEnum]) -> Form:
    texts = {member: quote(member.value) for member in members}
    by_value = {member.value: member for member in members}
    words = "one of " + ", ".join(by_value)

    def read(found: Any) -> StrEnum:
        if type(found) is not str or found not in by_value:
            raise FormError("", shown(found), words)
        return by_value[found]

    return Form(texts.__getitem__, read, Plain(_NAME, by_value.__getitem__))


def _rows(row: Form) -> Form:
    def write(rows: tuple[Any, ...]) -> str:
        return f"[{','.join(map(row.write, rows))}]"

    def read(found: Any) -> tuple[Any, ...]:
        if type(found) is not list:
            raise FormError("", shown(found), "a list")
        return tuple(_within(f"[{index}]", row, one) for index, one in enumerate(found))

    return Form(write, read)


def _fields(message: type) -> Form:
    hints = get_type_hints(message)
    forms = {field.name: form_of(hints[field.name]) for field in fields(message)}
    absent = {field.name: field.default for field in fields(message) if ABSENT in field.metadata}

    def read(found: Any) -> Any:
        if type(found) is not dict:
            raise FormError("", shown(found), "an object")
        names = [name for name in forms if name in found or name not in absent]
        if list(found) != names:
            raise _names_differ(list(found), names, tuple(forms))
        values = {name: _within(name, forms[name], found[name]) for name in names}
        for name, default in absent.items():
            if values.get(name, MISSING) == default:
                raise FormError(name, shown(found[name]), "nothing: it is as by default")
        return message(**values)

    return Form(_writer(forms, absent), read)


def _writer(forms: dict[str, Form], absent: dict[str, Any]) -> Callable[[Any], str]:
    """Return a function of one f-string over all fields: it runs for every record of a run."""
    names: dict[str, Any] = {}
    body = ""
    for name, form in forms.items():
        names[f"_{name}"] = form.write
        if name in absent:
            names |= {f"{name}_key": f',"{name}":', f"{name}_default": absent[name]}
            written = f"{name}_key + _{name}(m.{name})"
            body += f'{{"" if m.{name} == {name}_default else {written}}}'
        else:
            body += f'{"," if body else ""}"{name}":{{_{name}(m.{name})}}'
    assert body.startswith('"') or not absent, "the first field is always written"
    source = f"lambda m: f'{{{{{body}}}}}'"
    writer: Callable[[Any], str] = eval(source, names)  # noqa: S307  # our own field names
    return writer


def _within(name: str, form: Form, found: Any) -> Any:
    try:
        return form.read(found)
    except FormError as error:
        raise error.within(name) from None


def _names_differ(found: list[str], expected: list[str], known: tuple[str, ...]) -> FormError:
    for name in expected:
        if name not in found:
            return FormError(name, "nothing", "this field, which is missing")
    for name in found:
        if name not in known:
            return FormError(name, "an unknown field", "only " + (", ".join(known) or "{}"))
    place = next(index for index, name in enumerate(expected) if found[index] != name)
    return FormError(expected[place], f"{found[place]} in its place", "the declared order")


def shown(found: object) -> str:
    """Return a short text of what was found."""
    text = repr(found)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
