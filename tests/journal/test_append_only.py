"""The database itself refuses to forget, on any connection."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from perplab.journal import verify

ROW = "(batch, time_ns, kind, type, body, seq) VALUES (1, 0, 'event', 'RunEnded', '{}', %s)"


@pytest.fixture
def stranger(unfinished: Path) -> Iterator[sqlite3.Connection]:
    """Return a plain connection, as any program would open it."""
    with closing(sqlite3.connect(unfinished)) as connection:
        yield connection
    assert verify(unfinished).ok


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE records SET body = '{}' WHERE seq = 3",
        "UPDATE batches SET hash = '' WHERE batch = 1",
        "UPDATE records SET seq = seq + 100",
        "DELETE FROM records",
        "DELETE FROM records WHERE seq = (SELECT max(seq) FROM records)",
        "DELETE FROM batches",
        "INSERT OR REPLACE INTO records " + ROW % 3,
        "REPLACE INTO records " + ROW % 0,
        "INSERT OR IGNORE INTO records " + ROW % 3,
        "INSERT INTO records " + ROW % 3,
        "INSERT INTO records " + ROW % -1,
        "INSERT INTO records " + ROW % 1_000,
        "INSERT INTO records " + ROW % "NULL",
        "INSERT INTO records " + ROW % 3 + " ON CONFLICT (seq) DO UPDATE SET body = '[]'",
        "INSERT OR REPLACE INTO batches VALUES (2, 3, 4, 'ab')",
        "INSERT INTO batches VALUES (1000, 3, 4, 'ab')",
    ],
)
@pytest.mark.parametrize("recursive", ["on", "off"])
def test_a_plain_connection_is_refused(
    stranger: sqlite3.Connection, sql: str, recursive: str
) -> None:
    stranger.execute(f"PRAGMA recursive_triggers = {recursive}")
    with pytest.raises(sqlite3.IntegrityError, match="the log is append-only"):
        stranger.execute(sql)


def test_a_record_of_an_unknown_kind_is_refused(stranger: sqlite3.Connection) -> None:
    (seq,) = stranger.execute("SELECT max(seq) + 1 FROM records").fetchone()
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        stranger.execute("INSERT INTO records VALUES (?, 1, 0, 'rumour', 'RunEnded', '{}')", (seq,))


def test_a_record_that_is_appended_without_its_batch_is_found(unfinished: Path) -> None:
    with closing(sqlite3.connect(unfinished)) as connection, connection:
        (seq,) = connection.execute("SELECT max(seq) + 1 FROM records").fetchone()
        connection.execute("INSERT INTO records " + ROW % seq)
    problem = verify(unfinished).problem
    assert problem is not None
    assert problem.seq == seq


@pytest.mark.parametrize("trigger", ["records_refuse_UPDATE", "batches_only_next"])
def test_a_missing_trigger_is_found(unfinished: Path, trigger: str) -> None:
    with closing(sqlite3.connect(unfinished)) as connection:
        connection.execute(f"DROP TRIGGER {trigger}")
    assert f"the trigger {trigger} is missing" in verify(unfinished).sentence


def test_a_trigger_that_was_added_is_found(unfinished: Path) -> None:
    with closing(sqlite3.connect(unfinished)) as connection:
        connection.execute(
            "CREATE TRIGGER sly AFTER INSERT ON records BEGIN SELECT RAISE(IGNORE); END"
        )
    assert "sly was added" in verify(unfinished).sentence
