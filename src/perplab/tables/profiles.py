"""Risk profiles: leverage and margin mode as named presets, from a TOML file."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from perplab.domain.commands import MarginMode
from perplab.tables.reading import TableError, config_file, read_toml, validated

BUILT_IN = "profiles.toml"


def _mode(value: object) -> MarginMode:
    for mode in MarginMode:
        if value == mode.value:
            return mode
    raise ValueError('expected "isolated" or "cross"')


class Profile(BaseModel):
    """A leverage and a margin mode, and in one sentence what they are for."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    leverage: int = Field(ge=1)
    margin_mode: Annotated[MarginMode, BeforeValidator(_mode)]
    says: str = Field(min_length=1)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    profile: dict[str, Profile] = Field(min_length=1)


_FILE = TypeAdapter(_File)


def read_profiles(path: Path | None = None) -> dict[str, Profile]:
    """Return the profiles of a TOML file by name, the built-in ones without a path."""
    path = config_file(BUILT_IN) if path is None else path
    return validated(_FILE, read_toml(path), str(path)).profile


@cache
def _built_in() -> dict[str, Profile]:
    return read_profiles()


def profile_of(name: str) -> Profile:
    """Return a built-in profile, or raise `TableError` naming those there are."""
    profiles = _built_in()
    if name not in profiles:
        raise TableError(f"profile: found {name!r}, expected one of {', '.join(profiles)}")
    return profiles[name]
