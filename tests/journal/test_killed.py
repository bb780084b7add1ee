"""A process that is killed, and a disk that is full: whole batches stay."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from journal.long_run import long_run
from journal.runs import batches, manifest, resume
from perplab.journal import Journal, JournalError, verify
from perplab.journal.memory import Memory

SCRIPT = Path(__file__).with_name("long_run.py")


def started(path: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(path), *more], stdout=subprocess.PIPE, text=True
    )


def whole() -> Memory:
    memory = Memory(manifest())
    for batch in long_run():
        memory.append(batch)
    return memory


def text_of(path: Path) -> str:
    with Journal.open(path) as journal:
        return "".join(block.text for block in journal.blocks())


@pytest.mark.parametrize("seed", range(3))
def test_kill_9_leaves_whole_batches_and_a_resumed_run_ends_the_same(
    tmp_path: Path, seed: int
) -> None:
    path, expected = tmp_path / "run.db", whole()
    with started(path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        time.sleep(random.Random(seed).random() / 4)
        process.kill()
    outcome = verify(path)
    assert outcome.ok, outcome.sentence
    assert expected.text.startswith(text_of(path))
    resume(path, long_run())
    assert text_of(path) == expected.text
    assert verify(path).sealed


def test_a_full_disk_is_told_and_what_was_committed_stays(tmp_path: Path) -> None:
    path, expected = tmp_path / "run.db", whole()
    with started(path, "150000") as process:
        out = process.communicate()[0]
    assert process.returncode == 3
    assert f"{path}: the disk" in out
    outcome = verify(path)
    assert outcome.ok
    assert outcome.records > 10
    assert expected.text.startswith(text_of(path))


def test_a_disk_that_has_no_room_for_the_seal_leaves_an_unsealed_log(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = log.read_bytes()
    log.write_bytes(sealed[:-4096])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("perplab.journal.seal._write_whole", full)
    with pytest.raises(JournalError, match="No space left"):
        resume(log, batches())
    assert log.read_bytes() == sealed[:-4096]
