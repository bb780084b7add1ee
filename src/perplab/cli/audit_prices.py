"""The prices of a log that is audited: given, or looked for; and a bar while it is read."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from perplab.audit.log import AuditError, is_database
from perplab.cli.failures import UsageError
from perplab.cli.log_prices import read_log_prices
from perplab.cli.replay_terms import PriceFiles
from perplab.journal.errors import JournalError
from perplab.journal.journal import Journal
from perplab.journal.jsonl import read_lines
from perplab.journal.manifest import Manifest
from perplab.journal.stored import first_of, manifest_of
from perplab.lab.amounts import moment
from perplab.lab.finding import MissingTapeError, places_of, tapes_named
from perplab.tape.stream import FundingSeries, Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A log's price streams, None where there are none, its funding, its time, and notes."""

    streams: Sequence[Stream] | None = None
    funding: Sequence[FundingSeries] = ()
    start_ns: int = 0
    end_ns: int = 0
    notes: tuple[str, ...] = ()


def prices_for(log: Path, files: PriceFiles, more: Sequence[Path]) -> Given:
    """Return the prices that a person gave for a log, or that were found where the log names them.

    Raises `UsageError` where what was given cannot be read for this log.
    """
    wanted = bool(files.ticks)
    if not wanted and (files.mark or files.funding or files.columns or files.symbol):
        raise UsageError("audit: files and how to read them belong to --ticks FILES")
    manifest = _manifest(log)
    if manifest is None:
        return Given(notes=("the manifest cannot be read, so no ticks were looked at",))
    scenario = manifest.scenario
    times = {name: scenario.get(name, 0) for name in ("start_ns", "end_ns")}
    try:
        if wanted:
            named = (*files.ticks, *map(str, more))
            read = _read(log, manifest, files, named)
            return Given(streams=read[0], funding=read[1], notes=tuple(read[2]), **times)
        found = tapes_named(log, manifest, places_of(log))
    except MissingTapeError as error:
        if wanted:
            raise
        return Given(notes=(_first(str(error)),), **times)
    except ValueError as error:
        if type(error).__module__.startswith("pydantic"):
            return Given(notes=(f"the log's plan cannot be read: {_first(str(error))}",), **times)
        raise
    return Given(streams=found.streams, funding=found.funding, **times)


def _read(
    log: Path, manifest: Manifest, files: PriceFiles, named: tuple[str, ...]
) -> tuple[Sequence[Stream], Sequence[FundingSeries], list[str]]:
    folders = [Path(name) for name in named]
    if all(folder.is_dir() for folder in folders):
        found = tapes_named(log, manifest, places_of(log, folders))
        return found.streams, found.funding, []
    known = PriceFiles(
        ticks=named,
        symbol=files.symbol,
        mark=files.mark,
        funding=files.funding,
        columns=files.columns,
    )
    return read_log_prices(log, manifest, known)


def _manifest(log: Path) -> Manifest | None:
    try:
        if not is_database(log):
            return manifest_of(first_of(read_lines(log)))
        with Journal.open(log) as journal:
            return journal.manifest
    except OSError as error:
        raise AuditError(f"{log}: {error.strerror}") from error
    except JournalError:
        return None


def _first(text: str) -> str:
    return text.splitlines()[0]


@contextmanager
def audit_bar(given: Given) -> Iterator[Callable[[int], None] | None]:
    """Show a bar of the run's time on a terminal's stderr; what it yields is told the time."""
    console = Console(stderr=True)
    length = given.end_ns - given.start_ns
    if not console.is_terminal or length <= 0:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("audit", total=length)
        shown = given.start_ns

        def report(time_ns: int) -> None:
            nonlocal shown
            if time_ns - shown >= length // 500:
                shown = time_ns
                done = time_ns - given.start_ns
                progress.update(task, completed=done, description=moment(time_ns))

        yield report
