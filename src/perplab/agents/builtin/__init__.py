"""The agents that come with perplab, by the names under which a scenario asks for them."""

from collections.abc import Callable, Generator, Mapping
from importlib import import_module
from typing import Any

_FUNCTIONS: Mapping[str, str] = {
    "hold": "holding:hold",
    "stop": "stopping:stop",
    "partial-stop": "stopping:partial_stop",
    "add-once": "adding:add_once",
    "add-twice": "adding:add_twice",
    "add-always": "adding:add_always",
    "auto-add": "adding:auto_add",
    "trailing-stop": "trailing:trailing_stop",
    "average-down": "averaging:average_down",
    "grid": "gridding:grid",
    "carry": "carrying:carry",
    "adviser": "advised:adviser",
}
NAMES = tuple(_FUNCTIONS)


def find(name: str) -> Callable[..., Generator[Any, Any, Any]] | None:
    """Return the built-in agent of a name, None if there is none."""
    place = _FUNCTIONS.get(name)
    if place is None:
        return None
    module, _, function = place.partition(":")
    found: Callable[..., Generator[Any, Any, Any]] = getattr(
        import_module(f"perplab.agents.builtin.{module}"), function
    )
    return found
