"""Forking: a log and a decision made into a run that parts from the log's at a point."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from perplab.agents.casting import cast_from, load_for
from perplab.journal.errors import differs
from perplab.journal.journal import Journal
from perplab.journal.manifest import RULES_VERSION, Manifest, Parent, config_of
from perplab.lab.parting import ForkError, Parting, parting_of
from perplab.lab.points import point_in
from perplab.lab.preparation import Setup
from perplab.venue.actions import parse_action
from perplab.venue.forks import is_agent, successor
from perplab.venue.plan import AccountPlan, ForkPlan, Others, Plan
from perplab.venue.venue import Prices

_SEQ = re.compile(r"\d{1,9}", re.ASCII)
HOLD = "hold"
"""What stands for doing nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is decided at a point: whose account, which actions, and what everybody else does.

    Without an account it is the only one, or the one that the record at the point is about.
    """

    at: str
    do: tuple[str, ...] = ()
    account: str | None = None
    others: Others = Others.AGENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """A run that is ready to part: its setup, its parent's log, and where and for whom it does."""

    setup: Setup
    log: Path
    account: str
    parting: Parting


def deeds(text: str) -> tuple[str, ...]:
    """Return the actions of a text like `close 50%; add-margin 100`; `hold` has none."""
    words = [word for part in text.split(";") if (word := " ".join(part.split()))]
    return () if words == [HOLD] else tuple(words)


def fork_of(log: Path, decision: Decision, prices: Prices, places: Sequence[Path]) -> Fork:
    """Return the fork of a log, read and checked, before anything runs.

    Agents' files are looked for in the places. Raises `PointError` or `ForkError` for a point or
    an account that does not do, `ActionError` or `AgentError` for words that are no action, and
    `JournalError` for a log that cannot be executed again.
    """
    folders = [place for place in places if place.is_dir()]
    with Journal.open(log) as journal:
        point = point_in(journal, decision.at, account=decision.account)
        manifest = journal.manifest
        _demand_rules(log, manifest)
        plan = Plan.model_validate(manifest.scenario)
        parting = parting_of(journal, plan, point, decision.others)
    _demand_agents(plan, folders)
    account = _account(plan, decision, parting)
    fork = ForkPlan(
        account=account.name,
        time_ns=parting.time_ns,
        after_seq=parting.after_seq,
        do=decision.do,
        agent_digest=_check(decision, account, manifest, folders),
        others=decision.others,
        commands=parting.commands,
    )
    setup = Setup(
        config=config_of(manifest.config),
        plan=plan.model_copy(update={"forks": (*plan.forks, fork)}),
        prices=prices,
        cast=cast_from(folders),
        parent=Parent(hash=parting.hash, seq=parting.seq),
    )
    return Fork(setup=setup, log=log, account=account.name, parting=parting)


def _demand_rules(log: Path, manifest: Manifest) -> None:
    if manifest.rules != RULES_VERSION:
        what = "manifest, field 'rules'"
        raise differs(what, manifest.rules, RULES_VERSION, seq=0).at(log)


def _demand_agents(plan: Plan, folders: Sequence[Path]) -> None:
    """Raise `AgentError` unless every agent of the run so far can be loaded again."""
    accounts = {account.name: account for account in plan.accounts}
    later = [
        successor(accounts[fork.account], text, fork.agent_digest)
        for fork in plan.forks
        for text in fork.do
        if is_agent(text)
    ]
    for account in (*plan.accounts, *later):
        if account.agent:
            load_for(account, folders)


def _account(plan: Plan, decision: Decision, parting: Parting) -> AccountPlan:
    """Return whose decision it is, or raise `ForkError`."""
    names = [account.name for account in plan.accounts]
    if not names:
        raise ForkError(
            "the run has holders of populations alone, who decide nothing; expected a log of a"
            " scenario with an [[account]]"
        )
    wanted = decision.account
    if wanted is None and len(names) == 1:
        wanted = names[0]
    of_a_record = parting.event or _SEQ.fullmatch(decision.at)
    if wanted is None and of_a_record and len(parting.concerned) == 1:
        wanted = parting.concerned[0]
    if wanted is None:
        about = parting.concerned if of_a_record and parting.concerned else names
        raise ForkError(f"--account: say whose decision it is: {', '.join(about) or 'nobody'}")
    if wanted not in names:
        raise ForkError(f"--account: found {wanted!r}, expected one of {', '.join(names)}")
    if wanted not in parting.opened:
        raise ForkError(f"{decision.at}: account {wanted!r} is not open yet at this point")
    return next(account for account in plan.accounts if account.name == wanted)


def _check(
    decision: Decision, account: AccountPlan, manifest: Manifest, folders: Sequence[Path]
) -> str:
    """Read every action once, and return the content hash of the agent that one names."""
    symbols = tuple(one["symbol"] for one in manifest.config["instruments"])
    agents = [text for text in decision.do if is_agent(text)]
    for text in decision.do:
        if not is_agent(text):
            parse_action(text, symbols)
    if agents and decision.others is not Others.AGENTS:
        others = f"with --{decision.others} no agent acts afterwards"
        raise ForkError(f"{agents[0]!r}: {others}; leave one of them out")
    if len(agents) > 1:
        raise ForkError(f"{agents[1]!r}: a fork puts one agent in place, and has {agents[0]!r}")
    return "".join(load_for(successor(account, text), folders).digest for text in agents)
