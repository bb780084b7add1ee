"""Two who write one log: the second is told so, and the first loses nothing."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from journal.runs import append_all, batches, manifest, record, resume
from perplab.journal import Journal, JournalError, import_, verify
from perplab.journal.chain import Chain
from perplab.journal.store import make

SCRIPT = Path(__file__).with_name("writers.py")
HELD = "another process is writing this log; wait until it has finished"


class Process:
    """Another process that writes a log."""

    def __init__(self, popen: subprocess.Popen[str]) -> None:
        self.popen = popen

    def hears(self) -> str:
        assert self.popen.stdout is not None
        return self.popen.stdout.readline().strip()

    def go(self) -> None:
        assert self.popen.stdin is not None
        self.popen.stdin.write("\n")
        self.popen.stdin.flush()


@contextmanager
def processes(path: Path, count: int) -> Iterator[list[Process]]:
    """Yield processes that are about to write a log; those that live on are killed."""
    command = [sys.executable, str(SCRIPT), str(path)]
    pipe = subprocess.PIPE
    started = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(count)]
    try:
        made = [Process(popen) for popen in started]
        assert [process.hears() for process in made] == ["ready"] * count
        yield made
    finally:
        for popen in started:
            popen.kill()
            popen.communicate()


def names(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir())


@pytest.mark.parametrize("exists", [False, True])
def test_of_processes_that_start_at_once_one_writes_and_the_others_are_told(
    tmp_path: Path, exists: bool
) -> None:
    path = tmp_path / "run.db"
    if exists:
        record(path, batches()[:4])
    with processes(path, 3) as started:
        for process in started:
            process.go()
        said = [process.hears() for process in started]
        assert said.count("writing") == 1
        assert said.count(f"{path}: {HELD}") == 2
        (writing,) = [one for one, text in zip(started, said, strict=True) if text == "writing"]
        assert verify(path).ok
        writing.go()
        assert writing.hears() == "done"
    assert verify(path).sealed
    assert names(path) == ["run.db"]


def test_a_log_whose_writer_was_killed_is_free_again(tmp_path: Path) -> None:
    path = tmp_path / "run.db"
    with processes(path, 1) as (process,):
        process.go()
        assert process.hears() == "writing"
        for use in (Journal.create, Journal.resume):
            with pytest.raises(JournalError, match=HELD):
                use(path, manifest())
        process.popen.kill()
        process.popen.wait()
    resume(path, batches())
    assert verify(path).sealed
    assert names(path) == ["run.db"]


def test_a_log_is_read_while_it_is_written(unfinished: Path) -> None:
    with Journal.resume(unfinished, manifest()) as writer:
        assert verify(unfinished).ok
        append_all(writer, batches())
        writer.flush()
        with Journal.open(unfinished) as journal:
            assert journal.finished
    assert verify(unfinished).sealed


def test_a_finished_log_is_compared_by_several_at_once(log: Path) -> None:
    with Journal.resume(log, manifest()) as one, Journal.resume(log, manifest()) as other:
        for batch in batches():
            one.append(batch)
            other.append(batch)


def test_an_import_does_not_meet_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "run.db"
    with Journal.create(path, manifest()), pytest.raises(JournalError, match=HELD):
        import_(tmp_path / "none.jsonl", path)


def test_a_file_that_appears_meanwhile_is_not_replaced(log: Path) -> None:
    before = log.read_bytes()
    with pytest.raises(JournalError, match="another process has made this file meanwhile"):
        make(log, [Chain().open(manifest().text)])
    assert log.read_bytes() == before
    assert names(log) == [log.name]


def test_what_a_killed_maker_left_is_cleared_away(tmp_path: Path) -> None:
    path = tmp_path / "run [1].db"
    for end in ("new", "new-journal"):
        path.with_name(f"{path.name}.0123456789abcdef.{end}").touch()
    path.with_name(f"{path.name}.mine.new").touch()
    record(path)
    assert names(path) == [path.name, f"{path.name}.mine.new"]


def test_where_there_are_no_hard_links_a_log_is_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("perplab.journal.store.os.link", no_links)
    path = record(tmp_path / "run.db")
    assert verify(path).sealed
    with pytest.raises(JournalError, match="exists already"):
        make(path, [Chain().open(manifest().text)])
    assert names(path) == ["run.db"]


def test_where_there_is_no_lock_the_log_itself_refuses_a_second_writer(
    unfinished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perplab.journal.lock._fcntl", None)
    with Journal.resume(unfinished, manifest()) as one:
        other = Journal.resume(unfinished, manifest())
        for batch in batches()[:-1]:
            one.append(batch)
            other.append(batch)
        one.flush()
        with pytest.raises(JournalError, match="append-only"):
            other.flush()
    assert verify(unfinished).ok
