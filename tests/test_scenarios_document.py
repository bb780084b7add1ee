"""docs/scenarios.md is true: its example runs, and it lists every key and every action."""

import re
import tomllib
from pathlib import Path

from perplab.lab.preparation import prepare
from perplab.lab.recorded import run_recorded
from perplab.lab.scenario import Scenario, scenario_of
from perplab.venue.actions import GRAMMAR

DOCUMENT = (Path(__file__).resolve().parent.parent / "docs" / "scenarios.md").read_text()


def test_the_example_runs() -> None:
    example, population = re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)
    scenario = scenario_of(tomllib.loads(example, parse_float=str), "example")
    assert run_recorded(prepare(scenario, Path()), None).undone == []
    crowd = population.replace("100_000", "100")
    scenario = scenario_of(tomllib.loads(example + crowd, parse_float=str), "example")
    assert len(run_recorded(prepare(scenario, Path()), None).state.accounts) == 102


def test_every_key_and_action_is_listed() -> None:
    for key in Scenario.model_fields:
        assert f"`{key}`" in DOCUMENT or f"[{key}" in DOCUMENT, key
    assert GRAMMAR in DOCUMENT
