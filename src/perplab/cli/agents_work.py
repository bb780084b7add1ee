"""What agents does: read the built-in agents' docstrings and parameters, and print them."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from perplab.agents import builtin
from perplab.agents.builtin.adding import Addition
from perplab.agents.entries import Entry, Size
from perplab.agents.parameters import Parameter, parameters_of
from perplab.cli.failures import UsageError
from perplab.cli.look import plain_table, print_json

_MEANING = re.compile(r"^([a-z_]+(?:, [a-z_]+)*): (.*(?:\n {4}.*)*)", re.MULTILINE)
_TYPES = {Decimal: "number", int: "whole number", str: "text", bool: "true or false"}
_SHARED = set(Entry.__annotations__)
"""The parameters of most agents, which their table leaves out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A built-in agent: what it does, in a sentence and further ones, and what it takes.

    `meanings` are those of the parameters, by the names that share one.
    """

    name: str
    what: str
    more: str
    parameters: dict[str, Parameter]
    meanings: dict[str, str]

    def meaning(self, parameter: str) -> str:
        """Return what a parameter means, or empty text."""
        for names, meaning in self.meanings.items():
            if parameter in names.split(", "):
                return meaning
        return ""


def described(name: str) -> Described:
    """Return what a built-in agent's function says of itself."""
    function = builtin.find(name)
    if function is None:
        known = ", ".join(builtin.NAMES)
        raise UsageError(f"agent {name!r} is not built in; expected one of {known}")
    what, _, rest = (inspect.getdoc(function) or "").partition("\n")
    taken = parameters_of(function) or {}
    meanings: dict[str, str] = {}
    for keys in (Size, Entry, Addition):
        if set(keys.__annotations__) <= set(taken):
            meanings |= _meanings(inspect.getdoc(keys) or "")
    return Described(
        name=name,
        what=what,
        more=_line(_MEANING.sub("", rest)),
        parameters=taken,
        meanings=meanings | _meanings(rest),
    )


def agents(name: str | None, *, as_json: bool) -> None:
    """Print all built-in agents, or one."""
    shown = [described(one) for one in ([name] if name else builtin.NAMES)]
    if as_json:
        print_json([_json(one) for one in shown])
    elif name is None:
        Console().print(_table(shown))
    else:
        _print_one(Console(), shown[0])


def _table(shown: list[Described]) -> Table:
    table = plain_table()
    for head in ("agent", "what it does", "its own parameters"):
        table.add_column(head)
    for one in shown:
        own = [_written(each) for each in one.parameters.values() if each.name not in _SHARED]
        table.add_row(Text(one.name, style="bold"), one.what, Text("\n".join(own)))
    return table


def _print_one(console: Console, one: Described) -> None:
    console.print(Text(f"{one.name}: {one.what}", style="bold"))
    if one.more:
        console.print(Text(one.more))
    table = plain_table()
    for head in ("parameter", "meaning"):
        table.add_column(head)
    for parameter in _in_order(one):
        table.add_row(Text(_written(parameter)), Text(one.meaning(parameter.name)))
    console.print(table)


def _in_order(one: Described) -> Iterator[Parameter]:
    """Yield an agent's parameters, its own first."""
    yield from (each for each in one.parameters.values() if each.name not in _SHARED)
    yield from (each for each in one.parameters.values() if each.name in _SHARED)


def _written(parameter: Parameter) -> str:
    """Return a parameter as a person would write it, with its default if it has one."""
    if parameter.default is None:
        return parameter.name
    return f"{parameter.name} = {parameter.default}"


def _meanings(text: str) -> dict[str, str]:
    return {names: _line(meaning) for names, meaning in _MEANING.findall(text)}


def _line(text: str) -> str:
    return " ".join(text.split())


def _json(one: Described) -> dict[str, Any]:
    return {
        "agent": one.name,
        "what": one.what,
        "more": one.more,
        "parameters": [
            {
                "name": each.name,
                "type": next((_TYPES[kind] for kind in each.kinds if kind in _TYPES), "any"),
                "default": None if each.default is None else str(each.default),
                "meaning": one.meaning(each.name),
            }
            for each in _in_order(one)
        ],
    }
