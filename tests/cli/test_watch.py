"""Watch: a log that another process writes, told as it is committed."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import WIDE, Perplab
from cli.slow_writer import DEPOSITS, slow_run
from conftest import ROOT
from journal.runs import batches, record, resume
from perplab.journal.journal import Journal
from perplab.journal.verify import verify

WRITER = ROOT / "tests" / "cli" / "slow_writer.py"
PATIENCE_S = 60


@contextmanager
def watching(log: Path, *more: str) -> Iterator["subprocess.Popen[str]"]:
    """Watch in a process of its own, which ends with the block at the latest."""
    process = subprocess.Popen(
        [sys.executable, "-m", "perplab", "watch", str(log), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=WIDE,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def writing(log: Path, pause_s: float) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(log), str(pause_s)], stdout=subprocess.PIPE, text=True
    )


def lines_of(process: "subprocess.Popen[str]") -> list[dict[str, Any]]:
    out, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, errors
    return [json.loads(line) for line in out.splitlines()]


def events_in(log: Path) -> list[tuple[int, str]]:
    with Journal.open(log) as journal:
        return [(one.seq, one.type) for one in journal.records(kind="event")]


def test_a_log_that_another_process_writes_is_told_to_its_end(tmp_path: Path) -> None:
    log = tmp_path / "run.db"
    with watching(log, "--wait", "--json") as watcher, writing(log, 0.005) as writer:
        told = lines_of(watcher)
        writer.communicate(timeout=PATIENCE_S)
    assert writer.returncode == 0, "the writer was disturbed"
    assert [(one["seq"], one["type"]) for one in told] == events_in(log)
    assert verify(log).sealed


def test_watching_survives_the_kill_of_the_writer_and_tells_the_rest_when_it_is_resumed(
    tmp_path: Path,
) -> None:
    log = tmp_path / "run.db"
    with writing(log, 0.1) as writer, watching(log, "--wait", "--json") as watcher:
        assert watcher.stdout is not None
        first = json.loads(watcher.stdout.readline())
        writer.kill()
        writer.communicate()
        with Journal.open(log) as journal:
            assert not journal.finished
        time.sleep(0.5)
        assert watcher.poll() is None
        resume(log, slow_run())
        told = [first, *lines_of(watcher)]
    assert [(one["seq"], one["type"]) for one in told] == events_in(log)
    assert sum(one["type"] == "Deposited" for one in told) == DEPOSITS


def test_an_interrupt_ends_it_in_a_sentence(tmp_path: Path) -> None:
    log = record(tmp_path / "run.db", batches()[:-2])
    with watching(log, "--json") as watcher:
        assert watcher.stdout is not None
        watcher.stdout.readline()
        watcher.send_signal(signal.SIGINT)
        _, errors = watcher.communicate(timeout=PATIENCE_S)
    assert watcher.returncode == 130
    assert errors == "perplab: stopped watching; whoever writes the log goes on\n"


def test_a_person_reads_share_time_account_and_words(finished: Path, perplab: Perplab) -> None:
    result = perplab("watch", finished)
    assert result.exit_code == 0, result.output
    *lines, last = result.stdout.splitlines()
    assert any("trader" in line and "MARGIN CALL: margin ratio" in line for line in lines)
    assert lines[0].split()[0] == "0%"
    assert lines[-1].split()[0] == "100%"
    with Journal.open(finished) as journal:
        assert (
            last == f"log: run.db is finished; {journal.length} records, hash {journal.head[:16]}…"
        )


def test_a_refused_order_says_why(crash: Path, perplab: Perplab) -> None:
    big = ("--symbol", "BTCUSDT", "--side", "long", "--quantity", "900", "--leverage", "20")
    made = perplab("replay", crash, *big, "--wallet", 1000, "--log", "big.db")
    assert made.exit_code == 2, made.output
    assert "REFUSED: market order: " in perplab("watch", "big.db").stdout


def test_an_account_and_a_type_pick_events(finished: Path, perplab: Perplab) -> None:
    result = perplab("watch", finished, "--type", "MarginAutoAdded", "--account", "trader")
    assert result.stdout.count("auto-added") == 3
    nobody = perplab("watch", finished, "--account", "bob")
    assert nobody.exit_code == 0
    assert "no event is all of what was asked for" in nobody.stderr
    filled = perplab("watch", finished, "--type", "OrderFilled").stdout
    assert "bought 0.1 BTC" in filled
    wrong = perplab("watch", finished, "--type", "MarginCaled")
    assert wrong.exit_code == 2


def test_new_only_leaves_out_what_the_log_holds(finished: Path, perplab: Perplab) -> None:
    result = perplab("watch", finished, "--new-only", "--json")
    assert (result.exit_code, result.stdout) == (0, "")


def test_a_log_that_is_not_there_is_told(tmp_path: Path, perplab: Perplab) -> None:
    result = perplab("watch", tmp_path / "none.db")
    assert result.exit_code == 1
    assert "there is no such file; --wait waits until there is" in result.stderr


@pytest.mark.parametrize("content", [b"", b"junk", b"{}"])
def test_a_file_that_is_no_log_is_told(tmp_path: Path, perplab: Perplab, content: bytes) -> None:
    path = tmp_path / "junk.db"
    path.write_bytes(content)
    result = perplab("watch", path)
    assert result.exit_code == 1
    assert str(path) in result.stderr


def test_another_log_in_its_place_is_told(tmp_path: Path) -> None:
    log = record(tmp_path / "run.db", batches()[:-2])
    with watching(log, "--json") as watcher:
        assert watcher.stdout is not None
        watcher.stdout.readline()
        record(tmp_path / "short.db", batches()[:3]).replace(log)
        _, errors = watcher.communicate(timeout=PATIENCE_S)
    assert watcher.returncode == 1
    assert "another log has taken its place" in errors
