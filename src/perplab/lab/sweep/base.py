"""The base of a sweep: a scenario of one account, and the decisions that change the account."""

import json
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perplab.lab.scenario import ScenarioError
from perplab.lab.sweep.errors import SweepError
from perplab.tables.reading import TableError, read_toml

Table = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What every run of a sweep is made from; holes in the account's texts are not filled yet.

    `scenario` is the file's content without its account and its decisions.
    """

    source: str
    folder: Path
    scenario: Table
    account: Table
    decisions: dict[str, Table]


def read_base(path: Path) -> Base:
    """Return the base of a scenario file, or raise `ScenarioError` naming the key."""
    try:
        # By way of JSON, so that it can be sent elsewhere; a date of TOML's own becomes its text.
        data = json.loads(json.dumps(read_toml(path), default=lambda value: value.isoformat()))
    except TableError as error:
        raise ScenarioError(str(error)) from error
    accounts = data.pop("account", [])
    if not isinstance(accounts, list) or len(accounts) != 1 or not isinstance(accounts[0], dict):
        found = f"{len(accounts)} accounts" if isinstance(accounts, list) else "no list of them"
        raise ScenarioError(
            f"{path}: found {found}; expected one [[account]], which every run of a sweep has;"
            " what differs between runs is a [decision.NAME] or varied with --vary"
        )
    if data.get("population"):
        raise ScenarioError(f"{path}: found a [[population]]; expected one [[account]] alone")
    return Base(
        source=str(path),
        folder=path.parent,
        scenario=data,
        account=accounts[0],
        decisions=_decisions(data.pop("decision", {}), path),
    )


def decided(base: Base, name: str) -> Table:
    """Return the account under a decision.

    A decision's actions follow the account's own, its parameters are put over the account's, and
    any other key replaces the account's.
    """
    decision = base.decisions.get(name)
    if decision is None:
        known = ", ".join(base.decisions) or "none, as there is no [decision.NAME] in it"
        raise SweepError(f"decision {name!r}: {base.source} has {known}")
    account = deepcopy(base.account)
    for key, value in deepcopy(decision).items():
        if key == "actions" and isinstance(value, list):
            account[key] = [*account.get(key, []), *value]
        elif key == "parameters" and isinstance(value, dict):
            account[key] = account.get(key, {}) | value
        else:
            account[key] = value
    return account


def _decisions(tables: Any, path: Path) -> dict[str, Table]:
    if not isinstance(tables, dict) or not all(isinstance(one, dict) for one in tables.values()):
        raise ScenarioError(f"{path}: decision: expected tables, as [decision.hold]")
    for name, table in tables.items():
        if "name" in table:
            raise ScenarioError(f"{path}: decision {name!r}: name is the account's and stays")
    return tables
