"""A sweep on a Dask cluster: the same rows, also when a worker is killed in the middle."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from threading import Timer

import pytest

from lab.sweeps import FEW, all_rows, slowly, small
from perplab.lab.sweep.cluster import run_on_cluster
from perplab.lab.sweep.errors import SweepError
from perplab.lab.sweep.pool import Done

distributed = pytest.importorskip("distributed", reason="the extra perplab[dask] is missing")
config = pytest.importorskip("dask.config")

LONG_SECONDS = 120
"""More than any of this takes on a busy machine."""


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Yield the address of a scheduler that is a process of its own, its two workers and itself."""
    file = tmp_path / "scheduler.json"
    log = (tmp_path / "dask.log").open("wb")
    with ExitStack() as stack:
        stack.enter_context(log)

        def start(what: str, *terms: str) -> subprocess.Popen[bytes]:
            words = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--no-dashboard", *terms]
            process = subprocess.Popen(words, stdout=log, stderr=log, cwd=tmp_path)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        scheduler = start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)
        )
        until = time.monotonic() + LONG_SECONDS
        while not file.exists() or not file.read_text().strip():
            assert time.monotonic() < until, (tmp_path / "dask.log").read_text()
            time.sleep(0.1)
        address = str(json.loads(file.read_text())["address"])
        workers = [start("worker", address, "--nthreads", "1", "--no-nanny") for _ in range(2)]
        yield address, [*workers, scheduler]


def rows_of(done: Iterator[Done]) -> list[object]:
    return [row for _, results in sorted(done) for row in results]


def test_a_local_cluster_gives_the_same_rows_with_a_worker_killed_in_the_middle(
    tmp_path: Path,
) -> None:
    sweep = small(tmp_path, *FEW)
    chunks = list(sweep.layout.chunks())
    said: list[str] = []
    terms = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(host="127.0.0.1", processes=True, **terms) as cluster:
        address = cluster.scheduler_address
        done = run_on_cluster(sweep.work, chunks, address, said.append, slowly)
        first = next(done)
        os.kill(next(iter(cluster.workers.values())).process.pid, signal.SIGKILL)
        assert rows_of(iter([first, *done])) == all_rows(sweep)


def test_a_scheduler_of_its_own_gives_the_same_rows_with_a_worker_killed_in_the_middle(
    tmp_path: Path, scheduler: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, workers = scheduler
    sweep = small(tmp_path, *FEW)
    said: list[str] = []
    done = run_on_cluster(sweep.work, list(sweep.layout.chunks()), address, said.append)
    first = next(done)
    workers[0].kill()
    assert rows_of(iter([first, *done])) == all_rows(sweep)


def test_another_tape_a_cluster_without_workers_and_a_lost_scheduler_are_told(
    tmp_path: Path,
    scheduler: tuple[str, list[subprocess.Popen[bytes]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, workers = scheduler
    sweep = small(tmp_path, "leverage=5")
    work = replace(sweep.work, prices=("BTCUSDT trade 20000 0123",))
    chunks = list(sweep.layout.chunks())
    with pytest.raises(SweepError, match="a worker's tape is another one: found BTCUSDT trade"):
        list(run_on_cluster(work, chunks, address, print))
    for worker in workers[:2]:
        worker.kill()
    monkeypatch.setattr("perplab.lab.sweep.cluster._WORKERS_SECONDS", 1)
    with pytest.raises(SweepError, match="no worker was there for 1 s; start one, then --resume"):
        list(run_on_cluster(sweep.work, chunks, address, print))
    monkeypatch.setattr("perplab.lab.sweep.cluster._WORKERS_SECONDS", LONG_SECONDS)
    Timer(1, workers[2].kill).start()
    with (
        config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(SweepError, match=r"the scheduler is gone .*, then --resume goes on"),
    ):
        list(run_on_cluster(sweep.work, chunks, address, print))


def test_an_address_that_nobody_answers_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perplab.lab.sweep.cluster._ANSWER_SECONDS", 1)
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        sweep = small(tmp_path, "leverage=5")
        with pytest.raises(SweepError, match=f"--dask {address}: no scheduler answers within 1 s"):
            list(run_on_cluster(sweep.work, list(sweep.layout.chunks()), address, print))


def test_a_missing_dask_is_told_with_the_name_of_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    sweep = small(tmp_path, "leverage=5")
    with pytest.raises(SweepError, match=r"pip install 'perplab\[dask\]'"):
        list(run_on_cluster(sweep.work, list(sweep.layout.chunks()), "tcp://127.0.0.1:1", print))
