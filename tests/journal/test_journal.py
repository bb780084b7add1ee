"""Writing a log and reading it."""

import io
from pathlib import Path

import pytest

from journal.runs import SYMBOL, batches, interrupted, manifest, record
from perplab.domain.batch import Batch
from perplab.domain.commands import EndRun
from perplab.domain.events import RunEnded
from perplab.journal import Journal, JournalError, Memory, export
from perplab.journal.store import COMMIT_EVERY, COMMIT_SECONDS


def memory_of(run: list[Batch]) -> Memory:
    memory = Memory(manifest())
    for batch in run:
        memory.append(batch)
    return memory


def test_what_was_appended_is_read_back(log: Path) -> None:
    with Journal.open(log) as journal:
        read = list(journal.batches())
        assert journal.manifest == manifest()
        assert journal.finished
    assert [batch for _, _, batch in read] == batches()
    assert [number for number, _, _ in read] == list(range(1, len(read) + 1))
    first_seqs = [first for _, first, _ in read]
    assert first_seqs[:3] == [1, 3, 5]


def test_append_returns_the_first_seq_of_the_batch(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "run.db", manifest()) as writer:
        seqs = [writer.append(batch) for batch in batches()]
        assert writer.seq == seqs[-1] + 2
    assert seqs[:4] == [1, 3, 5, 7]


def test_a_log_on_the_disk_and_one_in_memory_have_the_same_lines_and_head(log: Path) -> None:
    memory = memory_of(batches())
    out = io.StringIO()
    export(log, out)
    assert out.getvalue() == memory.text
    assert out.getvalue().splitlines() == memory.lines()
    with Journal.open(log) as journal:
        assert journal.head == memory.head


def test_a_record_line_has_its_fields_in_one_order() -> None:
    lines = memory_of(batches()).lines()
    assert lines[0].startswith(
        '{"seq":0,"batch":0,"time_ns":0,"kind":"manifest","type":"Manifest","body":{"format":1,'
    )
    assert lines[2] == (
        '{"seq":1,"batch":1,"time_ns":1700000000000000000,"kind":"command",'
        '"type":"StartRun","body":{}}'
    )
    assert lines[4].startswith('{"batch":1,"hash":"')


def test_the_hash_of_a_batch_depends_on_all_before_it() -> None:
    one, other = memory_of(batches()), Memory(manifest(seed=1))
    for batch in batches():
        other.append(batch)
    assert one.lines()[-2] == other.lines()[-2]
    assert one.head != other.head


def test_a_log_is_one_file(log: Path) -> None:
    assert [path.name for path in log.parent.iterdir()] == [log.name]


def test_an_existing_file_is_not_written_over(log: Path) -> None:
    before = log.read_bytes()
    with pytest.raises(JournalError, match=r"run\.db: the file exists already; resume it"):
        Journal.create(log, manifest())
    assert log.read_bytes() == before


def test_flush_makes_batches_readable_while_the_run_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "run.db"
    with Journal.create(path, manifest()) as writer:
        writer.append(batches()[0])
        with Journal.open(path) as journal:
            assert journal.length == 1
        writer.flush()
        with Journal.open(path) as journal:
            assert journal.length == 3
            assert not journal.finished


def test_long_runs_are_committed_now_and_then(tmp_path: Path) -> None:
    path, start = tmp_path / "run.db", batches()[0]
    with Journal.create(path, manifest()) as writer:
        for _ in range(COMMIT_EVERY - 100):
            writer.append(start)
        with Journal.open(path) as journal:
            assert COMMIT_EVERY <= journal.length < writer.seq
            assert journal.length % 2 == 1


def test_a_batch_that_comes_a_second_after_the_last_commit_is_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, now = tmp_path / "run.db", [0.0]
    monkeypatch.setattr("perplab.journal.writer.monotonic", lambda: now[0])
    lengths = []
    with Journal.create(path, manifest()) as writer:
        for batch in batches()[:4]:
            writer.append(batch)
            with Journal.open(path) as journal:
                lengths.append(journal.length)
            now[0] += COMMIT_SECONDS / 2
    assert lengths == [1, 1, 7, 7]


def test_the_file_is_the_same_wherever_its_commits_fell(tmp_path: Path) -> None:
    files = []
    for every in (1, 3, 100):
        path = tmp_path / f"{every}.db"
        with Journal.create(path, manifest()) as writer:
            for number, batch in enumerate([*batches()[:-1] * 20, batches()[-1]]):
                writer.append(batch)
                if number % every == 0:
                    writer.flush()
        files.append(path.read_bytes())
    assert files[0] == files[1] == files[2]


def test_after_an_exception_whole_batches_are_kept_and_nothing_is_sealed(tmp_path: Path) -> None:
    path = tmp_path / "run.db"
    with pytest.raises(KeyboardInterrupt):
        record(path, interrupted(batches()[:4]))
    with Journal.open(path) as journal:
        assert [batch for _, _, batch in journal.batches()] == batches()[:4]
        assert not journal.finished


def test_nothing_follows_the_end_of_the_run(tmp_path: Path) -> None:
    end = Batch(time_ns=0, command=EndRun(), events=(RunEnded(),))
    with Journal.create(tmp_path / "run.db", manifest()) as writer:
        writer.append(end)
        with pytest.raises(JournalError, match="record 3: the run has ended"):
            writer.append(end)


def test_a_closed_writer_takes_nothing(tmp_path: Path) -> None:
    writer = Journal.create(tmp_path / "run.db", manifest())
    writer.close()
    writer.close()
    with pytest.raises(JournalError, match="closed"):
        writer.append(batches()[0])


def test_records_are_filtered_by_what_is_asked(log: Path) -> None:
    with Journal.open(log) as journal:
        everything = list(journal.records())
        assert [record.seq for record in everything] == list(range(journal.length))
        calls = list(journal.records(types=["MarginCalled", "OrderFilled"], account="ann"))
        assert [record.type for record in calls] == ["OrderFilled", "OrderFilled", "MarginCalled"]
        assert all(record.kind == "command" for record in journal.records(kind="command"))
        at = calls[-1].time_ns
        late = list(journal.records(from_ns=at, to_ns=at, symbol=SYMBOL))
        assert {record.time_ns for record in late} == {at}
        assert not list(journal.records(account="nobody"))


def test_views_answer_questions_in_sql(log: Path) -> None:
    with Journal.open(log) as journal:
        fills = list(journal.query("SELECT order_id, quantity, price FROM fills"))
        story = list(journal.query("SELECT type, mark, bracket FROM liquidations"))
        paid = list(journal.query("SELECT amount FROM wallets WHERE account = ?", ["ann"]))
        for view in ("orders", "positions", "margin", "funding"):
            assert list(journal.query(f"SELECT * FROM {view}"))
    assert [fill["order_id"] for fill in fills] == ["o1", "o2", None]
    assert story[1] == {"type": "LiquidationOrdered", "mark": "56000", "bracket": 1}
    assert paid[0] == {"amount": "1000.00000001"}


def test_a_wrong_question_is_a_journal_error(log: Path) -> None:
    with Journal.open(log) as journal, pytest.raises(JournalError, match="no such table"):
        list(journal.query("SELECT * FROM rumours"))


def test_a_hostile_name_is_only_a_name(tmp_path: Path) -> None:
    path = record(tmp_path / "run ?#%20é.db")
    with Journal.open(path) as journal:
        names = [row["account"] for row in journal.query("SELECT account FROM wallets")]
        opened = list(journal.records(account='"; DROP TABLE records; -- é'))
    assert names == ["ann"]
    assert len(opened) == 2
