"""Planting: a rule of the engine changed in one place, as a bug would, for the length of a test."""

import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType
from typing import Any

import pytest


@dataclass(frozen=True, slots=True)
class Bug:
    """A function of the engine, the text of it that is changed, and into what."""

    function: Callable[..., Any]
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Planted:
    """A bug, the world in which it shows or the seed of a drawn run, and the check that sees it."""

    bug: Bug
    run: str | int
    check: str
    every_tick: bool = False


def plant(monkeypatch: pytest.MonkeyPatch, bug: Bug) -> None:
    """Change a function in place, so that whoever has imported it meets the bug."""
    source = textwrap.dedent(inspect.getsource(bug.function))
    assert source.count(bug.old) == 1, f"{bug.old!r} is not in it once:\n{source}"
    changed = source.replace(bug.old, bug.new)
    namespace: dict[str, Any] = dict(bug.function.__globals__)
    exec(compile(changed, f"<bug in {bug.function.__name__}>", "exec"), namespace)
    code: CodeType = namespace[bug.function.__name__].__code__
    monkeypatch.setattr(bug.function, "__code__", code)
