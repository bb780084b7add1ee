"""The demo: a crash, several accounts, and a log that proves itself."""

from pathlib import Path

import pytest

from cli.conftest import Perplab, Told


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_it_shows_who_lived_and_who_died_and_verifies_its_log(perplab: Perplab) -> None:
    result = perplab("demo")
    assert result.exit_code == 0
    for word in ("isolated", "auto-add", "cross", "stop", "LIQUIDATED", "LIVED", "VERIFIED"):
        assert word in result.stdout
    assert perplab("verify", "demo/flash-crash.db").exit_code == 0
    assert "report: demo/flash-crash.html" in result.stdout
    assert "generator" in Path("demo/flash-crash.html").read_text()[:1000]


def test_it_can_be_run_again_and_tells_the_same(told: Told) -> None:
    first, second = told("demo", "--out", "here"), told("demo", "--out", "here")
    assert first == second
    assert first["verified"] is True
    assert first["verified_from_ticks"] is True
    verdicts = {a["account"]: a["summary"]["verdict"] for a in first["accounts"]}
    assert verdicts["isolated"] == "liquidated"
    assert verdicts["auto-add"] == "alive"
    assert verdicts["cross"] == "alive"
    assert verdicts["stop"] == "stopped out"


def test_it_does_not_replace_what_is_not_its_own(perplab: Perplab) -> None:
    log = Path("demo/flash-crash.db")
    log.parent.mkdir()
    log.write_text("my notes")
    result = perplab("demo")
    assert result.exit_code == 2
    assert "is not an earlier demo's log" in result.stderr
    assert log.read_text() == "my notes"


def test_a_folder_that_cannot_be_made_is_said(perplab: Perplab) -> None:
    Path("demo").write_text("a file")
    result = perplab("demo")
    assert result.exit_code == 2
    assert "--out: demo cannot be made" in result.stderr
