"""Agents: what the built-in agents are called, do and take."""

from typing import Annotated

import typer

from perplab.cli import replay_terms as terms

Name = Annotated[
    str | None, typer.Argument(metavar="NAME", help="Only this agent, with its parameters.")
]


def agents(name: Name = None, *, as_json: terms.Json = False) -> None:
    """List the built-in agents, or explain one with its parameters.

    A scenario names them, `agent = "stop"`, or an agent of your own: docs/agents.md.
    """
    from perplab.cli import agents_work  # noqa: PLC0415 - agents load only when they have work

    agents_work.agents(name, as_json=as_json)
