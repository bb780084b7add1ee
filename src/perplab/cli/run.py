"""Run: several accounts through a scenario's prices, side by side."""

from pathlib import Path
from typing import Annotated

import typer

from perplab.cli import replay_terms as terms

ScenarioFile = Annotated[
    Path, typer.Argument(metavar="SCENARIO.toml", help="Tapes, settings, accounts, actions.")
]
OneAccount = Annotated[
    str | None, typer.Option(metavar="NAME", help="Print this account's story, step by step.")
]


def run(
    scenario: ScenarioFile,
    *,
    account: OneAccount = None,
    log: terms.Log = None,
    every_tick: terms.EveryTick = False,
    as_json: terms.Json = False,
) -> None:
    """Run a scenario of several accounts and print what became of each.

    The files that it names are found from its own folder; replays/ has examples.
    """
    from perplab.cli import run_work  # noqa: PLC0415 - polars loads only when it has work

    run_work.run(scenario, log, account=account, every_tick=every_tick, as_json=as_json)
