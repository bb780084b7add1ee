"""Run: several accounts side by side, and the examples that are shipped."""

from decimal import Decimal
from pathlib import Path

import pytest

from cli.conftest import WIDE, Perplab, Told
from conftest import ROOT
from lab.crowds import crowd_file

EXAMPLES = sorted((ROOT / "replays").glob("*.toml"))
SCENARIO = """
name = "two"
funding = [{ rate = "0.0001", interval_hours = 1 }]
tape = [{ generate = { rows = 60_000, seed = 7, scenario = "flash-crash" } }]

[[account]]
name = "ann"
futures = "1000"
margin_mode = "isolated"
leverage = 20
actions = [{ do = "buy 0.1" }, { do = "add-margin 5000" }]

[[account]]
name = "bob"
futures = "1000"
position_mode = "hedge"
leverage = 20
actions = [{ do = "buy 0.1" }, { do = "sell 0.1" }]
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "two.toml"
    path.write_text(SCENARIO)
    return path


def test_each_account_has_its_fate(scenario: Path, told: Told) -> None:
    run = told("run", scenario)
    assert run["name"] == "two"
    ann, bob = run["accounts"]
    assert (ann["summary"]["verdict"], bob["summary"]["verdict"]) == ("liquidated", "alive")
    assert ann["summary"]["refusals"] == [
        "REFUSED: margin change of 5,000 USDT: cross balance insufficient (-4050); at most 700"
    ]
    assert Decimal(bob["summary"]["fees"]) < 0


def test_a_person_sees_who_lived_and_who_died(scenario: Path, perplab: Perplab) -> None:
    result = perplab("run", scenario)
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert "two: 2024-01-01 00:00:00 to" in text
    assert "LIQUIDATED after" in text
    assert "LIVED" in text
    assert "isolated 20x, 1,000 USDT" in text
    assert "cross 20x, hedge," in text


def test_one_account_s_story_can_be_told(scenario: Path, perplab: Perplab, told: Told) -> None:
    result = perplab("run", scenario, "--account", "ann")
    assert "ann: isolated 20x, 1,000 USDT" in result.stdout
    assert "MARGIN CALL" in result.stdout
    (only,) = told("run", scenario, "--account", "bob")["accounts"]
    assert only["account"] == "bob"


def test_a_run_is_recorded_and_verified_from_its_scenario(
    scenario: Path, perplab: Perplab, told: Told
) -> None:
    log = scenario.with_name("run.db")
    assert perplab("run", scenario, "--log", log).exit_code == 0
    assert told("verify", log, "--ticks", scenario)["verified_from_ticks"] is True


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_and_has_something_to_tell(path: Path, told: Told) -> None:
    run = told("run", path)
    verdicts = {account["summary"]["verdict"] for account in run["accounts"]}
    assert len(verdicts) > 1
    assert "never opened" not in verdicts
    assert run["undone"] == []


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 3


IDLE = """
name = "idle [bold]"
tape = [{ generate = { rows = 1000, scenario = "calm" } }]
[[account]]
name = "the one that waits"
futures = 1234.5
[[account]]
name = "bob"
"""


@pytest.mark.parametrize("columns", ["60", "80", "100"])
def test_accounts_that_do_nothing_show_their_names_and_wallets(
    tmp_path: Path, perplab: Perplab, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setitem(WIDE, "COLUMNS", columns)
    path = tmp_path / "idle.toml"
    path.write_text(IDLE)
    result = perplab("run", path)
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert "idle [bold]: 2024-01-01" in text
    assert "the one" in text
    assert "bob" in text
    assert text.count("did nothing") == 2
    assert "1,234.5" in text
    assert "…" not in text
    assert max(map(len, result.stdout.splitlines())) <= int(columns)


@pytest.mark.parametrize("columns", ["60", "80", "100"])
def test_a_narrow_terminal_wraps_and_loses_no_figure(
    scenario: Path, perplab: Perplab, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    wide = perplab("run", scenario).stdout.split()
    monkeypatch.setitem(WIDE, "COLUMNS", columns)
    narrow = perplab("run", scenario).stdout
    figures = {word.strip(",") for word in wide if "." in word and word.strip(",")[-1].isdigit()}
    assert figures <= {word.strip(",") for word in narrow.split()}
    assert "…" not in narrow


def test_a_crowd_is_counted_by_its_terms_and_a_few_are_named(
    tmp_path: Path, perplab: Perplab, told: Told
) -> None:
    path = crowd_file(tmp_path / "crowd.toml")
    lines = [line.split() for line in perplab("run", path).stdout.splitlines()]
    counts = {" ".join(line[:2]): line for line in lines if line[:1] == ["isolated"]}
    accounts, called, liquidated, lived = 2, 3, 4, 5
    assert list(counts) == ["isolated 2x", "isolated 20x", "isolated 50x"]
    for terms, line in counts.items():
        gone = "0" if terms == "isolated 2x" else "15"
        assert (line[accounts], line[called], line[liquidated]) == ("15", gone, gone)
        assert line[lived] == ("15" if gone == "0" else "0")
    named = [line[0] for line in lines if line and line[0].startswith("member")]
    everyone = told("run", path)["accounts"]
    changes = {one["account"]: Decimal(one["summary"]["change"]) for one in everyone}
    assert named[:10] == sorted(changes, key=changes.__getitem__)[:10]
    assert named[10:] == [f"member{number}" for number in range(5)]
    lost = sum(changes.values())
    (total,) = (line for line in lines if line[:1] == ["all"])
    assert total[1] == "45"
    assert abs(Decimal(total[-1].replace(",", "")) - lost) <= 1
    assert "MARGIN CALL" in perplab("run", path, "--account", "member43").stdout


def test_an_unknown_name_in_a_crowd_is_refused_without_all_the_others(
    tmp_path: Path, perplab: Perplab
) -> None:
    result = perplab("run", crowd_file(tmp_path / "crowd.toml"), "--account", "nobody")
    assert result.exit_code != 0
    text = " ".join(result.stderr.split())
    assert "member0, member1" in text
    assert "and 5 more" in text
