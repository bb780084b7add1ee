"""What run does: read a scenario, run it, print its accounts."""

from pathlib import Path

import typer
from rich.console import Console

from perplab.cli.crowd_print import crowd_tables
from perplab.cli.failures import AGENT_FAILED, UsageError
from perplab.cli.look import bullet, print_json, print_notes, some_of
from perplab.cli.replay_print import print_replay
from perplab.cli.run_print import accounts_table, terms_of
from perplab.cli.running import Told, run_told
from perplab.cli.told_json import account_json, run_json
from perplab.lab.crowd import MOST
from perplab.lab.preparation import prepare
from perplab.lab.scenario import read_scenario


def run(
    path: Path, log: Path | None, *, account: str | None, every_tick: bool, as_json: bool
) -> None:
    """Run a scenario file and print each account's fate, or one account's story."""
    scenario = read_scenario(path)
    names = [plan.name for plan in scenario.account]
    held = any(crowd.has(account or "") for crowd in scenario.population)
    if account is not None and account not in names and not held:
        names += [f"{crowd.called(1)} ..." for crowd in scenario.population]
        raise UsageError(f"--account: found {account!r}, expected one of {some_of(names)}")
    many = bool(scenario.population) or len(names) > MOST
    only = () if many and not as_json else None
    told = run_told(
        prepare(scenario, path.parent),
        log,
        every_tick=every_tick,
        only=only if account is None else (account,),
    )
    if as_json:
        print_json(told_json(told, account))
    elif account is not None:
        plan = next((plan for plan in told.setup.plan.accounts if plan.name == account), None)
        terms = f": {terms_of(plan)}" if plan else ", of a population"
        agent = f", agent {plan.agent}" if plan and plan.agent else ""
        print_replay(told, account, f"{account}{terms}{agent}")
    else:
        print_run(told)
    if told.outcome.faults:
        raise typer.Exit(AGENT_FAILED)


def told_json(told: Told, account: str | None = None) -> dict[str, object]:
    """Return a run's accounts, or one of them, and what is true of the whole run."""
    names = [account] if account else list(told.stories)
    plan = told.setup.plan
    accounts = [account_json(told, name) for name in names]
    return {"name": plan.name, "accounts": accounts, **run_json(told)}


def print_run(told: Told) -> None:
    """Print the accounts side by side, or counted where they are very many, and the notes."""
    console = Console()
    if len(told.courses) <= MOST and not told.setup.plan.populations:
        console.print(accounts_table(told, console.width))
    else:
        for table in crowd_tables(told):
            console.print(table)
        bullet(console, "note", "--account NAME tells one account's story, --json those of all")
    print_notes(console, told)
