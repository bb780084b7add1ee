"""Parting: the points at which a run can be left, and those at which it cannot."""

from pathlib import Path
from typing import Any

import pytest

from perplab.domain.batch import Batch
from perplab.domain.state import State
from perplab.journal.journal import Journal
from perplab.lab.finding import MissingTapeError, tapes_of_log
from perplab.lab.forking import Decision, Fork, fork_of
from perplab.lab.parting import ForkError
from perplab.lab.preparation import Setup, prepare
from perplab.lab.recorded import run_recorded
from perplab.lab.scenario import scenario_of
from perplab.venue.plan import Others

ENTRY = {"do": "buy 0.01"}


def account(name: str, *actions: dict[str, str]) -> dict[str, Any]:
    wallet = {"futures": "1000", "leverage": 20, "margin_mode": "isolated"}
    return {"name": name, **wallet, "actions": [ENTRY, *actions]}


def setup(*accounts: dict[str, Any]) -> Setup:
    tape = {"generate": {"rows": 3_000, "scenario": "calm"}}
    return prepare(scenario_of({"tape": [tape], "account": accounts}, "calm"), Path())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return the log of two accounts that buy at the start; ann sells at ten seconds."""
    path = tmp_path / "two.db"
    sells = {"do": "sell 0.01", "at": "+10s"}
    run_recorded(setup(account("ann", sells), account("bob")), path)
    return path


def fork(log: Path, at: object, others: Others = Others.AGENTS, **more: Any) -> Fork:
    decision = Decision(at=str(at), others=others, **{"account": "ann", **more})
    return fork_of(log, decision, tapes_of_log(log, []), [])


def seqs(log: Path, kind: str, account: str | None = None) -> list[int]:
    with Journal.open(log) as journal:
        return [record.seq for record in journal.records(types=[kind], account=account)]


def test_a_record_of_a_command_is_left_right_after_its_batch(log: Path) -> None:
    placed = seqs(log, "PlaceOrder", "ann")[-1]
    parting = fork(log, placed).parting
    assert parting.after_seq == parting.seq > placed
    assert fork(log, parting.seq).parting == parting


def test_a_time_at_which_something_was_asked_for_is_left_after_it(log: Path) -> None:
    closed = seqs(log, "PositionClosed", "ann")[0]
    with Journal.open(log) as journal:
        (record,) = [one for one in journal.records() if one.seq == closed]
    assert fork(log, record.time_ns).parting.after_seq == closed
    before = fork(log, record.time_ns - 1).parting
    assert (before.after_seq, before.time_ns) == (None, record.time_ns - 1)
    assert before.seq < closed


def test_a_current_price_is_no_place_but_its_time_is(log: Path) -> None:
    quiet = seqs(log, "ObserveTrade")[1]
    parting = fork(log, quiet).parting
    assert parting.after_seq is None
    assert parting.seq < quiet


def test_an_account_can_be_decided_for_once_it_is_open(log: Path) -> None:
    ann, bob = (seqs(log, "AccountOpened", name)[0] for name in ("ann", "bob"))
    assert fork(log, ann).account == "ann"
    with pytest.raises(ForkError, match="'bob' is not open yet"):
        fork(log, ann, account="bob")
    assert fork(log, bob, account="bob").account == "bob"


@pytest.mark.parametrize("others", [Others.ALONE, Others.RECORDED])
def test_without_the_agents_every_account_has_to_be_open(log: Path, others: Others) -> None:
    opened, chosen = seqs(log, "AccountOpened", "bob")[0], seqs(log, "LeverageSet", "bob")[0]
    with pytest.raises(ForkError, match=f"expected a point from record {chosen} on"):
        fork(log, opened, others)
    assert fork(log, chosen, others).parting.after_seq == chosen


def test_the_record_at_the_point_says_whose_decision_it_is(log: Path) -> None:
    placed = seqs(log, "PlaceOrder", "bob")[0]
    assert fork(log, placed, account=None).account == "bob"
    with pytest.raises(ForkError, match="ann, bob"):
        fork(log, "+5s", account=None)


def test_an_agent_needs_a_fork_in_which_agents_act(log: Path) -> None:
    with pytest.raises(ForkError, match="with --alone no agent acts afterwards"):
        fork(log, "+5s", Others.ALONE, do=("agent stop",))


def test_an_unfinished_log_is_forked_as_far_as_it_goes(tmp_path: Path) -> None:
    log, seen = tmp_path / "killed.db", []

    def kill(batch: Batch, _state: State) -> None:
        seen.append(batch)
        if len(seen) == 7:
            raise KeyboardInterrupt

    made = setup(account("ann", {"do": "sell 0.01", "at": "+10s"}))
    with pytest.raises(KeyboardInterrupt):
        run_recorded(made, log, listeners=[kill])
    with Journal.open(log) as journal:
        last = journal.length - 1
        assert not journal.finished
    child = fork(log, last, do=("add-margin 5",))
    run_recorded(child.setup, tmp_path / "child.db", parent_log=log)
    with Journal.open(tmp_path / "child.db") as journal:
        assert journal.finished
    with pytest.raises(ForkError, match="its run is unfinished"):
        fork(log, last, Others.RECORDED)


def test_a_log_that_names_no_tapes_cannot_find_them(tmp_path: Path) -> None:
    made = setup(account("ann"))
    log = tmp_path / "plain.db"
    plain = made.plan.model_copy(update={"tapes": ()})
    run_recorded(Setup(config=made.config, plan=plain, prices=made.prices), log)
    with pytest.raises(MissingTapeError, match="does not say which files"):
        tapes_of_log(log, [])
