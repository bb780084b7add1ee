"""The manifest: a log's first record, which says all that the run was made from."""

import json
from contextlib import suppress
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from perplab.domain.instrument import Config
from perplab.journal.errors import JournalError, differs
from perplab.journal.forms import form_of, shown

FORMAT = 1
"""The log format that this perplab writes, and the newest that it reads."""
RULES_VERSION = "1"
"""Changes whenever the same commands would give other events."""

_CONFIG = form_of(Config)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TapeEntry(_Part):
    """A price stream of the run: its symbol, kind, number of rows and content hash."""

    symbol: str
    kind: str
    rows: int = Field(ge=0)
    digest: str


class FundingEntry(_Part):
    """A funding series of the run: its symbol, number of rows and content hash."""

    symbol: str
    rows: int = Field(ge=0)
    digest: str


class Parent(_Part):
    """The log from which a fork was made: its hash at the record after which they part."""

    hash: str
    seq: int = Field(ge=0)


class Manifest(_Part):
    """What a run was made from. `scenario` is what was asked for, opaque here, without floats."""

    format: int = FORMAT
    perplab: str
    rules: str = RULES_VERSION
    config: dict[str, Any]
    scenario: dict[str, Any]
    tapes: tuple[TapeEntry, ...] = ()
    funding: tuple[FundingEntry, ...] = ()
    seed: int = 0
    parent: Parent | None = None

    @field_validator("config")
    @classmethod
    def _is_a_config(cls, config: dict[str, Any]) -> dict[str, Any]:
        config_of(config)
        return config

    @field_validator("scenario")
    @classmethod
    def _holds_no_float(cls, scenario: dict[str, Any]) -> dict[str, Any]:
        _refuse_floats(scenario, "scenario")
        return scenario

    @property
    def text(self) -> str:
        """Return the canonical JSON text, the body of the log's first record."""
        return _dumped(self.model_dump())


def manifest_config(config: Config) -> dict[str, Any]:
    """Return a config as a JSON object, numbers as decimal text: `config_of` gives it back."""
    written: dict[str, Any] = json.loads(_CONFIG.write(config))
    return written


def config_of(written: dict[str, Any]) -> Config:
    """Return the config of a manifest's JSON object, exact; `FormError` names a wrong field."""
    config: Config = _CONFIG.read(written)
    return config


@lru_cache(maxsize=8)
def read_manifest(text: str) -> Manifest:
    """Return the manifest of its canonical text, or `JournalError`.

    Whoever forks a log many times reads the same one each time.
    """
    try:
        data = json.loads(text)
        _refuse_unknown(data)
        manifest = Manifest.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "manifest"
        message = f"record 0: manifest, field {field!r}: {first['msg']}"
        raise JournalError(message, seq=0, found=shown(first["input"])) from error
    except (ValueError, RecursionError) as error:
        raise differs("manifest", shown(text), "a JSON object", seq=0) from error
    if manifest.text != text:
        raise differs("manifest", shown(text), f"its canonical form {shown(manifest.text)}", seq=0)
    return manifest


def first_difference(found: Manifest, expected: Manifest) -> JournalError | None:
    """Return the error that names the first field in which two manifests differ, if any."""
    difference = _difference("", found.model_dump(), expected.model_dump())
    if difference is None:
        return None
    field, one, other = difference
    return differs(f"manifest, field {field!r}", one, other, seq=0)


def refuse_unknown(found: int) -> None:
    """Raise `JournalError` if a log's format is newer than this perplab's, or never was."""
    if found < 1:
        what = "the file was changed or is not a perplab log: its log format"
        raise differs(what, str(found), f"1 to {FORMAT}" if FORMAT > 1 else "1")
    if found > FORMAT:
        raise JournalError(
            f"written by a newer perplab: its log format is {found}, this perplab reads up to"
            f" {FORMAT}; install a newer perplab to read it",
            found=str(found),
            expected=str(FORMAT),
        )


def refuse_unknown_manifest(text: str) -> None:
    """Raise `JournalError` if a manifest says that its format is unknown; nothing else matters."""
    with suppress(ValueError, RecursionError):
        _refuse_unknown(json.loads(text))


def _refuse_unknown(data: object) -> None:
    if isinstance(data, dict) and type(data.get("format")) is int:
        refuse_unknown(data["format"])


def _dumped(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _refuse_floats(value: object, path: str) -> None:
    match value:
        case dict():
            for key, inner in value.items():
                if type(key) is not str:
                    raise ValueError(f"{path}: the key {key!r} is not text")
                _refuse_floats(inner, f"{path}.{key}")
        case list() | tuple():
            for index, inner in enumerate(value):
                _refuse_floats(inner, f"{path}[{index}]")
        case str() | bool() | int() | None:
            pass
        case _:
            raise ValueError(f"{path}: {value!r} is not exact; write it as text, such as '0.1'")


def _difference(path: str, found: object, expected: object) -> tuple[str, str, str] | None:
    if isinstance(found, dict) and isinstance(expected, dict):
        keys = [*expected, *(key for key in found if key not in expected)]
        pairs = [(f"{path}.{key}" if path else str(key), key) for key in keys]
        absent = "nothing"
        for inner, key in pairs:
            one, other = found.get(key, absent), expected.get(key, absent)
            if difference := _difference(inner, one, other):
                return difference
        return None
    if isinstance(found, list | tuple) and isinstance(expected, list | tuple):
        for index, (one, other) in enumerate(zip(found, expected, strict=False)):
            if difference := _difference(f"{path}[{index}]", one, other):
                return difference
        found, expected = f"{len(found)} entries", f"{len(expected)} entries"
    return None if found == expected else (path, shown(found), shown(expected))
