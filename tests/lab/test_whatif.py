"""What if: a flash crash, a margin call, and six ways to answer it, on the same ticks."""

from pathlib import Path

import pytest

from perplab.agents.errors import AgentError
from perplab.journal.journal import Journal
from perplab.journal.verify import verify
from perplab.lab.comparison import Branch, branch_of, difference_of
from perplab.lab.fate import Verdict
from perplab.lab.finding import tapes_of_log
from perplab.lab.forking import Decision, deeds, fork_of
from perplab.lab.outcome import AccountOutcome
from perplab.lab.parting import ForkError
from perplab.lab.preparation import prepare
from perplab.lab.recorded import run_recorded, verify_ticks
from perplab.lab.scenario import scenario_of
from perplab.lab.whatif import Try, branches_of
from perplab.venue.plan import Others

ANN = {
    "name": "ann",
    "futures": "1000",
    "margin_mode": "isolated",
    "leverage": 20,
    "actions": [{"do": "buy 0.1"}],
}
CRASH = {
    "tape": [{"generate": {"rows": 60_000, "seed": 7, "scenario": "flash-crash"}}],
    "account": [ANN],
}
TRIES = ("hold", "add-margin 100", "close 50%", "close 100%", "auto-add on", "cross")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the log of ann's long, which the crash liquidates a second after its margin call."""
    path = tmp_path_factory.mktemp("runs") / "ann.db"
    run_recorded(prepare(scenario_of(CRASH, "crash"), Path()), path)
    return path


@pytest.fixture(scope="module")
def answers(log: Path) -> dict[str, Branch]:
    """Return each way to answer the margin call, run to the end of the tape."""
    tries = [Try(name=text, decision=Decision(at="margin-call", do=deeds(text))) for text in TRIES]
    found = branches_of(log, tries, tapes_of_log(log, []), [], jobs=1)
    return {branch.name: branch for _, branch in found}


def ann(branch: Branch) -> AccountOutcome:
    return branch.outcomes["ann"]


def parent(log: Path) -> Branch:
    return branch_of(log, "parent", tapes_of_log(log, []).streams)


def test_to_hold_is_to_live_the_same_life(log: Path, answers: dict[str, Branch]) -> None:
    assert ann(answers["hold"]) == ann(parent(log))
    assert difference_of(parent(log), answers["hold"], "ann") is None
    assert ann(answers["hold"]).verdict is Verdict.LIQUIDATED


def test_margin_added_at_the_call_is_lost_as_well(answers: dict[str, Branch]) -> None:
    held, added = ann(answers["hold"]), ann(answers["add-margin 100"])
    assert added.verdict is Verdict.LIQUIDATED
    assert added.margin_added == 100 * 10**8
    assert added.final_pnl < held.final_pnl - 99 * 10**8
    assert added.liquidated_at is not None
    assert held.liquidated_at is not None
    assert added.liquidated_at > held.liquidated_at


def test_half_a_stop_saves_a_part_and_a_whole_stop_saves_the_fee(
    answers: dict[str, Branch],
) -> None:
    half, whole = ann(answers["close 50%"]), ann(answers["close 100%"])
    assert (half.verdict, whole.verdict) == (Verdict.LIQUIDATED, Verdict.CLOSED)
    assert ann(answers["hold"]).final_pnl < half.final_pnl < whole.final_pnl
    assert whole.liquidation_cost == 0


def test_auto_add_lives_with_the_whole_wallet_in_it(answers: dict[str, Branch]) -> None:
    lived = ann(answers["auto-add on"])
    assert lived.survived
    assert lived.margin_added == lived.auto_added > 600 * 10**8
    assert lived.drawdown is not None
    assert lived.drawdown > 800 * 10**8


def test_cross_is_refused_with_a_position_and_the_branch_goes_on(
    log: Path, answers: dict[str, Branch]
) -> None:
    refused = answers["cross"]
    assert len(ann(refused).refusals) == 1
    assert "margin mode with position" in ann(refused).refusals[0]
    found = difference_of(parent(log), refused, "ann")
    assert found is not None
    assert found.first.fact.type == "MarginModeRejected"
    assert found.then is None
    assert ann(refused).final_pnl == ann(answers["hold"]).final_pnl


def test_a_difference_tells_the_decision_and_what_it_led_to(
    log: Path, answers: dict[str, Branch]
) -> None:
    found = difference_of(parent(log), answers["add-margin 100"], "ann")
    assert found is not None
    assert (found.first.own, found.first.fact.type) == (True, "MarginAdded")
    assert found.then is not None
    assert (found.then.own, found.then.fact.type) == (False, "LiquidationStarted")


def fork(log: Path, decision: Decision, out: Path) -> Path:
    made = fork_of(log, decision, tapes_of_log(log, []), [])
    run_recorded(made.setup, out, parent_log=log)
    return out


def test_a_fork_at_the_liquidation_happens_before_it(log: Path, tmp_path: Path) -> None:
    child = fork(log, Decision(at="liquidation", do=("close",)), tmp_path / "child.db")
    assert ann(branch_of(child, "child", None)).verdict is Verdict.CLOSED


def test_a_fork_of_a_fork_names_it_and_holds_both_decisions(log: Path, tmp_path: Path) -> None:
    child = fork(log, Decision(at="margin-call", do=("add-margin 100",)), tmp_path / "child.db")
    grandchild = fork(child, Decision(at="margin-call:2", do=("close",)), tmp_path / "next.db")
    assert ann(branch_of(grandchild, "next", None)).verdict is Verdict.CLOSED
    with Journal.open(child) as one, Journal.open(grandchild) as other:
        assert other.manifest.parent is not None
        blocks = {block.records[-1].seq: block.hash for block in one.blocks()}
        assert blocks[other.manifest.parent.seq] == other.manifest.parent.hash
    assert verify(grandchild).finished
    prices = tapes_of_log(grandchild, [])
    verify_ticks(grandchild, prices.streams)
    with pytest.raises(ForkError, match="was forked itself"):
        fork_of(grandchild, Decision(at="margin-call"), prices, [])


def test_alone_nobody_but_the_market_acts(tmp_path: Path) -> None:
    plan = {**ANN, "actions": [{"do": "buy 0.1"}, {"do": "close", "at": "+60s"}]}
    log = tmp_path / "closes.db"
    run_recorded(prepare(scenario_of(CRASH | {"account": [plan]}, "crash"), Path()), log)
    alone = fork(log, Decision(at="+30s", others=Others.ALONE), tmp_path / "alone.db")
    again = fork(log, Decision(at="+30s", others=Others.RECORDED), tmp_path / "again.db")
    assert ann(branch_of(alone, "alone", None)).verdict is Verdict.LIQUIDATED
    assert ann(branch_of(again, "again", None)).verdict is Verdict.CLOSED


def test_another_agent_may_take_the_accounts_place(log: Path, tmp_path: Path) -> None:
    decision = Decision(at="+30s", do=("agent stop distance=1%",))
    child = fork(log, decision, tmp_path / "child.db")
    assert ann(branch_of(child, "child", None)).verdict is Verdict.STOPPED
    verify_ticks(child, tapes_of_log(child, []).streams)


def test_an_agents_file_is_kept_by_its_hash_and_wanted_again(log: Path, tmp_path: Path) -> None:
    file, folder = tmp_path / "mine.py", [tmp_path]
    file.write_text("def add(ctx):\n    yield ctx.margin_call()\n    ctx.add_margin(50)\n")
    prices = tapes_of_log(log, [])
    made = fork_of(log, Decision(at="+30s", do=("agent mine.py:add",)), prices, folder)
    child = tmp_path / "child.db"
    run_recorded(made.setup, child, parent_log=log)
    assert ann(branch_of(child, "child", None)).margin_added == 50 * 10**8
    verify_ticks(child, prices.streams)
    again = Decision(at="margin-call", do=("close",))
    assert fork_of(child, again, prices, folder).account == "ann"
    with pytest.raises(AgentError, match=r"file mine\.py was not found"):
        fork_of(child, again, prices, [])
    file.write_text(file.read_text().replace("50", "60"))
    with pytest.raises(AgentError, match="give the same file"):
        fork_of(child, again, prices, folder)
