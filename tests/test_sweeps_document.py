"""docs/sweeps.md is true: its example runs as it says, and it lists every column and key."""

import re
import shlex
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from perplab.cli.main import app
from perplab.lab.sweep.frame import OWN
from perplab.lab.sweep.variations import FIELDS

DOCUMENT = (Path(__file__).resolve().parent.parent / "docs" / "sweeps.md").read_text()


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    example = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)[0]
    Path("crash.toml").write_text(example)
    (command,) = re.findall(r"\$ perplab (sweep .*)", DOCUMENT)
    result = CliRunner().invoke(app, [*shlex.split(command), "--jobs", "1"])
    assert result.exit_code == 0, result.output
    frame = pl.read_parquet("crash.parquet")
    assert set(frame["decision"]) == {"hold", "stop", "add-once", "cross"}
    assert {"liquidated", "alive", "stopped out"} <= set(frame["verdict"])
    assert frame["refusals"].sum() == 0


def test_every_column_and_key_is_listed() -> None:
    for name in (*OWN, *FIELDS):
        assert f"`{name}`" in DOCUMENT, name
