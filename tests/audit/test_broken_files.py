"""Broken files: a log that is not whole, not append-only or not well formed is found to be so."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from audit.auditors import told, violated
from audit.forging import Log
from audit.worlds import text_of, world
from journal.runs import forge, rechain
from perplab.audit.auditing import audit_log
from perplab.audit.verdict import Verdict
from perplab.journal.seal import add_seal

Change = Callable[[sqlite3.Connection], object]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return the sealed log file of a world."""
    return Log.of(world("margin"), text_of("margin")).database(tmp_path / "run.db")


def sql(*statements: str, hashed: bool = False) -> Change:
    def change(connection: sqlite3.Connection) -> None:
        for statement in statements:
            connection.execute(statement)
        if hashed:
            rechain(connection)

    return change


def seen(log: Path) -> set[str]:
    audit = audit_log(log, streams=world("margin").prices.streams)
    assert audit.verdict is Verdict.VIOLATED, told(audit)
    return violated(audit)


@pytest.mark.parametrize(
    "change",
    [
        sql("UPDATE records SET body = replace(body, '1000', '1001') WHERE type = 'Deposited'"),
        sql("UPDATE batches SET hash = replace(hash, 'a', 'b') WHERE batch = 3"),
        sql("DELETE FROM records WHERE batch = 4", "DELETE FROM batches WHERE batch = 4"),
        sql("UPDATE records SET time_ns = 0 WHERE batch = 5"),
    ],
)
def test_a_change_that_is_not_hashed_again_breaks_the_chain(log: Path, change: Change) -> None:
    forge(log, change)
    assert "chain" in seen(log)


@pytest.mark.parametrize(
    "body",
    ['{"insurance_fund":"1e9"}', '{"insurance_fund":1000000000}', '{"fund":"1000000000"}', "{}"],
)
def test_a_record_that_no_log_may_hold_breaks_the_form(log: Path, body: str) -> None:
    forge(log, sql(f"UPDATE records SET body = '{body}' WHERE type = 'RunStarted'", hashed=True))
    assert "form" in seen(log)


def test_a_type_that_does_not_exist_breaks_the_form(log: Path) -> None:
    forge(log, sql("UPDATE records SET type = 'RunBegun' WHERE type = 'RunStarted'", hashed=True))
    assert "form" in seen(log)


def test_a_missing_trigger_is_not_append_only(log: Path) -> None:
    data = log.read_bytes()
    log.write_bytes(data[:-4096])
    with closing(sqlite3.connect(log)) as connection, connection:
        (name,) = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' LIMIT 1"
        ).fetchone()
        connection.execute(f"DROP TRIGGER {name}")
    add_seal(log)
    assert seen(log) == {"append-only"}


def test_a_missing_seal_is_not_append_only(log: Path) -> None:
    log.write_bytes(log.read_bytes()[:-4096])
    assert seen(log) == {"append-only"}


def test_a_seal_of_other_bytes_is_not_append_only(log: Path) -> None:
    data = bytearray(log.read_bytes())
    data[-4000] ^= 1
    log.write_bytes(bytes(data))
    assert "append-only" in seen(log)
