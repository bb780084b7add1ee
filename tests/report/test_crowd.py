"""A crowd on a page: all are counted, those that lost most are drawn."""

from decimal import Decimal

import pytest

from lab.crowds import ACCOUNTS, crowd_file
from perplab.lab.comparison import branch_of
from perplab.lab.crowd import MOST
from perplab.lab.finding import tapes_of_log
from perplab.lab.preparation import prepare
from perplab.lab.recorded import run_recorded
from perplab.lab.scenario import read_scenario
from perplab.report.run_page import run_parts
from perplab.report.source import ReportError, Source


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    folder = tmp_path_factory.mktemp("crowd")
    path, log = crowd_file(folder / "crowd.toml"), folder / "crowd.db"
    run_recorded(prepare(read_scenario(path), folder), log)
    return Source(log=log, name="crowd", streams=tapes_of_log(log, []).streams)


def test_the_page_counts_a_crowd_and_draws_those_that_lost_most(source: Source) -> None:
    parts = run_parts([source])
    outcomes = branch_of(source.log, "crowd", source.streams).outcomes
    worst = sorted(outcomes, key=lambda name: outcomes[name].final_pnl)[:MOST]
    assert parts.data["accounts"] == worst
    assert len(worst) < len(outcomes) == ACCOUNTS
    assert {life["account"] for life in parts.data["lives"]} == set(worst)
    accounts = parts.sections[0]
    assert f"Of {ACCOUNTS} accounts the page shows {MOST}, those that lost most" in accounts
    lost = sum(outcome.final_pnl for outcome in outcomes.values())
    assert f"{Decimal(lost) / 10**8:,}".rstrip("0") in accounts


def test_any_other_account_has_a_page_of_its_own(source: Source) -> None:
    parts = run_parts([source], "member0")
    assert parts.data["accounts"] == ["member0"]
    assert "the page shows" not in parts.sections[0]
    with pytest.raises(ReportError, match="member39 and more"):
        run_parts([source], "nobody")
