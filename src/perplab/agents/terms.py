"""Terms: whether a command that an agent made itself holds what its fields are declared to."""

from dataclasses import fields
from enum import Enum
from functools import cache
from typing import Any, get_args, get_type_hints

from perplab.agents.errors import AgentError, shown
from perplab.domain.commands import Command
from perplab.domain.numbers import INT64_MAX


def check_terms(command: object) -> None:
    """Raise `AgentError` unless it is a command whose values are of the declared types.

    Numbers count 1e-8 and fit into 64 bits. What they mean is for the exchange to judge.
    """
    if not isinstance(command, get_args(Command)):
        raise AgentError(f"submit: found {shown(command)}, expected perplab.domain.commands")
    kind: type = type(command)
    for name, expected in _declared(kind).items():
        value = getattr(command, name)
        if not _is_of(value, expected):
            whole = expected is int
            wanted = "a whole number of 1e-8 below 2**63" if whole else f"a {expected.__name__}"
            raise AgentError(f"{kind.__name__}.{name}: found {shown(value)}, expected {wanted}")


def _is_of(value: object, expected: type) -> bool:
    if expected is int:
        return type(value) is int and abs(value) <= INT64_MAX
    if issubclass(expected, Enum):
        return isinstance(value, expected)
    return type(value) is expected


@cache
def _declared(kind: type) -> dict[str, type]:
    """Return each field's type; a `NewType` is the type that it names."""
    hints = get_type_hints(kind)
    return {field.name: _plain(hints[field.name]) for field in fields(kind)}


def _plain(hint: Any) -> type:
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    found: type = getattr(hint, "__origin__", None) or hint
    return found
