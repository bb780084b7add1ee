"""What compare does: read the logs, find their tapes if they are there, print them side by side."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from perplab.cli.compare_print import Sheet, print_sheet, sheet_json
from perplab.cli.failures import UsageError
from perplab.cli.look import bullet, print_json
from perplab.journal.errors import JournalError
from perplab.lab.comparison import Branch, branch_of
from perplab.lab.finding import MissingTapeError, places_of, tapes_of_log
from perplab.tape.errors import TapeError
from perplab.tape.stream import Stream


def compare(
    logs: Sequence[Path], account: str | None, ticks: tuple[Path, ...], *, as_json: bool
) -> None:
    """Print what the logs' accounts came to; without tapes the path between ticks is unknown."""
    if len(logs) < 2:  # noqa: PLR2004 - a comparison has two sides
        raise UsageError("compare: found one log, expected at least two")
    notes: list[str] = []
    branches = tuple(
        branch_of(log, name, _streams(log, ticks, notes))
        for log, name in zip(logs, _names(logs), strict=True)
    )
    sheet = Sheet(title="", accounts=_accounts(branches, account), branches=branches)
    if as_json:
        print_json({**sheet_json(sheet), "notes": notes})
        return
    console = Console()
    print_sheet(console, sheet)
    for note in notes:
        bullet(console, "note", note)


def _streams(log: Path, ticks: tuple[Path, ...], notes: list[str]) -> Sequence[Stream] | None:
    """Return a log's price streams; what was not named and is not there is noted."""
    try:
        return tapes_of_log(log, places_of(log, ticks)).streams
    except (MissingTapeError, JournalError, TapeError) as error:
        if ticks:
            raise
        text = str(error).removeprefix(f"{log}: ")
        notes.append(f"{log}: nearest to liquidation and drawdown are unknown: {text}")
        return None


def _names(logs: Sequence[Path]) -> list[str]:
    """Return what to call each log: its name, and its folders where two have the same."""
    stems = [log.stem for log in logs]
    names = [
        stem if stems.count(stem) == 1 else str(log) for stem, log in zip(stems, logs, strict=True)
    ]
    if len(set(names)) < len(names):
        raise UsageError("compare: found the same log twice")
    return names


def _accounts(branches: Sequence[Branch], account: str | None) -> tuple[str, ...]:
    known = tuple(dict.fromkeys(name for branch in branches for name in branch.outcomes))
    if account is None:
        return known
    if account not in known:
        raise UsageError(f"--account: found {account!r}, expected one of {', '.join(known)}")
    return (account,)
