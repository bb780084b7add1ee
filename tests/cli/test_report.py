"""Report: one HTML file of a run, of branches, of a sweep, and what it says of bad input."""

from pathlib import Path

import pytest

from cli.conftest import Perplab, Told


def test_a_log_becomes_one_file(finished: Path, tapes: Path, told: Told) -> None:
    answer = told("report", finished, "--ticks", tapes)
    page = Path("report.html")
    assert answer["report"] == "report.html"
    assert answer["bytes"] == page.stat().st_size < 8_000_000
    assert answer["accounts"] == ["trader"]
    assert answer["events"] > 5
    text = page.read_text()
    assert "only the prices that the log recorded" not in text


def test_the_tape_is_looked_for_where_the_log_is(finished: Path, perplab: Perplab) -> None:
    made = perplab("report", finished)
    assert made.exit_code == 0, made.output
    assert "report.html written, " in made.stdout
    assert "BTCUSDT-crash.csv was not found" in made.stdout
    assert "only the prices that the log recorded" in Path("report.html").read_text()


def test_a_title_and_an_account_can_be_given(finished: Path, perplab: Perplab) -> None:
    made = perplab("report", finished, "--title", "my <run>", "--account", "trader")
    assert made.exit_code == 0, made.output
    assert "<title>my &lt;run&gt;</title>" in Path("report.html").read_text()


def test_branches_are_laid_over_the_first_log(
    finished: Path, tapes: Path, perplab: Perplab, told: Told
) -> None:
    made = perplab(
        *("fork", finished, "--at", "margin-call", "--do", "close"),
        *("--ticks", tapes, "--out", "closed.db"),
    )
    assert made.exit_code == 0, made.output
    answer = told("report", finished, "closed.db", "--ticks", tapes, "--out", "both.html")
    assert any("closed: parts from its parent at" in note for note in answer["notes"])


def test_a_sweep_becomes_a_page(perplab: Perplab, tmp_path: Path) -> None:
    scenario = tmp_path / "sweep.toml"
    scenario.write_text(
        'tape = [{ generate = { rows = 2000, seed = 7, scenario = "flash-crash" } }]\n'
        '[[account]]\nname = "ann"\nfutures = 1000\nactions = [{ do = "buy 0.01" }]\n'
    )
    out, page = tmp_path / "sweep.parquet", tmp_path / "sweep.html"
    made = perplab("sweep", scenario, "--vary", "leverage=5,20", "--out", out, "--jobs", 1)
    assert made.exit_code == 0, made.output
    made = perplab("report", out, "--out", page)
    assert made.exit_code == 0, made.output
    assert "Survival" in page.read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run.db", "run.db"), "report: found the same log twice"),
        (("run.db", "--account", "eve"), "--account: found 'eve', expected one of trader"),
        (("run.db", "--out", "run.db"), "--out: run.db is a log itself"),
        (("run.db", "--out", "no/page.html"), "there is no folder no"),
        (("run.db", "--out", "mine.html"), "is there and is no report of perplab"),
        (("run.db", "--ticks", "nowhere"), "--ticks: nowhere is not there"),
        (("a.parquet", "run.db"), "report: a.parquet is a sweep, expected it alone"),
        (("a.parquet", "--account", "ann"), "--account has no meaning with a sweep"),
        (("a.parquet",), "a.parquet: is not there"),
    ],
)
def test_what_makes_no_sense_is_said_in_a_sentence(
    finished: Path, perplab: Perplab, arguments: tuple[str, ...], message: str
) -> None:
    Path("mine.html").write_text("mine")
    made = perplab("report", *arguments)
    assert made.exit_code == 2
    assert message in made.stderr
    assert finished.read_bytes()[:6] == b"SQLite"
    assert Path("mine.html").read_text() == "mine"


def test_what_is_no_log_is_said(perplab: Perplab, tmp_path: Path) -> None:
    other = tmp_path / "notes.db"
    other.write_text("not a log")
    made = perplab("report", other, "--out", tmp_path / "page.html")
    assert made.exit_code == 1
    assert "notes.db" in made.stderr
