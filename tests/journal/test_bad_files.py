"""Files that are not logs, or not whole: one clear sentence, never a traceback."""

import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from journal.runs import batches, forge, manifest, record
from perplab.journal import FORMAT, Comparing, Journal, JournalError, export, rebuild, verify
from perplab.journal.chain import Chain
from perplab.journal.database import open_writing
from perplab.journal.schema import PAGE
from perplab.journal.store import _BATCH, _RECORD


def everything_refuses(path: Path, words: str) -> None:
    for use in (Journal.open, rebuild, Comparing, lambda path: Journal.resume(path, manifest())):
        with pytest.raises(JournalError, match=words) as refusal:
            use(path)
        assert str(refusal.value).startswith(str(path))
    assert words.replace("\\", "") in verify(path).sentence


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "run.db").touch()
    everything_refuses(tmp_path / "run.db", "the file is empty; delete it")


def test_a_missing_file(tmp_path: Path) -> None:
    everything_refuses(tmp_path / "run.db", "there is no such file")


def test_a_folder(tmp_path: Path) -> None:
    everything_refuses(tmp_path, "this is a folder, not a log")


def test_a_text_file(tmp_path: Path) -> None:
    (tmp_path / "run.db").write_text("time,price\n1,2\n")
    everything_refuses(tmp_path / "run.db", "not a perplab log: it is not a SQLite database")


def test_an_export_in_place_of_a_log(log: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with path.open("w") as out:
        export(log, out)
    with pytest.raises(JournalError, match="JSONL export, not a log; make it one by importing"):
        Journal.open(path)


def test_another_programs_database(tmp_path: Path) -> None:
    path = tmp_path / "run.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE records (seq)")
    everything_refuses(path, "a SQLite database but not a perplab log")


def test_a_log_of_a_newer_version(unfinished: Path) -> None:
    with closing(sqlite3.connect(unfinished)) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    everything_refuses(unfinished, "written by a newer perplab: its log format is 2")


@pytest.mark.parametrize("version", [0, -1])
def test_a_log_of_a_version_that_never_was(unfinished: Path, version: int) -> None:
    with closing(sqlite3.connect(unfinished)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    everything_refuses(unfinished, f"its log format: found {version}, expected 1")


NEWER = ('"format":1', '"format":2')


def test_a_sealed_log_of_a_newer_version_is_told_as_such_before_its_seal(log: Path) -> None:
    with closing(sqlite3.connect(log)) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    everything_refuses(log, "written by a newer perplab: its log format is 2")


@pytest.mark.parametrize("cut", [0, PAGE])
def test_a_newer_manifest_is_told_before_seal_and_hash(log: Path, cut: int) -> None:
    data = log.read_bytes().replace(NEWER[0].encode(), NEWER[1].encode())
    log.write_bytes(data[: len(data) - cut])
    assert "written by a newer perplab: its log format is 2" in verify(log).sentence


def test_a_log_in_a_folder_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="its folder does not exist"):
        record(tmp_path / "none" / "run.db")


def test_a_log_with_something_after_its_last_page(unfinished: Path) -> None:
    with unfinished.open("ab") as file:
        file.write(b"more")
    everything_refuses(unfinished, "after its last page stands something that is not a seal")


@pytest.mark.parametrize("finished", [True, False])
def test_a_log_cut_anywhere(tmp_path: Path, finished: bool) -> None:
    path = record(tmp_path / "run.db", batches() if finished else batches()[:-1])
    draw, whole = random.Random(9), path.read_bytes()
    for _ in range(100):
        path.write_bytes(whole[: draw.randrange(len(whole))])
        assert not verify(path).ok
        with suppress(JournalError), Journal.open(path) as journal:
            list(journal.batches())
            list(journal.records())


def test_a_damaged_unfinished_log_is_an_error_or_right(unfinished: Path) -> None:
    draw, whole, head = random.Random(10), unfinished.read_bytes(), verify(unfinished).head
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(draw.randrange(1, 40)):
            damaged[draw.randrange(len(damaged))] = draw.randrange(256)
        unfinished.write_bytes(damaged)
        outcome = verify(unfinished)
        if outcome.ok:
            assert outcome.head == head
        with suppress(JournalError), Journal.open(unfinished) as journal:
            assert [batch for _, _, batch in journal.batches()] == batches()[:-2]


def test_a_log_without_a_manifest(unfinished: Path) -> None:
    forge(unfinished, lambda connection: [connection.execute(sql) for sql in EMPTY])
    everything_refuses(unfinished, "the log holds no record, not even its manifest")


EMPTY = ("DELETE FROM records", "DELETE FROM batches")


def test_half_a_transaction_is_taken_back(unfinished: Path, tmp_path: Path) -> None:
    chain, copy = Chain(), tmp_path / "copy.db"
    blocks = [chain.open(manifest().text), *map(chain.add, batches() * 40)][len(batches()) - 1 :]
    with closing(open_writing(unfinished)) as connection:
        connection.execute("PRAGMA cache_size = 1")  # so that pages reach the file uncommitted
        connection.execute("BEGIN IMMEDIATE")
        for block in blocks:
            connection.executemany(_RECORD, block.records)
            ends = block.records[0].seq, block.records[-1].seq
            connection.execute(_BATCH, (block.number, *ends, block.hash))
        beside = unfinished.with_name(f"{unfinished.name}-journal")
        copy.write_bytes(unfinished.read_bytes())
        copy.with_name("copy.db-journal").write_bytes(beside.read_bytes())
        connection.execute("ROLLBACK")
    assert copy.stat().st_size > unfinished.stat().st_size
    with Journal.open(copy) as journal:
        assert [batch for _, _, batch in journal.batches()] == batches()[:-2]
    assert verify(copy).ok
    assert not copy.with_name("copy.db-journal").exists()


def test_a_journal_left_beside_a_sealed_log_is_not_part_of_it(log: Path) -> None:
    before = log.read_bytes()
    log.with_name(f"{log.name}-journal").write_bytes(b"\xd9\xd5\x05\xf9 \xa1c\xd7" + bytes(4096))
    assert verify(log).ok
    assert log.read_bytes() == before
