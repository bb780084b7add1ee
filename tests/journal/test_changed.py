"""Whatever is changed in a log is found."""

import random
import sqlite3
from functools import partial
from itertools import combinations
from pathlib import Path

import pytest

from journal.runs import batches, forge, rechain, record
from perplab.journal import Journal, export, verify
from perplab.journal.schema import PAGE

CHANGES = 1_000
REWRITE = "UPDATE records SET body = ? WHERE seq = ?"


def execute(sql: str, values: tuple[object, ...], connection: sqlite3.Connection) -> None:
    connection.execute(sql, values)


def flipped(original: bytes, draw: random.Random) -> bytes:
    changed = bytearray(original)
    place = draw.randrange(len(changed))
    changed[place] ^= draw.randrange(1, 256)
    return bytes(changed)


def test_1000_single_byte_changes_of_a_log_are_found(log: Path, tmp_path: Path) -> None:
    draw, original, other = random.Random(20), log.read_bytes(), tmp_path / "changed.db"
    assert verify(log).ok
    for _ in range(CHANGES):
        other.write_bytes(flipped(original, draw))
        assert not verify(other).ok


def test_every_byte_of_the_seal_counts(log: Path, tmp_path: Path) -> None:
    original, other = log.read_bytes(), tmp_path / "changed.db"
    for place in range(len(original) - PAGE, len(original), 61):
        changed = bytearray(original)
        changed[place] ^= 1
        other.write_bytes(changed)
        assert not verify(other).ok


def test_1000_single_byte_changes_of_an_export_are_found(log: Path, tmp_path: Path) -> None:
    draw, other = random.Random(21), tmp_path / "changed.jsonl"
    with other.open("w") as out:
        export(log, out)
    original = other.read_bytes()
    assert verify(other).ok
    for _ in range(CHANGES):
        other.write_bytes(flipped(original, draw))
        assert not verify(other).ok


def test_changed_bodies_are_found_under_a_new_seal(log: Path, tmp_path: Path) -> None:
    draw, original, other = random.Random(22), log.read_bytes(), tmp_path / "forged.db"
    with Journal.open(log) as journal:
        records = list(journal.records())
    for _ in range(150):
        at = draw.choice(records)
        place = draw.randrange(len(at.body))
        other_character = chr(ord(at.body[place]) ^ draw.randrange(1, 16))
        body = f"{at.body[:place]}{other_character}{at.body[place + 1 :]}"
        other.write_bytes(original)
        values = body, at.seq
        forge(other, partial(execute, REWRITE, values))
        outcome = verify(other)
        assert not outcome.ok
        assert outcome.sealed


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE records SET time_ns = time_ns + 1 WHERE seq = 9",
        "UPDATE records SET kind = 'command' WHERE seq = 2",
        "UPDATE records SET kind = 'event' WHERE seq = 1",
        "UPDATE records SET type = 'Withdrawn' WHERE type = 'Deposited'",
        "UPDATE records SET batch = 3 WHERE seq = 3",
        "UPDATE batches SET hash = upper(hash) WHERE batch = 4",
        "UPDATE batches SET first_seq = 4 WHERE batch = 2",
        "UPDATE batches SET last_seq = -1 WHERE batch = 2",
        "UPDATE batches SET last_seq = last_seq + 1 WHERE batch = (SELECT max(batch) FROM batches)",
        "UPDATE records SET seq = 1000 WHERE seq = (SELECT max(seq) FROM records)",
        "UPDATE records SET body = CAST(x'ff00' AS TEXT) WHERE seq = 6",
        "UPDATE records SET body = '{}' WHERE seq = 0",
        "DELETE FROM records",
        "DELETE FROM batches",
        "DELETE FROM records WHERE batch > 2",
    ],
)
def test_changed_structure_is_found_under_a_new_seal(log: Path, sql: str) -> None:
    forge(log, partial(execute, sql, ()))
    assert not verify(log).ok


def test_every_deletion_of_a_row_is_found(log: Path, tmp_path: Path) -> None:
    original, other = log.read_bytes(), tmp_path / "forged.db"
    with Journal.open(log) as journal:
        seqs = range(journal.length)
        numbers = [number for number, _, _ in journal.batches()]
    deletions = [f"DELETE FROM records WHERE seq = {seq}" for seq in seqs]
    deletions += [f"DELETE FROM batches WHERE batch = {number}" for number in (0, *numbers)]
    for sql in deletions:
        other.write_bytes(original)
        forge(other, partial(execute, sql, ()))
        assert not verify(other).ok, sql


def swap(table: str, key: str, one: int, two: int, connection: sqlite3.Connection) -> None:
    sql = f"UPDATE {table} SET {key} = ? WHERE {key} = ?"
    connection.executemany(sql, [(-5, one), (one, two), (two, -5)])


def test_every_swap_of_two_rows_is_found(tmp_path: Path) -> None:
    log = record(tmp_path / "small.db", [*batches()[:5], batches()[-1]])
    original, other = log.read_bytes(), tmp_path / "forged.db"
    with Journal.open(log) as journal:
        sizes = {"records": ("seq", journal.length), "batches": ("batch", 7)}
    for table, (key, size) in sizes.items():
        for one, two in combinations(range(size), 2):
            other.write_bytes(original)
            forge(other, partial(swap, table, key, one, two))
            assert not verify(other).ok, (table, one, two)


def test_a_log_forged_with_a_right_chain_is_caught_by_the_rules(log: Path) -> None:
    def richer(connection: sqlite3.Connection) -> None:
        connection.execute(
            "UPDATE records SET body = replace(body, '1000.00000001', '2000')"
            " WHERE type = 'Deposited'"
        )
        rechain(connection)

    forge(log, richer)
    outcome = verify(log)
    assert outcome.sealed
    assert outcome.problem is not None
    assert "the log is not what the run makes" in outcome.sentence
    assert '"amount":"2000"' in str(outcome.problem.found)
    assert '"amount":"1000.00000001"' in str(outcome.problem.expected)
    assert outcome.problem.seq == 8


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE records SET body = replace(body, 'BTCUSDT', 'NOWHERE') WHERE type = 'ObserveMark'",
        "UPDATE records SET time_ns = 5 WHERE batch = 6",
        'UPDATE records SET body = replace(body, \'"rules":"1"\', \'"rules":"0"\')',
        "UPDATE records SET body = replace(body, '\"0.1\"', '\"0.10\"') WHERE kind = 'command'",
        "UPDATE records SET type = 'RunStarted' WHERE type = 'StartRun'",
        "UPDATE records SET kind = 'command' WHERE seq = 2",
    ],
)
def test_a_forged_log_that_makes_no_sense_is_told_as_such(log: Path, sql: str) -> None:
    def forged(connection: sqlite3.Connection) -> None:
        connection.execute(sql)
        rechain(connection)

    forge(log, forged)
    outcome = verify(log)
    assert outcome.sealed
    assert outcome.problem is not None
    assert outcome.problem.seq is not None
