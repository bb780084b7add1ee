"""A small sweep over a generated crash, and workers that die on purpose."""

import os
import signal
import time
from pathlib import Path

from perplab.lab.sweep.bench import Work, run_chunk
from perplab.lab.sweep.figures import Result
from perplab.lab.sweep.layout import Chunk
from perplab.lab.sweep.sweep import Sweep, Terms, sweep_of

SCENARIO = """
name = "crash"
funding = [{ rate = "0.0001", interval_hours = 1 }]
tape = [{ generate = { rows = 20_000, seed = 7, scenario = "flash-crash" } }]

[[account]]
name = "ann"
futures = 1000
margin_mode = "isolated"
actions = [{ do = "buy {100 * leverage / entry}" }]

[decision.hold]
[decision.stop]
actions = [{ do = "stop {entry * (1 - 0.5 / leverage)}" }]
[decision.add-once]
actions = [{ when = "mark <= {entry * (1 - 0.5 / leverage)}", do = "add-margin 50" }]
[decision.auto-add]
actions = [{ do = "auto-add on" }]
[decision.cross]
margin_mode = "cross"
"""
VARY = ("leverage=5,20", "entry=every:5s", "decision=hold,stop,add-once,auto-add,cross")
"""270 runs: the tape lasts 200 s, and each run a minute of it."""
FEW = ("leverage=20", "entry=every:20s", "decision=hold,stop,cross")
"""18 runs, each a chunk by itself."""
LENGTH = "1m"


def written(folder: Path, text: str = SCENARIO) -> Path:
    path = folder / "crash.toml"
    path.write_text(text)
    return path


def small(folder: Path, *vary: str, text: str = SCENARIO, length: str | None = LENGTH) -> Sweep:
    """Return a sweep of the crash, of what is varied or of all that `VARY` says."""
    return sweep_of(Terms(scenario=written(folder, text), vary=vary or VARY, length=length))


def all_rows(sweep: Sweep) -> list[Result]:
    """Return every row, done here one after another."""
    return [row for chunk in sweep.layout.chunks() for row in run_chunk(sweep.work, chunk)]


def dies_once(marker: str, work: Work, chunk: Chunk) -> list[Result]:
    """Do a chunk; the first process that comes to the third chunk is killed."""
    if chunk.number == 2 and not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return run_chunk(work, chunk)


def dies_always(work: Work, chunk: Chunk) -> list[Result]:
    """Do a chunk; every process that comes to the third chunk is killed."""
    if chunk.number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return run_chunk(work, chunk)


def slowly(work: Work, chunk: Chunk) -> list[Result]:
    """Do a chunk, and give others the time to do something meanwhile."""
    time.sleep(0.05)
    return run_chunk(work, chunk)
