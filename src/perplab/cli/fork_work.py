"""What fork and whatif do: find the tapes, check what was asked for, run, put side by side."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from perplab.cli.compare_print import Sheet, print_sheet, sheet_json
from perplab.cli.failures import AGENT_FAILED, UsageError
from perplab.cli.look import bullet, print_json
from perplab.cli.running import cores, tape_bar
from perplab.lab.amounts import iso, moment
from perplab.lab.comparison import Branch, branch_of
from perplab.lab.finding import places_of, tapes_of_log
from perplab.lab.forking import HOLD, Decision, Fork, deeds, fork_of
from perplab.lab.whatif import Try, branches_of, run_fork
from perplab.venue.plan import Others
from perplab.venue.venue import Prices

PARENT = "parent"
_UNSAFE = re.compile(r"[^A-Za-z0-9.%-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What fork and whatif are both asked for."""

    log: Path
    at: str
    account: str | None
    others: Others
    ticks: tuple[Path, ...]

    @property
    def places(self) -> tuple[Path, ...]:
        """Return where files are looked for."""
        for place in self.ticks:
            if not place.exists():
                raise UsageError(f"--ticks: {place} is not there")
        return places_of(self.log, self.ticks)

    def decision(self, do: tuple[str, ...]) -> Decision:
        """Return a decision at the point."""
        return Decision(at=self.at, do=do, account=self.account, others=self.others)


def others_of(*, recorded: bool, alone: bool) -> Others:
    """Return what everybody else does after the fork."""
    if recorded and alone:
        raise UsageError("--recorded and --alone: choose one")
    if recorded:
        return Others.RECORDED
    return Others.ALONE if alone else Others.AGENTS


def fork(
    asked: Asked, do: tuple[str, ...], out: Path | None, *, every_tick: bool, as_json: bool
) -> None:
    """Run one fork and print it beside its parent."""
    _demand_other(asked.log, out)
    words = tuple(word for text in do for word in _words("--do", text))
    places = asked.places
    prices = tapes_of_log(asked.log, places)
    made = fork_of(asked.log, asked.decision(words), prices, places)
    existed = out is not None and out.exists()
    with tape_bar(made.setup.plan) as progress:
        name = "; ".join(words) or HOLD
        branch = run_fork(made, name, out, every_tick=every_tick, progress=progress)
    base = branch_of(asked.log, PARENT, prices.streams, (made.account,))
    sheet = Sheet(title=_title(asked.log, made), accounts=(made.account,), branches=(base, branch))
    if as_json:
        print_json(_point_json(asked, made) | sheet_json(sheet))
    else:
        console = Console()
        print_sheet(console, sheet)
        bullet(console, "proven", f"records 1 to {made.parting.seq} are those of {asked.log}")
        if out is not None:
            how = "was there, and agrees" if existed else "written"
            bullet(console, "log", f"{out} {how}; hash {branch.head[:16]}…")
    _exit(sheet)


def whatif(
    asked: Asked, texts: tuple[str, ...], keep: Path | None, jobs: int | None, *, as_json: bool
) -> None:
    """Run every branch in processes of its own and print them beside the parent."""
    tries = _tries(asked, texts, keep)
    places = asked.places
    prices = tapes_of_log(asked.log, places)
    made = fork_of(asked.log, tries[0].decision, prices, places)
    if keep is not None:
        _make_folder(keep)
    branches = _run(asked, tries, prices, places, jobs or cores())
    base = branch_of(asked.log, PARENT, prices.streams, (made.account,))
    sheet = Sheet(
        title=_title(asked.log, made), accounts=(made.account,), branches=(base, *branches)
    )
    if as_json:
        print_json(_point_json(asked, made) | sheet_json(sheet))
    else:
        console = Console()
        print_sheet(console, sheet)
        for branch in branches:
            if branch.log is not None:
                bullet(console, "log", f"{branch.log}; hash {branch.head[:16]}…")
    _exit(sheet)


def _exit(sheet: Sheet) -> None:
    """End with the exit code of a failed agent, if one failed in a branch."""
    if any(branch.faults for branch in sheet.branches):
        raise typer.Exit(AGENT_FAILED)


def _run(
    asked: Asked, tries: Sequence[Try], prices: Prices, places: Sequence[Path], jobs: int
) -> list[Branch]:
    found: dict[int, Branch] = {}
    with _branch_bar(len(tries)) as done:
        for place, branch in branches_of(asked.log, tries, prices, places, jobs):
            found[place] = branch
            done(branch.name)
    return [found[place] for place in sorted(found)]


def _tries(asked: Asked, texts: tuple[str, ...], keep: Path | None) -> list[Try]:
    tries: list[Try] = []
    for number, text in enumerate(texts, start=1):
        do = _words("--try", text)
        name = "; ".join(do) or HOLD
        if any(name == one.name for one in tries):
            raise UsageError(f"--try: {name!r} is given twice")
        slug = _UNSAFE.sub("-", name).strip("-")[:60]
        out = None if keep is None else keep / f"{number:02}-{slug}.db"
        tries.append(Try(name=name, decision=asked.decision(do), out=out))
    return tries


def _words(option: str, text: str) -> tuple[str, ...]:
    do = deeds(text)
    if not do and text.strip() != HOLD:
        raise UsageError(f"{option}: found no action, expected hold, or actions with ; between")
    return do


def _title(log: Path, fork: Fork) -> str:
    parting = fork.parting
    when = moment(parting.time_ns)
    return f"{log} at {when} UTC, after record {parting.seq}: what {fork.account} decides"


def _point_json(asked: Asked, fork: Fork) -> dict[str, object]:
    parting = fork.parting
    return {
        "parent_log": str(asked.log),
        "at": iso(parting.time_ns),
        "after_record": parting.after_seq,
        "shared_records": parting.seq + 1,
        "account": fork.account,
        "others": asked.others.value,
    }


def _demand_other(log: Path, out: Path | None) -> None:
    if out is not None and out.resolve() == log.resolve():
        raise UsageError(f"--out: {out} is the parent's own log; expected another name")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--keep: {folder} cannot be made: {error.strerror}") from error


@contextmanager
def _branch_bar(branches: int) -> Iterator[Callable[[str], None]]:
    """Show a bar of the finished branches on a terminal's stderr."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task("branches", total=branches)
        yield lambda name: progress.update(task, advance=1, description=name)
