"""Variations: the keys that a sweep varies, and the account that each combination makes."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from perplab.lab.sweep.base import Base, Table, decided
from perplab.lab.sweep.errors import SweepError
from perplab.lab.sweep.holes import names_in
from perplab.venue.plan import AccountPlan

ENTRY = "entry"
SEED = "seed"
DECISION = "decision"
_PARAMETER = "parameters."
_FIXED = {"name", "actions", "parameters", "agent_digest"}
FIELDS = tuple(name for name in AccountPlan.model_fields if name not in _FIXED)
"""The account's own keys that can be varied."""
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """A key and the values that it takes, as they were written."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One combination of values, the entry left aside; `account` is JSON with its holes."""

    values: tuple[tuple[str, str], ...]
    account: str
    seed: int

    @property
    def label(self) -> str:
        """Return the combination as it would be asked for."""
        return ", ".join(f"{key}={value}" for key, value in self.values) or "the account as it is"


def read_variations(texts: Sequence[str]) -> tuple[Variation, ...]:
    """Return the variations of `KEY=VALUE,VALUE,...` texts, or raise `SweepError`."""
    variations: dict[str, Variation] = {}
    for text in texts:
        key, given, listed = (part.strip() for part in text.partition("="))
        values = tuple(value.strip() for value in listed.split(","))
        if not given or not _KEY.fullmatch(key):
            raise SweepError(f"--vary {text}: expected KEY=VALUE,VALUE,... as leverage=5,10,20")
        if not all(values):
            raise SweepError(f"--vary {text}: a value is empty; expected VALUE,VALUE,...")
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            raise SweepError(f"--vary {text}: {twice} stands twice")
        if key in variations:
            raise SweepError(f"--vary {key}: stands twice; name all of its values in one")
        variations[key] = Variation(key=key, values=values)
    return tuple(variations.values())


def variants_of(base: Base, variations: Sequence[Variation], seed: int) -> tuple[Variant, ...]:
    """Return every combination of what is varied, the last key changing fastest."""
    varied = [each for each in variations if each.key != ENTRY]
    _refuse_unknown(base, [each.key for each in varied])
    _refuse_without_agent(base, varied)
    return tuple(
        _variant(base, dict(zip([each.key for each in varied], values, strict=True)), seed)
        for values in product(*(each.values for each in varied))
    )


def _refuse_unknown(base: Base, keys: Sequence[str]) -> None:
    holes = {name: None for table in _tables(base) for name in names_in(table)}
    holes.pop(ENTRY, None)
    known = dict.fromkeys((ENTRY, DECISION, *FIELDS, SEED, "parameters.NAME", *holes))
    for key in keys:
        if key not in known and not key.startswith(_PARAMETER):
            raise SweepError(
                f"--vary {key}: expected one of {', '.join(known)};"
                f" any other name must stand in the scenario as {{{key}}}"
            )
    for name, decision in base.decisions.items():
        both = [key for key in keys if key in decision]
        if both and DECISION in keys:
            raise SweepError(
                f"--vary {both[0]}: decision {name!r} sets it too; leave it to one of them"
            )


def _refuse_without_agent(base: Base, varied: Sequence[Variation]) -> None:
    """Refuse what says something to an agent where no run has one: it would change nothing."""
    keys = [each.key for each in varied]
    if "agent" in keys or any("agent" in table for table in _tables(base)):
        return
    for key in keys:
        if key == "latency" or key.startswith(_PARAMETER):
            raise SweepError(f"--vary {key}: no account or decision has an agent, which it is for")


def _tables(base: Base) -> Iterator[Table]:
    yield base.account
    yield from base.decisions.values()


def _variant(base: Base, values: dict[str, str], seed: int) -> Variant:
    account: Table = dict(base.account)
    if DECISION in values:
        account = decided(base, values[DECISION])
    for key, value in values.items():
        if key == "leverage":
            account[key] = _whole(key, value)
        elif key == SEED:
            seed = _whole(key, value)
        elif key in FIELDS:
            account[key] = value
        elif key.startswith(_PARAMETER):
            name = key.removeprefix(_PARAMETER)
            account["parameters"] = account.get("parameters", {}) | {name: _plain(value)}
    return Variant(values=tuple(values.items()), account=json.dumps(account), seed=seed)


def _whole(key: str, value: str) -> int:
    if not _WHOLE.fullmatch(value):
        raise SweepError(f"--vary {key}={value}: expected whole numbers")
    return int(value)


def _plain(value: str) -> Any:
    """Return a parameter's text as TOML would have it: true, a whole number, or text."""
    if value in {"true", "false"}:
        return value == "true"
    return int(value) if _WHOLE.fullmatch(value) else value
