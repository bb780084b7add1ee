"""Risk profiles: four presets, resolved before a plan is made of a scenario."""

from pathlib import Path
from typing import Any

import pytest

from perplab.domain.commands import MarginMode
from perplab.lab.preparation import prepare
from perplab.lab.scenario import ScenarioError, scenario_of
from perplab.tables.profiles import read_profiles
from perplab.tables.reading import TableError
from perplab.venue.plan import written

TAPE = [{"generate": {"rows": 10}}]


def scenario(**account: Any) -> dict[str, Any]:
    return {"tape": TAPE, "account": [{"name": "ann", "futures": "1000", **account}]}


def test_there_are_four_one_for_each_leverage_and_mode() -> None:
    profiles = read_profiles()
    assert list(profiles) == ["low-isolated", "low-cross", "high-isolated", "high-cross"]
    modes = [profile.margin_mode for profile in profiles.values()]
    assert modes == [MarginMode.ISOLATED, MarginMode.CROSS] * 2
    low, _, high, _ = (profile.leverage for profile in profiles.values())
    assert low < high


def test_a_profile_is_the_leverage_and_the_mode_that_it_names() -> None:
    plans = [
        prepare(scenario_of(scenario(**account), "test"), Path()).plan
        for account in (
            {"profile": "high-isolated"},
            {"leverage": 20, "margin_mode": "isolated"},
        )
    ]
    assert written(plans[0]) == written(plans[1])


@pytest.mark.parametrize("key", [{"leverage": 5}, {"margin_mode": "cross"}])
def test_a_profile_beside_what_it_gives_is_refused(key: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match=f"'ann': profile 'low-cross' gives {next(iter(key))}"):
        scenario_of(scenario(profile="low-cross", **key), "test")


def test_an_unknown_profile_is_told_with_those_there_are() -> None:
    with pytest.raises(ScenarioError, match="found 'lwo', expected one of low-isolated, low-cross"):
        scenario_of(scenario(profile="lwo"), "test")


def test_a_file_of_profiles_is_checked(tmp_path: Path) -> None:
    file = tmp_path / "profiles.toml"
    file.write_text('[profile.x]\nleverage = 3\nmargin_mode = "both"\nsays = "x"\n')
    with pytest.raises(TableError, match=r"profile.x.margin_mode: found 'both'"):
        read_profiles(file)
