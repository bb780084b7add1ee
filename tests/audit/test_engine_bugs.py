"""Engine bugs: a rule changed in one line writes logs that the audit finds wrong, by that rule."""

from pathlib import Path

import pytest

from audit.auditors import audited, told, violated
from audit.forging import Log
from audit.generated import drawn
from audit.liquidation_bugs import LIQUIDATION_BUGS
from audit.planting import plant
from audit.trading_bugs import TRADING_BUGS
from audit.world import recorded
from audit.worlds import text_of, world

BUGS = {**LIQUIDATION_BUGS, **TRADING_BUGS}


@pytest.mark.parametrize("name", BUGS)
def test_a_bug_of_the_engine_is_seen_by_the_check_of_its_rule(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = BUGS[name]
    run = planted.run
    setup, right = (world(run), text_of(run)) if isinstance(run, str) else drawn(run)
    plant(monkeypatch, planted.bug)
    wrong = recorded(setup, every_tick=planted.every_tick)
    monkeypatch.undo()
    assert wrong != right, "the bug does not show in this run"
    audit = audited(Log.of(setup, wrong), tmp_path / "wrong.jsonl")
    assert planted.check in violated(audit), told(audit)
