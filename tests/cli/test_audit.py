"""Audit and explain: a log held against the rules, its verdicts as words, JSON, CSV and a page."""

import csv
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import LONG, Perplab, Told
from journal.runs import batches, forge, rechain, record
from perplab.audit.checks import CHECKS
from perplab.audit.exact import UNIT, number, written

NAMES = {check.name for check in CHECKS}


@pytest.fixture
def liquidated(crash: Path, perplab: Perplab) -> Path:
    """Return the log of a long that a crash liquidates."""
    log = Path("run.db")
    made = perplab("replay", crash, *LONG, "--wallet", 1000, "--log", log)
    assert made.exit_code == 0, made.output
    return log


def overcharge(log: Path) -> int:
    """Make a fee in a log a unit larger, hash and seal it again; return its record."""
    changed: list[int] = []

    def change(connection: sqlite3.Connection) -> None:
        asked = "SELECT seq, body FROM records WHERE type = 'LiquidationFeeCharged'"
        seq, text = connection.execute(asked).fetchone()
        body = json.loads(text)
        body["amount"] = written(number(body["amount"]) + UNIT)
        values = json.dumps(body, separators=(",", ":")), seq
        connection.execute("UPDATE records SET body = ? WHERE seq = ?", values)
        rechain(connection)
        changed.append(seq)

    forge(log, change)
    return changed[0]


def test_a_right_log_is_confirmed_in_every_check(
    liquidated: Path, crash: Path, perplab: Perplab
) -> None:
    before = liquidated.read_bytes()
    result = perplab("audit", liquidated, "--ticks", crash)
    assert result.exit_code == 0, result.output
    assert all(name in result.stdout for name in NAMES)
    assert "1 liquidation: 1 confirmed" in result.stdout
    assert result.stdout.rstrip().endswith("CONFIRMED: every check, every liquidation.")
    assert liquidated.read_bytes() == before
    assert sorted(path.name for path in Path().iterdir() if "run.db" in path.name) == ["run.db"]


def test_its_ticks_are_found_where_the_log_names_them(
    liquidated: Path, crash: Path, told: Told
) -> None:
    without = told("audit", liquidated)
    assert without["verdict"] == "cannot tell"
    lacking = {one["check"] for one in without["checks"] if one["verdict"] == "cannot tell"}
    assert {"ticks", "liquidations"} <= lacking
    assert without["liquidations"][0]["verdict"] == "cannot tell"
    shutil.copy(crash, crash.name)
    found = told("audit", liquidated)
    assert (found["verdict"], found["ticks"]) == ("confirmed", 60_000)
    assert {one["check"] for one in found["checks"]} == NAMES


def test_an_export_is_audited_as_its_log_is(
    liquidated: Path, crash: Path, told: Told, perplab: Perplab
) -> None:
    assert perplab("export", liquidated, "--out", "run.jsonl").exit_code == 0
    found = told("audit", "run.jsonl", "--ticks", crash)
    unsure = [one["check"] for one in found["checks"] if one["verdict"] != "confirmed"]
    assert unsure == ["append-only"]


def test_a_wrong_log_ends_with_one_and_names_record_check_and_rule(
    liquidated: Path, crash: Path, perplab: Perplab
) -> None:
    seq = overcharge(liquidated)
    result = perplab("audit", liquidated, "--ticks", crash, "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    wrong = [one for one in found["checks"] if one["verdict"] == "violated"]
    assert "clearance-fee" in {one["check"] for one in wrong}
    (finding,) = next(one for one in wrong if one["check"] == "clearance-fee")["findings"]
    assert (finding["record"], finding["rule"]) == (seq, "14.5")
    assert number(finding["found"]) == number(finding["expected"]) + UNIT
    assert found["liquidations"][0]["verdict"] == "violated"
    words = perplab("audit", liquidated, "--ticks", crash)
    assert words.exit_code == 1
    assert "VIOLATED: " in words.stdout


def test_the_csv_has_a_row_for_each_check_liquidation_and_finding(
    liquidated: Path, crash: Path, perplab: Perplab
) -> None:
    overcharge(liquidated)
    result = perplab("audit", liquidated, "--ticks", crash, "--csv")
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert {row["name"] for row in rows if row["row"] == "check"} == NAMES
    assert [row["verdict"] for row in rows if row["row"] == "liquidation"] == ["violated"]
    assert "clearance-fee" in {row["name"] for row in rows if row["row"] == "finding"}


def test_the_page_has_the_verdicts(liquidated: Path, crash: Path, perplab: Perplab) -> None:
    result = perplab("audit", liquidated, "--ticks", crash, "--html", "audit.html")
    assert result.exit_code == 0, result.output
    page = Path("audit.html").read_text()
    assert all(name in page for name in NAMES)


def test_an_unfinished_log_is_right_as_far_as_it_goes(tmp_path: Path, perplab: Perplab) -> None:
    unfinished = record(tmp_path / "unfinished.db", batches()[:-2])
    result = perplab("audit", unfinished)
    assert result.exit_code == 3, result.output
    assert "unfinished" in result.stdout


def test_other_ticks_than_the_logs_are_told(
    liquidated: Path, crash: Path, perplab: Perplab
) -> None:
    lines = crash.read_text().splitlines(keepends=True)
    Path("BTCUSDT-short.csv").write_text("".join(lines[:-1]))
    result = perplab("audit", liquidated, "--ticks", "BTCUSDT-short.csv")
    assert result.exit_code == 1
    assert "the ticks given are not those that the log names" in result.stdout
    assert "VIOLATED: manifest; 1 finding" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("gone.db",), "gone.db: no such file"),
        (("run.db", "--csv", "--json"), "choose one"),
        (("run.db", "--brackets", "x.json"), "--brackets and --prices"),
        (("run.db", "--mark", "x.csv"), "--ticks FILES"),
        (("run.db", "run.db"), "one log at a time"),
        (("notes.txt",), "notes.txt"),
    ],
)
def test_what_cannot_be_meant_is_told(
    liquidated: Path, perplab: Perplab, arguments: tuple[str, ...], said: str
) -> None:
    assert liquidated.exists()
    Path("notes.txt").write_text("hello\n")
    result = perplab("audit", *arguments)
    assert result.exit_code == 2, result.output
    assert said in result.stderr


def test_a_liquidation_is_explained_in_order(
    liquidated: Path, crash: Path, perplab: Perplab
) -> None:
    result = perplab("explain", liquidated, "liquidation:1", "--ticks", crash)
    assert result.exit_code == 0, result.output
    words = ["was opened at", "MARGIN CALL", "LIQUIDATION", "bankruptcy price", "CONFIRMED"]
    places = [result.stdout.index(word) for word in words]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("which", "said"),
    [("liquidation:2", "run.db has 1, counted from 1"), ("margin-call", "expected liquidation:N")],
)
def test_a_liquidation_that_is_not_there_is_told(
    liquidated: Path, perplab: Perplab, which: str, said: str
) -> None:
    result = perplab("explain", liquidated, which)
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize("terms", [(), ("--add-margin", "50@+1m"), ("--funding", "0.0001")])
def test_what_would_have_sufficed_does_and_a_unit_less_does_not(
    crash: Path, perplab: Perplab, told: Told, terms: tuple[str, ...]
) -> None:
    log = Path("rich.db")
    made = perplab("replay", crash, *LONG, "--wallet", 5000, *terms, "--log", log)
    assert made.exit_code == 0, made.output
    story = told("explain", log, "--ticks", crash)
    at_call = next(one for one in story["rescues"] if one["at"] == "margin call")
    amounts = [number(at_call["to_the_end"]), number(at_call["to_the_end"]) - UNIT]
    tries = [part for one in amounts for part in ("--try", f"add-margin {written(one)}")]
    sheet = told("whatif", log, "--at", "margin-call", "--ticks", crash, *tries)
    assert [_fate(branch) for branch in sheet["branches"]][1:] == ["alive", "liquidated"]


def _fate(branch: dict[str, Any]) -> str:
    (account,) = branch["accounts"].values()
    return str(account["verdict"])


DEPOSITS = """
[[tape]]
generate = { rows = 5000, scenario = "flash-crash" }
[[account]]
name = "saver"
futures = "1e2"
leverage = 20
actions = [
  { do = "buy 0.01" },
  { do = "deposit 100 futures", at = "+10s" },
  { do = "withdraw 5 futures", at = "+20s" },
]
"""


def test_deposits_that_the_plan_or_a_fork_asks_for_are_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, perplab: Perplab, told: Told
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("saver.toml").write_text(DEPOSITS)
    assert perplab("run", "saver.toml", "--log", "saver.db").exit_code == 0
    forked = perplab(
        "fork", "saver.db", "--at", "+5s", "--do", "deposit 7 futures", "--out", "f.db"
    )
    assert forked.exit_code == 0, forked.output
    for log in ("saver.db", "f.db"):
        assert told("audit", log)["verdict"] == "confirmed"
