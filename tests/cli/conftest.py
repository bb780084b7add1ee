"""The command line as a test uses it, and a small tape with a crash in it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from perplab.cli.main import app

Perplab = Callable[..., Result]
Told = Callable[..., Any]

LONG = ("--symbol", "BTCUSDT", "--side", "long", "--quantity", "0.1", "--leverage", "20")
"""6,000 USDT at 60,000: a margin of 300."""
CRASH = "BTCUSDT-crash.csv"
WIDE = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}


@pytest.fixture(scope="session")
def perplab() -> Perplab:
    """Return a caller of the command line."""

    def call(*arguments: object) -> Result:
        return CliRunner(env=WIDE).invoke(app, [str(argument) for argument in arguments])

    return call


@pytest.fixture(scope="session")
def told(perplab: Perplab) -> Told:
    """Return a caller that wants JSON and exit code 0."""

    def call(*arguments: object) -> Any:
        result = perplab(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return call


@pytest.fixture(scope="session")
def tapes(tmp_path_factory: pytest.TempPathFactory, perplab: Perplab) -> Path:
    """Return a folder with a tape of 60,000 trades that falls from 60,000 to about 51,000."""
    folder = tmp_path_factory.mktemp("tapes")
    made = perplab(
        *("ticks", "generate", "--rows", 60_000, "--seed", 7),
        *("--scenario", "flash-crash", "--out", folder / CRASH),
    )
    assert made.exit_code == 0, made.output
    return folder


@pytest.fixture
def crash(tapes: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the crash tape; the current folder is a new one."""
    monkeypatch.chdir(tmp_path)
    return tapes / CRASH


@pytest.fixture
def finished(crash: Path, perplab: Perplab) -> Path:
    """Return the log of a finished replay: an isolated long with auto-add."""
    log = Path("run.db")
    made = perplab("replay", crash, *LONG, "--wallet", 1000, "--auto-add", "--log", log)
    assert made.exit_code == 0, made.output
    return log
