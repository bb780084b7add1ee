"""Measuring: one process, its reply, and what the kernel counted for all of it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peers.environments import reason_of

BENCHMARKS = Path(__file__).resolve().parent.parent
LAUNCHER = Path(__file__).with_name("launcher.py")
LIMIT_S = 900.0
"""A process that takes longer is ended."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """Seconds by the wall and by the processor, peak memory in bytes, and the reply.

    A process that failed has an `error`, in one line.
    """

    wall_s: float
    cpu_s: float
    peak: int
    reply: dict[str, Any]
    error: str | None = None


def measure(
    command: Sequence[str | Path], work: Path, *, wants_reply: bool = True, limit_s: float = LIMIT_S
) -> Measurement:
    """Run a command to its end and return what it took; the reply is its last line of JSON."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result"
        launch = [sys.executable, "-I", "-S", str(LAUNCHER), str(result), *map(str, command)]
        # Into files: a pipe of which nobody reads would hold the process up.
        with (
            (Path(folder) / "out").open("w+") as output,
            (Path(folder) / "err").open("w+") as errors,
        ):
            process = subprocess.Popen(
                launch, stdout=output, stderr=errors, env=environ(work), start_new_session=True
            )
            try:
                process.wait(limit_s)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return Measurement(limit_s, limit_s, 0, {}, f"took longer than {limit_s:g} s")
            output.seek(0)
            errors.seek(0)
            reply, trouble = _reply(output.read()), errors.read()
        if not result.exists():
            return Measurement(0.0, 0.0, 0, {}, reason_of(trouble))
        wall_s, cpu_s, peak, code = result.read_text().split()
    error = None
    if int(code) or (wants_reply and not reply):
        error = reason_of(trouble) or f"ended with {code} and no reply"
    return Measurement(float(wall_s), float(cpu_s), int(peak), reply, error)


def environ(work: Path) -> dict[str, str]:
    """Return the variables of a process: ours, with this package in reach and caches allowed."""
    variables = {**os.environ, "PERPLAB_CACHE": str(work / "cache")}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    places = [str(BENCHMARKS), variables.get("PYTHONPATH", "")]
    variables["PYTHONPATH"] = os.pathsep.join(filter(None, places))
    return variables


def _reply(output: str) -> dict[str, Any]:
    for line in reversed(output.splitlines()):
        if line.startswith("{"):
            reply: dict[str, Any] = json.loads(line)
            return reply
    return {}
