"""Loading: an agent by its name, a built-in one or a function of a user's own Python file."""

import ast
import inspect
import sys
import traceback
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from perplab.agents import builtin
from perplab.agents.budget import METER, Meter, counted
from perplab.agents.errors import AgentError, said
from perplab.agents.parameters import Parameters, arguments_of

Function = Callable[..., Generator[Any, Any, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """An agent ready to start: its name, its function, the meter of its loops.

    `file` is its file as people are told of it, `code_file` as tracebacks have it. `digest` is the
    BLAKE2b-256 of that file, empty for a built-in agent, which is a part of perplab.
    """

    name: str
    function: Function
    meter: Meter
    file: str
    code_file: str
    digest: str


def load(reference: str, places: Sequence[Path]) -> Loaded:
    """Return the agent of a built-in name, or of `FILE.py:FUNCTION` found in one of the places.

    `AgentError` says what was found and what was expected.
    """
    path, colon, name = reference.rpartition(":")
    if colon:
        return _from_file(reference, path, name, places)
    function = builtin.find(reference)
    if function is None:
        known = ", ".join(builtin.NAMES)
        raise AgentError(
            f"agent {reference!r} is not built in; expected one of {known}, or FILE.py:FUNCTION"
        )
    path = inspect.getfile(function)
    return Loaded(
        name=reference,
        function=function,
        meter=Meter(),
        file=Path(path).name,
        code_file=path,
        digest="",
    )


def arguments(loaded: Loaded, parameters: Parameters) -> dict[str, Any]:
    """Return a function's keyword arguments, each as its annotation says, or `AgentError`."""
    return arguments_of(loaded.name, loaded.function, parameters)


def _from_file(reference: str, path: str, name: str, places: Sequence[Path]) -> Loaded:
    found = next((place / path for place in places if (place / path).is_file()), None)
    if found is None:
        looked = ", ".join(str(place) for place in places) or "nowhere"
        raise AgentError(f"agent {reference!r}: file {path} was not found; looked in {looked}")
    source = _source(reference, found)
    meter = Meter()
    module = _executed(reference, found, source, meter)
    function = module.__dict__.get(name)
    generators = sorted(
        key for key, value in module.__dict__.items() if inspect.isgeneratorfunction(value)
    )
    if not inspect.isgeneratorfunction(function):
        what = "has no function of this name" if function is None else "is not a generator function"
        listed = ", ".join(generators) or "none"
        raise AgentError(
            f"agent {reference!r}: {found}: {name!r} {what} (a function with a yield in it);"
            f" the file's generator functions: {listed}"
        )
    return Loaded(
        name=reference,
        function=function,
        meter=meter,
        file=str(found),
        code_file=str(found),
        digest=blake2b(source, digest_size=32).hexdigest(),
    )


def _source(reference: str, found: Path) -> bytes:
    """Return the content of a file that can be parsed."""
    try:
        source = found.read_bytes()
        _parsed(source, str(found))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise AgentError(f"agent {reference!r}: {_place(error, found)}: {_told(error)}") from error
    return source


@lru_cache(maxsize=16)
def _parsed(source: bytes, file: str) -> ast.Module:
    return ast.parse(source, file)


@lru_cache(maxsize=16)
def _compiled(source: bytes, file: str) -> CodeType:
    """Return the code of a file with its loops counted; the runs of a sweep share it."""
    return compile(counted(ast.parse(source, file)), file, "exec")


def _executed(reference: str, found: Path, source: bytes, meter: Meter) -> ModuleType:
    """Return the file as a module; each account has its own, so that they share nothing."""
    module = ModuleType(f"agent file {found.stem}")
    module.__file__ = str(found)
    module.__dict__[METER] = meter
    sys.modules[module.__name__] = module  # where dataclasses look up their annotations
    try:
        exec(_compiled(source, str(found)), module.__dict__)  # noqa: S102 - the user's own file
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise AgentError(
            f"agent {reference!r}: {_place(error, found)}, cannot be imported: {_told(error)}"
        ) from error
    finally:
        del sys.modules[module.__name__]
    return module


def line_in(error: BaseException, file: str) -> int:
    """Return the last line of a file that an error or its cause passed through, 0 if none did."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == file and frame.lineno]
    if lines:
        return lines[-1]
    return 0 if error.__cause__ is None else line_in(error.__cause__, file)


def _place(error: BaseException, found: Path) -> str:
    line = line_in(error, str(found))
    if isinstance(error, SyntaxError) and error.filename == str(found):
        line = error.lineno or line
    return f"{found}, line {line}" if line else str(found)


def _told(error: BaseException) -> str:
    return ": ".join(filter(None, (type(error).__name__, said(error))))
