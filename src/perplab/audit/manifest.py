"""Manifest: a log's first record, which says what its run was made from."""

import json
from typing import Any

from perplab.audit.log import Stored
from perplab.audit.messages import FormError

_MANIFEST = (
    "format",
    "perplab",
    "rules",
    "config",
    "scenario",
    "tapes",
    "funding",
    "seed",
    "parent",
)


def manifest_of(batch: Stored) -> dict[str, Any]:
    """Return the manifest of a log's first batch; `FormError` if it is not sound."""
    if [record[2:5] for record in batch.records] != [(0, "manifest", "Manifest")]:
        raise FormError("the first batch is not the manifest alone")
    try:
        found = json.loads(batch.records[0].body)
    except (ValueError, RecursionError) as error:
        raise FormError(f"the manifest is not JSON: {error}") from error
    if not isinstance(found, dict) or tuple(found) != _MANIFEST:
        raise FormError(f"the manifest's fields are not {', '.join(_MANIFEST)}")
    _demand_sound(found)
    if found["rules"] != "1":
        raise FormError(f"the rules are version {found['rules']!r}, this audit knows version '1'")
    return found


def _demand_sound(found: dict[str, Any]) -> None:
    """Raise `FormError` unless a manifest's own fields fit together."""
    scenario, parent = found["scenario"], found["parent"]
    if not isinstance(scenario, dict) or not isinstance(found["perplab"], str):
        raise FormError("the manifest's scenario is not an object, or its version is no text")
    if found["format"] != 1:
        raise FormError(f"the log's format is {found['format']!r}, this audit reads format 1")
    seed = scenario.get("seed", 0)
    if type(found["seed"]) is not int or found["seed"] != seed:
        raise FormError(f"the manifest's seed is {found['seed']!r}, its scenario's is {seed!r}")
    names = isinstance(parent, dict) and tuple(parent) == ("hash", "seq")
    for name in ("tapes", "funding"):
        entries = found[name]
        if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
            raise FormError(f"the manifest's {name} are {entries!r}, expected a list of objects")
    if parent is not None and not (names and isinstance(parent["hash"], str)):
        raise FormError(f"the manifest's parent is {parent!r}, expected a hash and a seq")
    if (parent is None) == bool(scenario.get("forks")):
        raise FormError("a log has a parent if its run is a fork, and only then")
