"""Workers of a sweep that die: it is said, what they did is done again, and the rest goes on."""

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from lab.sweeps import FEW, all_rows, dies_always, dies_once, small
from perplab.lab.sweep.pool import DIED, run_locally


def test_what_a_killed_worker_had_begun_is_done_again(tmp_path: Path) -> None:
    sweep = small(tmp_path, *FEW)
    said: list[str] = []
    do = partial(dies_once, str(tmp_path / "marker"))
    done = list(run_locally(sweep.work, list(sweep.layout.chunks()), 2, said.append, do))
    rows = [row for _, results in sorted(done) for row in results]
    assert rows == all_rows(sweep)
    assert len(said) == 1
    assert said[0].startswith("a worker process died; what was begun is tried once more (chunks ")


def test_a_chunk_that_kills_its_worker_twice_fails_alone(tmp_path: Path) -> None:
    sweep = small(tmp_path, *FEW)
    chunks = list(sweep.layout.chunks())
    said: list[str] = []
    done = dict(run_locally(sweep.work, chunks, 2, said.append, dies_always))
    bad = chunks[2]
    assert {row.error for row in done[bad]} == {DIED}
    assert [row.run for row in done[bad]] == list(range(bad.first, bad.first + len(bad.runs)))
    rows = [row for chunk in chunks if chunk != bad for row in done[chunk]]
    assert rows == [row for row in all_rows(sweep) if row.run not in {r.run for r in done[bad]}]
    assert f"chunk 2: {DIED}; its {len(bad.runs)} runs have failed" in said


ORPHANS = """
import sys, time
from perplab.lab.workers import worker_pool
if __name__ == "__main__":
    pool = worker_pool(1)
    print(pool.submit(__import__("os").getpid).result(), flush=True)
    time.sleep(600)
"""


def test_a_worker_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(ORPHANS)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        os.kill(worker, 0)
        parent.kill()
        until = time.monotonic() + 60
        while _is_alive(worker):
            assert time.monotonic() < until, "the worker is still there"
            time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    """Return whether a process is at work; one that is over may wait for somebody to notice."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
