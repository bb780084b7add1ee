"""Reading: a configuration file's text, its exact numbers, and errors that say where."""

import gzip
import json
import tomllib
import zlib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from perplab.domain.numbers import NumberError, parse_units

T = TypeVar("T")

_MOST_SHOWN = 200


class TableError(ValueError):
    """A configuration that cannot be used: file, place, what was found, what was expected."""


def _units(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise NumberError("expected a decimal number")
    return parse_units(str(value))


def _positive_units(value: object) -> int:
    units = _units(value)
    if units <= 0:
        raise ValueError("expected a number above zero")
    return units


def _natural_units(value: object) -> int:
    units = _units(value)
    if units < 0:
        raise ValueError("expected zero or a number above it")
    return units


Units = Annotated[int, BeforeValidator(_units)]
"""A decimal number, read exactly as a count of 1e-8."""
PositiveUnits = Annotated[int, BeforeValidator(_positive_units)]
"""The same, above zero."""
NaturalUnits = Annotated[int, BeforeValidator(_natural_units)]
"""The same, zero or above."""


def config_file(name: str) -> Path:
    """Return the path of a file of the shipped configuration.

    An installed package carries `config/` inside it; in a checkout it stands at the top.
    """
    package = Path(str(files("perplab")))
    inside = package / "config" / name
    return inside if inside.is_file() else package.parents[1] / "config" / name


def read_text(path: Path) -> str:
    """Return a file's UTF-8 text, unpacked if it is gzipped, or raise `TableError`."""
    try:
        data = path.read_bytes()
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
        text = data.decode()
    except FileNotFoundError:
        raise TableError(f"{path}: there is no such file") from None
    except (OSError, EOFError, zlib.error) as error:
        raise TableError(f"{path}: cannot be read: {error}") from error
    except UnicodeDecodeError as error:
        raise TableError(f"{path}: is not UTF-8 text: {error}") from error
    if not text.strip():
        raise TableError(f"{path}: is empty")
    return text


def read_toml(path: Path) -> dict[str, Any]:
    """Return a TOML file's tables; a decimal number stays text, so that it stays exact."""
    text = read_text(path)
    try:
        return tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise TableError(f"{path}: is not TOML: {error}") from error
    except (ValueError, RecursionError) as error:
        raise _unreasonable(path, error) from error


def read_json(path: Path) -> Any:
    """Return a JSON file's content; a decimal number stays text, so that it stays exact."""
    text = read_text(path)
    try:
        return json.loads(text, parse_float=str)
    except json.JSONDecodeError as error:
        raise TableError(f"{path}: is not JSON: {error}") from error
    except (ValueError, RecursionError) as error:
        raise _unreasonable(path, error) from error


def _unreasonable(path: Path, error: Exception) -> TableError:
    """Return the error of a text that is well formed and that no parser takes."""
    deep = isinstance(error, RecursionError)
    found = "lists or objects nested too deep" if deep else "a number of thousands of digits"
    return TableError(f"{path}: found {found}; expected a table")


def validated(adapter: TypeAdapter[T], data: object, source: str) -> T:
    """Return the data as the adapter's type, or raise `TableError` with every fault found."""
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        faults = [_sentence(source, fault) for fault in error.errors(include_url=False)]
        raise TableError("\n".join(faults)) from None


def _sentence(source: str, fault: ErrorDetails) -> str:
    place, kind = _place(fault["loc"]), fault["type"]
    if kind == "extra_forbidden":
        return f"{source}: {place}: is not a key that is known here; remove it"
    if kind == "missing":
        return f"{source}: {place}: is missing"
    message = fault["msg"].removeprefix("Value error, ")
    return f"{source}: {place}: found {_input(fault['input'])}: {message}"


def _input(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."


def _place(location: Sequence[int | str]) -> str:
    """Return `BTCUSDT.row 3.rate`, counting rows from 1."""
    return ".".join(f"row {step + 1}" if isinstance(step, int) else step for step in location)
