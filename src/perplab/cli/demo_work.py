"""What the demo does: run its scenario into a fresh log, verify it twice, make its report."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from perplab.cli.failures import UsageError
from perplab.cli.look import print_json
from perplab.cli.run_work import print_run, told_json
from perplab.cli.running import Told, run_told
from perplab.journal.errors import JournalError
from perplab.journal.verify import Verification, verify
from perplab.lab.preparation import prepare
from perplab.lab.recorded import plan_of, verify_ticks
from perplab.lab.scenario import read_scenario
from perplab.report.run_page import write_run_report
from perplab.report.source import ReportError, Source
from perplab.tables.reading import config_file

SCENARIO = "demo.toml"
LOG = "flash-crash.db"
REPORT = "flash-crash.html"


def demo(folder: Path, *, as_json: bool) -> None:
    """Run the demo into a folder; its own log of an earlier time is replaced."""
    scenario = read_scenario(config_file(SCENARIO))
    log = _fresh_log(folder, scenario.name)
    told = run_told(prepare(scenario, config_file(SCENARIO).parent), log, every_tick=False)
    found = _prove(told, log)
    page = _report(told, log)
    if as_json:
        proven = {"verified": True, "verified_from_ticks": True, "report": str(page)}
        print_json(told_json(told) | proven)
        return
    print_run(told)
    console = Console()
    console.print()
    console.print(Text(_sentence(told, found), style="bold green"))
    console.print(Text(f"report: {page}; open it in a browser", style="bold"))
    for command in (f"show {log} --account auto-add", f"audit {log}", f"explain {log}"):
        console.print(f"next: perplab {command}", style="dim", highlight=False)


def _sentence(told: Told, found: Verification) -> str:
    return (
        f"VERIFIED: {found.records} records, hash {found.head[:16]}…; the rules make the same"
        f" bytes again from the log, and from all {told.setup.prices.ticks:,} ticks."
    )


def _prove(told: Told, log: Path) -> Verification:
    """Verify the log by itself and from its ticks; `JournalError` says what is wrong."""
    found = verify(log)
    if found.problem is not None:
        raise found.problem
    prices = told.setup.prices
    verify_ticks(log, prices.streams, prices.funding)
    return found


def _report(told: Told, log: Path) -> Path:
    """Write the log's report beside it, and return its path."""
    source = Source(log=log, name=log.stem, streams=told.setup.prices.streams)
    try:
        return write_run_report([source], log.with_name(REPORT)).out
    except ReportError as error:
        raise UsageError(str(error)) from error


def _fresh_log(folder: Path, name: str) -> Path:
    """Return the path of the log, where nothing is; what is there must be an earlier demo's."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out: {folder} cannot be made: {error.strerror}") from error
    log = folder / LOG
    if not log.exists():
        return log
    try:
        ours = plan_of(log).name == name
    except (JournalError, ValueError) as error:
        raise UsageError(f"{log} is not an earlier demo's log: {error}; move it away") from error
    if not ours:
        raise UsageError(f"{log} is not an earlier demo's log; move it away")
    for suffix in ("", "-wal", "-shm"):
        log.with_name(log.name + suffix).unlink(missing_ok=True)
    return log
