"""What verify does: the log by itself, then its run again from the ticks."""

from pathlib import Path

import typer

from perplab.cli.failures import FINE, LOG_WRONG, UNFINISHED, UsageError
from perplab.cli.log_prices import read_log_prices
from perplab.cli.look import print_json
from perplab.cli.replay_terms import PriceFiles
from perplab.journal.errors import JournalError
from perplab.journal.verify import Verification, verify as verify_log
from perplab.lab.recorded import agent_files, plan_of, verify_ticks


def verify(
    log: Path,
    prices: PriceFiles,
    agents: Path | None,
    *,
    with_ticks: bool,
    every_tick: bool,
    as_json: bool,
) -> int:
    """Verify a log, say so, and return the exit code."""
    _check(prices, agents, with_ticks=with_ticks, every_tick=every_tick)
    found = verify_log(log)
    agreed, problem = False, found.problem
    if with_ticks and found.ok and found.finished:
        try:
            _from_ticks(log, found, prices, agents, every_tick=every_tick)
            agreed = True
        except JournalError as error:
            problem = error
    if as_json:
        print_json(_json(found, problem, agreed))
    elif problem is None:
        typer.echo(found.sentence)
        if agreed:
            typer.echo(f"{log}: the ticks make all of it again{_without(log, agents)}")
    if problem is not None:
        typer.echo(f"perplab: NOT VERIFIED: {problem}", err=True)
        return LOG_WRONG
    return FINE if found.finished else UNFINISHED


def _without(log: Path, agents: Path | None) -> str:
    """Return what was not run of the log's own code."""
    files = agent_files(plan_of(log)) if agents is None else ()
    if not files:
        return ""
    return f", from what {', '.join(files)} asked for; --agents FOLDER runs the file as well"


def _check(prices: PriceFiles, agents: Path | None, *, with_ticks: bool, every_tick: bool) -> None:
    needs = agents or prices.ticks or prices.mark or prices.funding or prices.columns or every_tick
    if not with_ticks and (needs or prices.symbol):
        raise UsageError("verify: files and how to read them belong to --ticks FILES")


def _from_ticks(
    log: Path, found: Verification, prices: PriceFiles, agents: Path | None, *, every_tick: bool
) -> None:
    """Run the log's plan again from the prices, or raise `JournalError`."""
    assert found.manifest is not None
    streams, funding, _ = read_log_prices(log, found.manifest, prices)
    folders = None if agents is None else [agents]
    verify_ticks(log, streams, funding, agents=folders, every_tick=every_tick)


def _json(found: Verification, problem: JournalError | None, agreed: bool) -> dict[str, object]:
    plan = found.manifest.scenario if found.manifest else {}
    return {
        "log": str(found.path),
        "verified": problem is None,
        "finished": found.finished,
        "sealed": found.sealed,
        "records": found.records,
        "batches": found.batches,
        "hash": found.head,
        "name": plan.get("name"),
        "verified_from_ticks": agreed,
        "problem": None if problem is None else str(problem),
        "record": None if problem is None else problem.seq,
    }
