"""Made corruptions: a log that is wrong in its meaning alone is found, by the right check."""

from pathlib import Path

import pytest

from audit import (
    wrong_admission,
    wrong_holders,
    wrong_liquidations,
    wrong_margins,
    wrong_money,
    wrong_orders,
    wrong_ticks,
)
from audit.auditors import audited, told, violated
from audit.corrupting import MADE
from audit.forging import Log
from audit.worlds import text_of, world
from perplab.audit.auditing import audit_log
from perplab.audit.checks import CHECKS
from perplab.journal.ending import check_ending

MODULES = (
    wrong_money,
    wrong_admission,
    wrong_holders,
    wrong_margins,
    wrong_liquidations,
    wrong_orders,
    wrong_ticks,
)
BY_FILE = {"chain", "append-only", "form"}
"""Checks of the file and not of its meaning: test_broken_files.py."""


@pytest.mark.parametrize("name", MADE)
def test_a_corruption_is_seen_by_the_check_meant_for_it(name: str, tmp_path: Path) -> None:
    made = MADE[name]
    log = Log.of(world(made.world), text_of(made.world))
    made.change(log)
    assert log.text != text_of(made.world)
    audit = audited(log, tmp_path / "forged.jsonl")
    assert made.check in violated(audit), told(audit)


@pytest.mark.parametrize("name", ["a_fee_is_off_by_the_last_decimal", "a_liquidation_never_comes"])
def test_a_forged_log_file_is_whole_sealed_and_wrong(name: str, tmp_path: Path) -> None:
    made = MADE[name]
    log = Log.of(world(made.world), text_of(made.world))
    made.change(log)
    path = log.database(tmp_path / "forged.db")
    check_ending(path)
    prices = log.setup.prices
    found = violated(audit_log(path, streams=prices.streams, funding=prices.funding))
    assert made.check in found
    assert not found & BY_FILE


def test_every_check_has_a_corruption_that_it_must_see() -> None:
    meant = {made.check for made in MADE.values()}
    assert {check.name for check in CHECKS} - meant == BY_FILE


def test_every_corruption_of_the_files_is_tried() -> None:
    functions = [name for module in MODULES for name, one in vars(module).items() if one in _made()]
    assert sorted(functions) == sorted(MADE)


def _made() -> list[object]:
    return [made.change for made in MADE.values()]
