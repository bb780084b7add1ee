"""What report does: find the logs' tapes if they are there, write the page, say where it is."""

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from perplab.cli.failures import UsageError
from perplab.cli.look import bullet, print_json
from perplab.journal.errors import JournalError
from perplab.lab.finding import MissingTapeError, places_of, tapes_of_log
from perplab.report.page import Written
from perplab.report.run_page import write_run_report
from perplab.report.source import ReportError, Source
from perplab.report.sweep_page import write_sweep_report
from perplab.tape.errors import TapeError

_SWEEP = ".parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the page is to be made of, and where it is to be written."""

    files: tuple[Path, ...]
    out: Path
    ticks: tuple[Path, ...] = ()
    account: str | None = None
    title: str = ""


def report(asked: Asked, *, as_json: bool) -> None:
    """Write the page and print where it is, and what is missing on it."""
    try:
        written = write(asked)
    except ReportError as error:
        raise UsageError(str(error)) from error
    if as_json:
        print_json(
            {
                "report": str(written.out),
                "bytes": written.bytes,
                "accounts": list(written.accounts),
                "events": written.events,
                "notes": list(written.notes),
            }
        )
        return
    console = Console()
    size = f"{written.bytes / 1_000_000:.1f} MB"
    console.print(Text(f"{written.out} written, {size}; open it in a browser", style="bold"))
    for note in written.notes:
        bullet(console, "note", note)


def write(asked: Asked) -> Written:
    """Write the page of logs, or of a sweep, and return what it came to."""
    sweeps = [path for path in asked.files if path.suffix == _SWEEP]
    if not sweeps:
        return write_run_report(
            _sources(asked), asked.out, title=asked.title, account=asked.account
        )
    if len(asked.files) > 1:
        raise UsageError(f"report: {sweeps[0]} is a sweep, expected it alone")
    for option, value in (("--account", asked.account), ("--ticks", asked.ticks)):
        if value:
            raise UsageError(f"{option} has no meaning with a sweep; leave it out")
    return write_sweep_report(sweeps[0], asked.out, title=asked.title)


def _sources(asked: Asked) -> list[Source]:
    for place in asked.ticks:
        if not place.exists():
            raise UsageError(f"--ticks: {place} is not there")
    if any(_is_same(log, asked.out) for log in asked.files):
        raise UsageError(f"--out: {asked.out} is a log itself; expected another name")
    names = _names(asked.files)
    return [_source(log, name, asked.ticks) for log, name in zip(asked.files, names, strict=True)]


def _source(log: Path, name: str, ticks: tuple[Path, ...]) -> Source:
    """Return a log with its price streams; what was not named and is not there is noted."""
    try:
        streams = tapes_of_log(log, places_of(log, ticks)).streams
    except (MissingTapeError, JournalError, TapeError) as error:
        if ticks:
            raise
        return Source(log=log, name=name, note=str(error).removeprefix(f"{log}: "))
    return Source(log=log, name=name, streams=streams)


def _is_same(log: Path, out: Path) -> bool:
    return log.resolve() == out.resolve()


def _names(logs: tuple[Path, ...]) -> list[str]:
    """Return what to call each log: its name, and its folders where two have the same."""
    stems = [log.stem for log in logs]
    names = [
        stem if stems.count(stem) == 1 else str(log) for stem, log in zip(stems, logs, strict=True)
    ]
    if len(set(names)) < len(names):
        raise UsageError("report: found the same log twice")
    return names
