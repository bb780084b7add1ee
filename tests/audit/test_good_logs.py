"""Good logs: what the engine writes is never called wrong, with its ticks or without them."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from audit.auditors import audited, told, violated
from audit.forging import Log
from audit.generated import drawn
from audit.world import recorded
from audit.worlds import WORLDS, text_of, world
from conftest import ROOT
from perplab.audit.auditing import audit_log
from perplab.audit.verdict import Audit, Verdict
from perplab.domain.events import Event
from perplab.lab.preparation import prepare
from perplab.lab.scenario import read_scenario
from runs import SCENARIOS
from stories.golden import setup_of
from stories.goldens import GOLDENS

SCENARIO_FILES = sorted([*(ROOT / "replays").glob("*.toml"), ROOT / "config" / "demo.toml"])
AT_ONCE = 15
NEVER = {"AccountRejected", "FundingRejected", "BracketsRejected"}
"""What no plan can ask for."""


def unconfirmed(audit: Audit) -> list[str]:
    """Return the checks that are not confirmed."""
    return [one.check.name for one in audit.checks if one.verdict is not Verdict.CONFIRMED]


def is_right(log: Log, path: Path) -> None:
    """Assert that a log is confirmed with its ticks, and not called wrong without them."""
    audit = audited(log, path)
    assert unconfirmed(audit) == ["append-only"], told(audit)  # an export has no triggers
    audit = audited(log, path, ticks=False)
    assert not violated(audit), told(audit)


@pytest.mark.parametrize("first", range(0, SCENARIOS, AT_ONCE))
def test_a_drawn_run_is_confirmed(first: int, tmp_path: Path) -> None:
    for seed in range(first, min(first + AT_ONCE, SCENARIOS)):
        is_right(Log.of(*drawn(seed)), tmp_path / f"seed-{seed}.jsonl")


@pytest.mark.parametrize("name", WORLDS)
def test_a_world_is_confirmed(name: str, tmp_path: Path) -> None:
    log = Log.of(world(name), text_of(name))
    assert log.text == text_of(name)
    is_right(log, tmp_path / "log.jsonl")


@pytest.mark.parametrize("name", WORLDS)
def test_a_log_file_is_confirmed_in_every_check(name: str, tmp_path: Path) -> None:
    path = Log.of(world(name), text_of(name)).database(tmp_path / "run.db")
    prices = world(name).prices
    audit = audit_log(path, streams=prices.streams, funding=prices.funding)
    assert audit.verdict is Verdict.CONFIRMED, (unconfirmed(audit), told(audit))
    assert audit.ticks == prices.ticks


@pytest.mark.parametrize("name", GOLDENS)
def test_a_kept_log_is_confirmed(name: str, tmp_path: Path) -> None:
    text = (ROOT / "replays" / f"{name}.jsonl").read_text()
    is_right(Log.of(setup_of(name, GOLDENS[name]), text), tmp_path / "log.jsonl")


@pytest.mark.parametrize("file", SCENARIO_FILES, ids=lambda file: file.stem)
def test_a_scenario_of_ours_is_confirmed(file: Path, tmp_path: Path) -> None:
    setup = prepare(read_scenario(file), file.parent)
    is_right(Log.of(setup, recorded(setup)), tmp_path / "log.jsonl")


def _types() -> Iterator[str]:
    for name in WORLDS:
        yield from (line.type for _, line in Log.of(world(name), text_of(name)).lines())


def test_the_worlds_reach_every_event() -> None:
    assert {event.__name__ for event in get_args(Event)} - set(_types()) == NEVER
