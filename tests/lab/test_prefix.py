"""The prefix: a fork that does not begin as its parent did is stopped at the first difference."""

from dataclasses import replace
from pathlib import Path

import pytest

from perplab.journal.errors import JournalError
from perplab.journal.manifest import Parent
from perplab.lab.forking import Decision, Fork, fork_of
from perplab.lab.preparation import Setup, prepare
from perplab.lab.recorded import run_recorded
from perplab.lab.scenario import scenario_of


def setup(quantity: str) -> Setup:
    data = {
        "tape": [{"generate": {"rows": 2_000, "scenario": "calm"}}],
        "account": [{"name": "ann", "futures": "1000", "actions": [{"do": f"buy {quantity}"}]}],
    }
    return prepare(scenario_of(data, "calm"), Path())


def fork(log: Path, *do: str) -> Fork:
    made = setup("0.1")
    run_recorded(made, log)
    return fork_of(log, Decision(at="+5s", do=do), made.prices, [])


def test_a_parent_of_another_run_is_told_at_the_first_difference(tmp_path: Path) -> None:
    made, other = fork(tmp_path / "one.db", "close"), tmp_path / "other.db"
    run_recorded(setup("0.2"), other)
    with pytest.raises(JournalError, match="record 8: the log is not what the run makes") as told:
        run_recorded(made.setup, None, parent_log=other)
    assert told.value.path == other


def test_a_parent_that_has_another_hash_at_the_point_is_refused(tmp_path: Path) -> None:
    made = fork(tmp_path / "one.db")
    other = replace(made.setup, parent=Parent(hash="0" * 64, seq=made.parting.seq))
    with pytest.raises(JournalError, match="where the fork parts"):
        run_recorded(other, None, parent_log=made.log)


def test_a_run_that_is_over_before_the_point_is_refused(tmp_path: Path) -> None:
    made = fork(tmp_path / "one.db")
    other = replace(made.setup, parent=Parent(hash="0" * 64, seq=10_000))
    with pytest.raises(JournalError, match="expected to part after record 10000"):
        run_recorded(other, None, parent_log=made.log)
