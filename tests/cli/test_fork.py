"""Fork, whatif and compare on the command line, and everything that they refuse."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from cli.conftest import CRASH, LONG, Perplab, Told
from perplab.cli.failures import AGENT_FAILED, BAD_INPUT, LOG_WRONG

CALL = ("--at", "margin-call")
PAIR = """
[[tape]]
generate = {{ rows = 60000, seed = 7 }}
{accounts}
"""
ACCOUNT = """
[[account]]
name = "{name}"
futures = "1000"
margin_mode = "isolated"
leverage = {leverage}
actions = [{{ do = "buy 0.1" }}]
"""


@pytest.fixture
def run(crash: Path, perplab: Perplab) -> Path:
    """Return the log of a long that the crash liquidates; its tape lies in another folder."""
    log = Path("run.db")
    made = perplab("replay", crash, *LONG, "--wallet", 1000, "--log", log)
    assert made.exit_code == 0, made.output
    return log


@pytest.fixture
def ticks(crash: Path) -> tuple[str, str]:
    return "--ticks", str(crash)


@pytest.fixture
def pair(perplab: Perplab, crash: Path) -> Path:
    """Return the log of two accounts; the tape is generated, so no file is needed."""
    del crash  # for its folder
    accounts = [ACCOUNT.format(name="ann", leverage=20), ACCOUNT.format(name="bob", leverage=10)]
    Path("pair.toml").write_text(PAIR.format(accounts="".join(accounts)))
    made = perplab("run", "pair.toml", "--log", "pair.db")
    assert made.exit_code == 0, made.output
    return Path("pair.db")


def refused(result: Result, code: int, *words: str) -> None:
    assert result.exit_code == code, result.output
    for word in words:
        assert word in result.stderr, result.stderr


def figures(sheet: Any, branch: int, account: str = "trader") -> Any:
    return sheet["branches"][branch]["accounts"][account]


def test_a_fork_is_printed_beside_its_parent_and_its_log_stands_alone(
    run: Path, ticks: tuple[str, str], perplab: Perplab
) -> None:
    do = ("--do", "add-margin 100", "--do", "stop 57250")
    made = perplab("fork", run, *CALL, *do, *ticks, "--out", "fork.db")
    assert made.exit_code == 0, made.output
    assert "records 1 to 17 are those of run.db" in made.stdout
    assert "fork.db written" in made.stdout
    shutil.copy("fork.db", "alone.db")
    for log in ("fork.db", "alone.db"):
        assert perplab("verify", log).exit_code == 0
    proven = perplab("verify", "fork.db", *ticks)
    assert proven.exit_code == 0, proven.output
    assert "the ticks make all of it again" in proven.stdout


def test_the_same_fork_again_is_compared_and_another_is_refused(
    run: Path, ticks: tuple[str, str], perplab: Perplab
) -> None:
    do = (*ticks, "--out", "fork.db", "--do")
    assert perplab("fork", run, *CALL, *do, "close 50%").exit_code == 0
    written = Path("fork.db").read_bytes()
    assert "was there, and agrees" in perplab("fork", run, *CALL, *do, "close 50%").stdout
    other = perplab("fork", run, *CALL, *do, "close 40%")
    refused(other, LOG_WRONG, "fork.db", "made from something else", "close 40%")
    assert Path("fork.db").read_bytes() == written


def test_what_if_puts_all_branches_side_by_side(
    run: Path, ticks: tuple[str, str], told: Told
) -> None:
    tries = ("hold", "add-margin 100", "close 50%", "auto-add on; stop 57100", "cross")
    asked = [word for text in tries for word in ("--try", text)]
    sheet = told("whatif", run, *CALL, *ticks, *asked, "--jobs", 2, "--keep", "kept")
    names = [branch["name"] for branch in sheet["branches"]]
    assert names == ["parent", *tries]
    parent, held, added, half, auto, cross = (figures(sheet, n) for n in range(6))
    assert held["differs_from_first"] is None
    assert {**held, "differs_from_first": 0} == {**parent, "differs_from_first": 0}
    assert added["margin_added"] == "100"
    assert half["differs_from_first"]["first"]["type"] == "PositionReduced"
    assert auto["verdict"] == "stopped out"
    assert len(cross["refusals"]) == 1
    kept = sorted(Path("kept").iterdir())
    assert [path.name for path in kept] == [
        "01-hold.db",
        "02-add-margin-100.db",
        "03-close-50%.db",
        "04-auto-add-on-stop-57100.db",
        "05-cross.db",
    ]


def test_what_if_is_a_table_for_people(run: Path, ticks: tuple[str, str], perplab: Perplab) -> None:
    tries = ("--try", "close", "--try", "add-margin 5000")
    table = perplab("whatif", run, *CALL, *ticks, *tries, "--jobs", 1)
    assert table.exit_code == 0, table.output
    for words in ("what became of it", "liquidated", "closed", "worst drawdown", "refused"):
        assert words in table.stdout
    assert "first differs 2024-01-01 00:07:01, record 19: REFUSED: margin change" in table.stdout


def test_compare_says_what_it_cannot_know_without_the_ticks(
    run: Path, ticks: tuple[str, str], perplab: Perplab, told: Told
) -> None:
    assert perplab("fork", run, *CALL, "--do", "close", *ticks, "--out", "fork.db").exit_code == 0
    without = perplab("compare", run, "fork.db")
    assert without.exit_code == 0, without.output
    assert "unknown" in without.stdout
    assert CRASH in without.stdout
    known = told("compare", run, "fork.db", *ticks)
    assert known["notes"] == []
    assert figures(known, 1)["drawdown"] is not None
    assert figures(known, 1)["differs_from_first"]["first"]["type"] == "PositionClosed"


def test_with_several_accounts_the_decision_is_of_the_one_that_is_named(
    pair: Path, perplab: Perplab, told: Told
) -> None:
    nobody = perplab("fork", pair, "--at", "+2m", "--do", "close")
    refused(nobody, BAD_INPUT, "--account", "ann, bob")
    named = told("fork", pair, "--at", "+2m", "--do", "close", "--account", "bob")
    assert named["account"] == "bob"
    assert figures(named, 1, "bob")["verdict"] == "closed"
    called = told("fork", pair, *CALL, "--do", "close")
    assert called["account"] == "ann"


def test_a_point_that_no_fork_can_have_is_refused(
    run: Path, ticks: tuple[str, str], perplab: Perplab
) -> None:
    last = json.loads(perplab("verify", run, "--json").stdout)["records"] - 1

    def at(point: object) -> Result:
        return perplab("fork", run, "--at", point, *ticks, "--do", "close", "--out", "no.db")

    refused(at(last + 1), BAD_INPUT, f"record {last + 1}", f"last record of the log is {last}")
    refused(at(0), BAD_INPUT, "record 0")
    refused(at(1), BAD_INPUT, "record 1, ", "before the exchange opens")
    refused(at(last), BAD_INPUT, "the run is over there")
    refused(at("2030-01-01T00:00"), BAD_INPUT, "is outside the run")
    refused(at("margin-call:7"), BAD_INPUT, "the log has 1")
    refused(at("noon"), BAD_INPUT, "'noon' is no point in a log")
    refused(at(3), BAD_INPUT, "account 'trader' is not open yet")
    assert not Path("no.db").exists()


def test_words_that_are_no_action_are_refused_before_anything_runs(
    run: Path, ticks: tuple[str, str], perplab: Perplab
) -> None:
    def do(text: str) -> Result:
        return perplab("fork", run, *CALL, *ticks, "--do", text, "--out", "no.db")

    refused(do("pray"), BAD_INPUT, "'pray' is not a verb")
    refused(do("add-margin"), BAD_INPUT, "ends where an amount was expected")
    refused(do("close ETHUSDT"), BAD_INPUT, "BTCUSDT")
    refused(do("agent nobody"), BAD_INPUT, "agent 'nobody' is not built in")
    refused(do("agent hold; agent stop"), BAD_INPUT, "one agent")
    refused(do("agent hold nonsense"), BAD_INPUT, "expected KEY=VALUE")
    tries = perplab("whatif", run, *CALL, *ticks, "--try", "close", "--try", "add", "--keep", "no")
    refused(tries, BAD_INPUT, "'add' is not a verb")
    refused(perplab("whatif", run, *CALL, *ticks, "--try", " "), BAD_INPUT, "--try")
    twice = perplab("whatif", run, *CALL, *ticks, "--try", "hold", "--try", "hold")
    refused(twice, BAD_INPUT, "'hold' is given twice")
    both = perplab("fork", run, *CALL, *ticks, "--alone", "--recorded")
    refused(both, BAD_INPUT, "--recorded and --alone")
    assert not Path("no.db").exists()
    assert not list(Path().glob("no/*"))


def test_an_agent_that_fails_after_the_point_is_told_and_the_fork_goes_on(
    run: Path, ticks: tuple[str, str], perplab: Perplab
) -> None:
    Path("bad.py").write_text("def bad(ctx):\n    yield ctx.margin_call()\n    raise KeyError\n")
    failed = perplab("fork", run, "--at", "+30s", *ticks, "--do", "agent bad.py:bad")
    assert failed.exit_code == AGENT_FAILED, failed.output
    assert "bad.py, line 3" in failed.stdout


def test_a_missing_tape_is_named_with_its_hash_and_where_it_was_looked_for(
    run: Path, perplab: Perplab, tmp_path: Path
) -> None:
    missing = perplab("fork", run, *CALL)
    refused(missing, BAD_INPUT, CRASH, "60000 rows", "the current folder", "--ticks")
    (tmp_path / "elsewhere").mkdir()
    there = perplab("fork", run, *CALL, "--ticks", "elsewhere")
    refused(there, BAD_INPUT, CRASH, "elsewhere")
    refused(perplab("fork", run, *CALL, "--ticks", "nowhere"), BAD_INPUT, "nowhere is not there")


def test_a_tape_of_other_content_is_refused_with_both_hashes(
    run: Path, crash: Path, perplab: Perplab, told: Told
) -> None:
    made = ("ticks", "generate", "--rows", 60_000, "--seed", 8, "--scenario", "flash-crash")
    assert perplab(*made, "--out", CRASH).exit_code == 0
    here, there = (told("ticks", "info", path)["streams"][0]["digest"] for path in (CRASH, crash))
    refused(perplab("fork", run, *CALL), LOG_WRONG, here, there)


def test_tapes_are_found_in_the_current_folder_and_beside_the_log(
    run: Path, crash: Path, perplab: Perplab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(crash, CRASH)
    assert perplab("fork", run, *CALL).exit_code == 0
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    assert perplab("fork", f"../{run}", *CALL).exit_code == 0
    assert perplab("verify", f"../{run}", "--ticks", "..").exit_code == 0


def test_a_fork_does_not_overwrite_its_parent(
    run: Path, ticks: tuple[str, str], perplab: Perplab
) -> None:
    refused(perplab("fork", run, *CALL, *ticks, "--out", run), BAD_INPUT, "the parent's own log")


def test_a_parent_is_known_by_another_path_too(run: Path, perplab: Perplab) -> None:
    Path("link.db").symlink_to(run)
    refused(perplab("fork", run, *CALL, "--out", "link.db"), BAD_INPUT, "the parent's own log")


def test_an_action_without_words_is_not_taken_for_hold(
    run: Path, ticks: tuple[str, str], perplab: Perplab
) -> None:
    made = perplab("fork", run, *CALL, *ticks, "--do", "")
    refused(made, BAD_INPUT, "--do: found no action, expected hold")


def test_of_several_accounts_only_those_that_the_event_is_about_are_named(
    perplab: Perplab, crash: Path
) -> None:
    del crash  # for its folder
    leverages = {"ann": 20, "bob": 20, "cid": 2}
    accounts = [ACCOUNT.format(name=name, leverage=x) for name, x in leverages.items()]
    tape = PAIR.replace("seed = 7", 'seed = 7, scenario = "flash-crash"')
    text = tape.format(accounts="".join(accounts)).replace('"1000"', '"4000"')
    Path("three.toml").write_text(text)
    assert perplab("run", "three.toml", "--log", "three.db").exit_code == 0
    made = perplab("fork", "three.db", *CALL)
    refused(made, BAD_INPUT, "say whose decision it is: ann, bob\n")


def test_a_parent_that_was_changed_is_told_at_the_record(
    run: Path, ticks: tuple[str, str], perplab: Perplab
) -> None:
    exported = perplab("export", run, "--out", "run.jsonl")
    assert exported.exit_code == 0, exported.output
    refused(perplab("fork", "run.jsonl", *CALL, *ticks), LOG_WRONG, "run.jsonl")


def test_compare_wants_two_different_logs(run: Path, perplab: Perplab) -> None:
    refused(perplab("compare", run), BAD_INPUT, "at least two")
    refused(perplab("compare", run, run), BAD_INPUT, "same log twice")
    nobody = perplab("compare", run, run.absolute(), "--account", "eve")
    assert nobody.exit_code == BAD_INPUT
