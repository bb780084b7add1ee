"""A population at the command line: counted by its terms, each told if asked for, verified."""

from pathlib import Path

import pytest

from cli.conftest import Perplab, Told

SCENARIO = """
name = "a crowd"
tape = [{ generate = { rows = 20_000, scenario = "flash-crash" } }]

[[account]]
name = "ann"
futures = 1000
margin_mode = "isolated"
leverage = 20
actions = [{ do = "buy 0.1" }]

[[population]]
name = "p"
accounts = 300
longs = "0.6"
isolated = "0.7"
"""


@pytest.fixture
def crowd(tmp_path: Path) -> Path:
    path = tmp_path / "crowd.toml"
    path.write_text(SCENARIO)
    return path


def test_it_is_counted_by_its_terms_and_its_log_verifies(perplab: Perplab, crowd: Path) -> None:
    log = crowd.parent / "crowd.db"
    result = perplab("run", crowd, "--log", log)
    assert result.exit_code == 0, result.output
    assert "301 accounts" in result.output
    assert "isolated 50x" in result.output
    for words in (("verify", log), ("verify", log, "--ticks", crowd), ("audit", log)):
        checked = perplab(*words)
        assert checked.exit_code == 0, checked.output


def test_one_of_them_is_told_like_anybody(perplab: Perplab, told: Told, crowd: Path) -> None:
    result = perplab("run", crowd, "--account", "p007")
    assert result.exit_code == 0, result.output
    assert "p007, of a population" in result.output
    assert "came in" in result.output
    (account,) = told("run", crowd, "--account", "p007")["accounts"]
    assert account["account"] == "p007"
    log = crowd.parent / "crowd.db"
    assert perplab("run", crowd, "--log", log).exit_code == 0
    shown = perplab("show", log, "--account", "p007")
    assert "came in" in shown.output


def test_a_name_that_nobody_has_is_refused(perplab: Perplab, crowd: Path) -> None:
    for name in ("p7", "p301", "p000", "carl"):
        result = perplab("run", crowd, "--account", name)
        assert result.exit_code == 2
        assert "expected one of ann, p001 ..." in result.output


def test_holders_alone_cannot_be_forked_and_the_message_says_what_can(
    perplab: Perplab, crowd: Path
) -> None:
    crowd.write_text(
        SCENARIO[: SCENARIO.index("[[account]]")] + SCENARIO[SCENARIO.index("[[pop") :]
    )
    log = crowd.parent / "crowd.db"
    assert perplab("run", crowd, "--log", log).exit_code == 0
    result = perplab("fork", log, "--at", "+1m", "--do", "close 50%")
    assert result.exit_code == 2, result.output
    assert "expected a log of a scenario with an [[account]]" in " ".join(result.output.split())


def test_a_liquidated_holder_is_explained(perplab: Perplab, crowd: Path) -> None:
    log = crowd.parent / "crowd.db"
    assert perplab("run", crowd, "--log", log).exit_code == 0
    result = perplab("explain", log, "liquidation:30")
    assert result.exit_code == 0, result.output
    assert "The account came in with a" in result.output
