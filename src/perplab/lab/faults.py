"""Faults: what is wrong with a scenario's keys, in a sentence that counts from 1."""

from collections.abc import Iterator, Sequence
from datetime import date, time
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_WORDS = {
    "missing": "is missing",
    "too_short": "is empty; expected at least one",
    "string_too_short": "is empty text",
    "string_too_long": "is too long",
    "string_type": "expected text",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "tuple_type": "expected a list: [...], or [[...]] before each table",
    "dict_type": "expected a table of keys",
    "model_type": "expected a table of keys",
    "model_attributes_type": "expected a table of keys",
}
_LIMITS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "at most"),
}
_CHOICES = {"enum", "literal_error"}
_SHOWN = 60
_SILENT = {"missing", "too_short", "string_too_short", "extra_forbidden"}
"""Faults for which there is nothing to show: the place says it."""


def fault_sentence(error: ValidationError, model: type[BaseModel]) -> str:
    """Return the first fault as place, what was expected, and what was found."""
    faults = error.errors(include_url=False)
    fault, place = faults[0], _named(faults[0]["loc"])
    if fault["type"] == "extra_forbidden":
        known = ", ".join(_keys_at(model, place[:-1]))
        where = _place(place[:-1])
        return f"{where}{': ' if where else ''}unknown key {place[-1]!r}; expected one of {known}"
    same = [other for other in faults if _named(other["loc"]) == place]
    text = f"{_place(place) or 'the scenario'}: {_expected(same)}"
    value = fault["input"]
    found = str(value) if isinstance(value, date | time) else repr(value)
    told = isinstance(value, str) and found in text
    told = told or isinstance(value, dict | list) or fault["type"] in _SILENT
    return text if told else f"{text}, found {_cut(found)}"


def _expected(faults: Sequence[ErrorDetails]) -> str:
    """Return what was expected at a place; a union has a fault for each of its branches."""
    fault = faults[0]
    kind, terms = fault["type"], fault.get("ctx", {})
    if kind in _LIMITS:
        limit, words = _LIMITS[kind]
        return f"expected a number {words} {terms[limit]}"
    if kind in _CHOICES:
        choices = [one["ctx"]["expected"] for one in faults if one["type"] in _CHOICES]
        return f"expected one of {', '.join(choices).replace(' or ', ', ')}"
    if kind == "string_too_long":
        return f"expected at most {terms['max_length']} characters"
    if kind == "too_short" and fault["input"] == "":
        return _WORDS["string_too_short"]
    return _WORDS.get(kind, fault["msg"].removeprefix("Value error, "))


def _named(place: Sequence[int | str]) -> list[int | str]:
    """Return a place without pydantic's names of a union's branches, as str-enum[Kind]."""
    return [step for step in place if isinstance(step, int) or "[" not in step]


def _place(place: Sequence[int | str]) -> str:
    """Return `account 1, action 2, do` of ("account", 0, "actions", 1, "do")."""
    words: list[str] = []
    for step in place:
        if isinstance(step, int):
            words[-1] = f"{words[-1].removesuffix('s')} {step + 1}"
        else:
            words.append(step)
    return ", ".join(words)


def _keys_at(model: type[BaseModel], place: Sequence[int | str]) -> list[str]:
    """Return the keys that are known at a place in a model."""
    for step in place:
        field = model.model_fields.get(step) if isinstance(step, str) else None
        if field is not None:
            model = next(_models_in(field.annotation), model)
    return sorted(model.model_fields)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from _models_in(part)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
