"""The seal: SQLite does not see it, and does not write around it unnoticed."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from perplab.journal import JournalError, verify
from perplab.journal.schema import PAGE
from perplab.journal.seal import MAGIC, Seal, add_seal, check_seal, find_seal


def test_sqlite_reads_a_sealed_log_as_any_database(log: Path) -> None:
    with closing(sqlite3.connect(log)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        assert connection.execute("SELECT count(*) FROM records").fetchone() == (39,)
    assert log.stat().st_size == (pages + 1) * PAGE
    assert log.read_bytes()[pages * PAGE :].startswith(MAGIC)
    assert verify(log).ok


@pytest.mark.parametrize("size", [1, 10_000])
def test_a_strangers_write_breaks_the_seal(log: Path, size: int) -> None:
    with closing(sqlite3.connect(log)) as connection, connection:
        connection.execute("CREATE TABLE notes AS SELECT zeroblob(?)", (size,))
    assert not verify(log).ok


def test_a_seal_taken_off_is_missed(log: Path) -> None:
    log.write_bytes(log.read_bytes()[:-PAGE])
    assert find_seal(log) is Seal.ABSENT
    outcome = verify(log)
    assert outcome.finished
    assert "the run has ended but the file has no seal" in outcome.sentence


def test_a_seal_on_an_unfinished_log_is_not_ours(unfinished: Path) -> None:
    add_seal(unfinished)
    assert "sealed but its run has not ended" in verify(unfinished).sentence


def test_a_seal_is_put_in_place_of_another(log: Path) -> None:
    before = log.read_bytes()
    add_seal(log)
    assert log.read_bytes() == before
    check_seal(log)


def test_a_seal_is_over_every_byte(log: Path) -> None:
    check_seal(log)
    with log.open("r+b") as file:
        file.seek(PAGE * 2 - 1)
        file.write(b"\x07")
    with pytest.raises(JournalError, match="changed after it was sealed"):
        check_seal(log)
