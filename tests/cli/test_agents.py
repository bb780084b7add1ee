"""Agents at the terminal: what is built in, and how a run tells of one that failed."""

import json
from pathlib import Path

import pytest

from cli.conftest import Perplab, Told
from perplab.agents import builtin

SCENARIO = """
tape = [{ generate = { rows = 1000, scenario = "calm" } }]
[[account]]
name = "ann"
futures = 1000
latency = "1s"
agent = "mine.py:mine"
parameters = { size = 0.1, loud = true }
"""
AGENT = """
def mine(ctx, size, loud=False):
    ctx.buy(size)
    yield ctx.sleep("5s")
    size / 0
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(AGENT)
    path = tmp_path / "run.toml"
    path.write_text(SCENARIO)
    return path


def test_the_built_in_agents_are_listed(perplab: Perplab, told: Told) -> None:
    listed = perplab("agents").stdout
    for name in builtin.NAMES:
        assert name in listed
    assert [one["agent"] for one in told("agents")] == list(builtin.NAMES)


@pytest.mark.parametrize("name", builtin.NAMES)
def test_every_parameter_of_a_built_in_agent_is_explained(
    name: str, perplab: Perplab, told: Told
) -> None:
    (agent,) = told("agents", name)
    assert agent["what"].endswith(".")
    assert agent["parameters"]
    shown = " ".join(perplab("agents", name).stdout.split())
    for parameter in agent["parameters"]:
        assert parameter["meaning"], parameter
        assert parameter["name"] in shown


def test_an_unknown_agent_is_refused(perplab: Perplab) -> None:
    result = perplab("agents", "nope")
    assert result.exit_code == 2
    assert "'nope' is not built in; expected one of hold, stop" in result.output


def test_a_run_shows_the_agent_and_how_it_failed(scenario: Path, perplab: Perplab) -> None:
    result = perplab("run", scenario)
    text = " ".join(result.stdout.split())
    assert result.exit_code == 4
    for words in ("agent mine.py:mine", "size=0.1", "loud=true", "latency 1s"):
        assert words in text
    assert "still long 0.1 BTC" in text
    assert "failed: ann: agent mine.py:mine failed at" in text
    assert "line 5: " in text


def test_a_fault_stands_in_the_json(scenario: Path, perplab: Perplab) -> None:
    result = perplab("run", scenario, "--json")
    assert result.exit_code == 4
    (fault,) = json.loads(result.stdout)["faults"]
    assert (fault["account"], fault["agent"], fault["line"]) == ("ann", "mine.py:mine", 5)
    assert fault["time"].startswith("2024-01-01T00:00:05")


def test_one_account_s_story_names_its_agent(scenario: Path, perplab: Perplab) -> None:
    assert "USDT, agent mine.py:mine" in perplab("run", scenario, "--account", "ann").stdout


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("nope", "account 'ann': agent 'nope' is not built in; expected one of hold"),
        ("gone.py:mine", "gone.py was not found"),
        ("mine.py:other", "has no function of this name"),
    ],
)
def test_an_agent_that_cannot_be_loaded_is_bad_input(
    scenario: Path, perplab: Perplab, agent: str, said: str
) -> None:
    scenario.write_text(SCENARIO.replace("mine.py:mine", agent))
    result = perplab("run", scenario)
    assert result.exit_code == 2
    assert said in result.output


def test_refusals_that_repeat_are_counted(tmp_path: Path, perplab: Perplab) -> None:
    (tmp_path / "mine.py").write_text(
        "def mine(ctx):\n"
        "    for n in range(40):\n"
        "        ctx.buy('0.0001')\n"
        "        ctx.buy(1, at=30_000 + n)\n"
        "        yield ctx.sleep('50ms')\n"
        "    ctx.buy('0.01')\n"
    )
    path = tmp_path / "run.toml"
    path.write_text(SCENARIO.split("latency", maxsplit=1)[0] + 'agent = "mine.py:mine"\n')
    table = " ".join(perplab("run", str(path)).stdout.split())
    story = " ".join(perplab("run", str(path), "--account", "ann").stdout.split())
    for shown in (table, story):
        assert shown.count("(40 times)") == 1
        assert "and 36 more like it" in shown
