"""What watch does: look again and again for new batches, and tell their events as they come."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import typer
from rich.console import Console

from perplab.cli.failures import INTERRUPTED
from perplab.cli.show_work import check_types
from perplab.cli.watch_told import Happening, Teller
from perplab.journal.errors import JournalError
from perplab.journal.following import Following

_LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Which events are wanted, and from when on."""

    types: tuple[str, ...]
    account: str | None
    new_only: bool
    wait: bool


def watch(log: Path, asked: Watched, *, as_json: bool) -> None:
    """Print a log's events as they are committed, until its run ends or the person does."""
    check_types(asked.types)
    following, teller = Following(log), Teller()
    try:
        _await(log, wait=asked.wait)
        printed = _follow(following, teller, asked, as_json=as_json)
    except KeyboardInterrupt:
        typer.echo("perplab: stopped watching; whoever writes the log goes on", err=True)
        raise typer.Exit(INTERRUPTED) from None
    if printed == 0 and (asked.types or asked.account):
        typer.echo(f"perplab: {log}: no event is all of what was asked for", err=True)
    if not as_json:
        typer.echo(
            f"log: {log} is finished; {following.records:,} records, hash {following.head[:16]}…"
        )


def _await(log: Path, *, wait: bool) -> None:
    while not log.exists():
        if not wait:
            raise JournalError("there is no such file; --wait waits until there is").at(log)
        sleep(_LOOK_EVERY_S)


def _follow(following: Following, teller: Teller, asked: Watched, *, as_json: bool) -> int:
    """Print what happens; on a terminal a line below says how far the run is."""
    console = Console()
    printed, quiet = 0, asked.new_only
    with _status(console, wanted=console.is_terminal and not as_json) as tell_progress:
        while True:
            for one in _happenings(following, teller):
                if not quiet and _is_wanted(one, asked, as_json=as_json):
                    printed += 1
                    _print(console, one, as_json=as_json)
            if following.ended:
                return printed
            quiet = False
            tell_progress(teller.progress)
            sleep(_LOOK_EVERY_S)


def _happenings(following: Following, teller: Teller) -> Iterator[Happening]:
    """Yield the events that were committed since the last look."""
    for block in following.new():
        if block.number:
            yield from teller.tell(block)
        elif following.manifest is not None:
            teller.begin(following.manifest)


def _is_wanted(one: Happening, asked: Watched, *, as_json: bool) -> bool:
    """Return whether an event is asked for; a person is spared those that a later one tells."""
    if asked.account not in {None, one.account}:
        return False
    return one.type in asked.types if asked.types else as_json or one.told


def _print(console: Console, one: Happening, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(one.json, ensure_ascii=False))
    else:
        console.print(one.line(console.width))


@contextmanager
def _status(console: Console, *, wanted: bool) -> Iterator[Callable[[str], None]]:
    """Show a line that what is yielded changes, or nothing."""
    if not wanted:
        yield lambda _: None
        return
    with console.status("waiting") as status:
        yield status.update
