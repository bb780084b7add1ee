"""A forged range: how far a price went while a trailing stop followed it, told otherwise."""

import sqlite3
from functools import partial
from pathlib import Path

import pytest

from journal.runs import forge, rechain
from perplab.journal.errors import JournalError
from perplab.journal.verify import verify
from perplab.lab.preparation import Setup, prepare
from perplab.lab.recorded import run_recorded, verify_ticks
from perplab.lab.scenario import scenario_of

TRAILED = ("buy 0.1", "trail 9%")


def setup() -> Setup:
    actions = [{"do": do} for do in TRAILED]
    actions.append({"do": "add-margin 1", "at": "+10s"})
    account = {"name": "ann", "futures": "1000", "margin_mode": "isolated", "actions": actions}
    tape = {"generate": {"rows": 2_000, "scenario": "calm"}}
    return prepare(scenario_of({"tape": [tape], "account": [account]}, "calm"), Path())


def told(field: str, value: str, connection: sqlite3.Connection) -> None:
    """Say another low or high of the first tick that has one, and hash all again."""
    connection.execute(
        "UPDATE records SET body = json_set(body, ?, ?) WHERE seq ="
        " (SELECT min(seq) FROM records WHERE json_extract(body, ?) IS NOT NULL"
        " AND type = 'ObserveTrade')",
        (f"$.{field}", value, f"$.{field}"),
    )
    assert connection.execute("SELECT changes()").fetchone() == (1,)
    rechain(connection)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    made = setup()
    run_recorded(made, tmp_path / "run.db")
    assert verify_ticks(tmp_path / "run.db", made.prices.streams)
    return tmp_path / "run.db"


@pytest.mark.parametrize(("field", "value"), [("low", "50000"), ("high", "60001")])
def test_one_that_changes_nothing_is_found_from_the_ticks_alone(
    log: Path, field: str, value: str
) -> None:
    forge(log, partial(told, field, value))
    assert verify(log).ok
    with pytest.raises(JournalError, match="the log is not what the run makes") as difference:
        verify_ticks(log, setup().prices.streams)
    assert f'"{field}":"{value}"' in str(difference.value.found)


def test_one_that_would_have_triggered_a_stop_is_found_in_the_log_itself(log: Path) -> None:
    forge(log, partial(told, "high", "90000"))
    outcome = verify(log)
    assert not outcome.ok
    assert "OrderTriggered" in str(outcome.problem)
