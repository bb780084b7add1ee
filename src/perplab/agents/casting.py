"""Casting: who acts for an account, its agent or its actions alone.

What drives agents is loaded for the first account that has one: most runs have none.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from perplab.agents.advising import Adviser
from perplab.agents.errors import AgentError
from perplab.venue.desk import Desk
from perplab.venue.participants import Cast, Participant
from perplab.venue.plan import AccountPlan
from perplab.venue.traders import Trader

if TYPE_CHECKING:
    from perplab.agents.loading import Loaded


def cast_from(places: Sequence[Path]) -> Cast:
    """Return who acts for an account: its agent, found in the places, or its actions alone."""
    advisers: dict[tuple[Desk, str], Adviser] = {}

    def cast(desk: Desk, plan: AccountPlan) -> Participant:
        # Whoever acts for the account later, its adviser has seen all of its past.
        adviser = advisers.get((desk, plan.name)) or Adviser(desk, plan.name)
        advisers[desk, plan.name] = adviser
        if not plan.agent:
            return Trader(desk, plan)
        from perplab.agents.driver import Agent  # noqa: PLC0415

        return Agent(desk, plan, load_for(plan, places), adviser)

    return cast


def load_for(plan: AccountPlan, places: Sequence[Path]) -> "Loaded":
    """Return an account's agent, or `AgentError` where its file is not the one of the plan."""
    from perplab.agents.loading import arguments, load  # noqa: PLC0415

    try:
        loaded = load(plan.agent, places)
        arguments(loaded, plan.parameters)
    except AgentError as error:
        raise AgentError(f"account {plan.name!r}: {error}") from error
    if plan.agent_digest and plan.agent_digest != loaded.digest:
        raise AgentError(
            f"account {plan.name!r}: agent file {loaded.file} has the hash {loaded.digest}, but the"
            f" run was made with {plan.agent_digest}; give the same file"
        )
    return loaded


def with_digests(plans: Sequence[AccountPlan], places: Sequence[Path]) -> tuple[AccountPlan, ...]:
    """Return the accounts, each with the digest of its agent's file; each agent can be loaded."""
    return tuple(
        plan.model_copy(update={"agent_digest": load_for(plan, places).digest})
        if plan.agent
        else plan
        for plan in plans
    )
