"""What verify does: the log by itself, then its run again from the ticks."""

from pathlib import Path

import typer

from perplab.cli.failures import FINE, LOG_WRONG, UNFINISHED, UsageError
from perplab.cli.look import print_json
from perplab.cli.replay_scenario import tapes_of
from perplab.cli.replay_terms import PriceFiles
from perplab.journal.errors import JournalError
from perplab.journal.verify import Verification, verify as verify_log
from perplab.lab.recorded import plan_of, verify_ticks
from perplab.lab.scenario import Scenario, read_scenario, scenario_of
from perplab.lab.tapes import read_tapes


def verify(
    log: Path, prices: PriceFiles, *, with_ticks: bool, every_tick: bool, as_json: bool
) -> int:
    """Verify a log, say so, and return the exit code."""
    _check(prices, with_ticks=with_ticks, every_tick=every_tick)
    found = verify_log(log)
    agreed, problem = False, found.problem
    if with_ticks and found.ok and found.finished:
        try:
            _from_ticks(log, found, prices, every_tick=every_tick)
            agreed = True
        except JournalError as error:
            problem = error
    if as_json:
        print_json(_json(found, problem, agreed))
    elif problem is None:
        typer.echo(found.sentence)
        if agreed:
            typer.echo(f"{log}: the ticks make all of it again")
    if problem is not None:
        typer.echo(f"perplab: NOT VERIFIED: {problem}", err=True)
        return LOG_WRONG
    return FINE if found.finished else UNFINISHED


def _check(prices: PriceFiles, *, with_ticks: bool, every_tick: bool) -> None:
    needs = prices.ticks or prices.mark or prices.funding or prices.columns or every_tick
    if not with_ticks and (needs or prices.symbol):
        raise UsageError("verify: files and how to read them belong to --ticks FILES")


def _from_ticks(log: Path, found: Verification, prices: PriceFiles, *, every_tick: bool) -> None:
    """Run the log's plan again from the prices, or raise `JournalError`."""
    scenario, folder = _scenario(prices, found)
    # The path inside a candle is the run's, whatever the scenario says now.
    path = plan_of(log).candle_path
    streams, funding, _ = read_tapes(scenario.model_copy(update={"candle_path": path}), folder)
    verify_ticks(log, streams, funding, every_tick=every_tick)


def _scenario(prices: PriceFiles, found: Verification) -> tuple[Scenario, Path]:
    """Return the scenario that names the prices, and the folder of its files."""
    first = Path(prices.ticks[0])
    if first.suffix == ".toml":
        if len(prices.ticks) > 1 or prices.mark or prices.funding:
            raise UsageError("--ticks: a scenario names all of its files, give it alone")
        return read_scenario(first), first.parent
    symbol = prices.symbol or _only_symbol(found)
    known = PriceFiles(
        ticks=prices.ticks,
        symbol=symbol,
        mark=prices.mark,
        funding=prices.funding,
        columns=prices.columns,
    )
    tapes = tapes_of(known)
    if "funding" in tapes:
        raise UsageError("--funding: a constant rate stands in the log; give files only")
    data = {**tapes, "account": [{"name": "nobody"}]}
    return scenario_of(data, "verify"), Path()


def _only_symbol(found: Verification) -> str:
    """Return the symbol of the run, empty if it had several."""
    assert found.manifest is not None
    symbols = sorted({entry.symbol for entry in found.manifest.tapes})
    return symbols[0] if len(symbols) == 1 else ""


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
