"""Look: how tables, zones and notes appear on a terminal."""

import json
from collections.abc import Sequence

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from perplab.cli.running import Told
from perplab.engine.outlook import Zone

_MOST = 40
"""So many of the same kind are listed one by one."""
COLOURS = {Zone.GREEN: "green", Zone.YELLOW: "yellow", Zone.RED: "red"}


def plain_table() -> Table:
    """Return an empty table with a line under its head and nothing between its rows."""
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), expand=False)


def shorten(text: str, most: int) -> str:
    """Return a text of at most so many characters, what is too long cut in the middle."""
    if len(text) <= most:
        return text
    tail = (most - 1) // 2
    return f"{text[: most - 1 - tail]}…{text[len(text) - tail :]}"


def print_notes(console: Console, told: Told) -> None:
    """Print what failed, what was assumed, what never came due, and where the log is."""
    faults, undone = told.outcome.faults, told.outcome.undone
    for fault in faults[:_MOST]:
        bullet(console, "failed", fault.sentence, style="bold red")
    _rest(console, "failed", faults)
    for note in told.notes:
        bullet(console, "note", note)
    for action in undone[:_MOST]:
        bullet(console, "never came due", action)
    _rest(console, "never came due", undone)
    if told.log is not None:
        how = "was there, and agrees" if told.outcome.resumed else "written"
        bullet(console, "log", f"{told.log} {how}; hash {told.outcome.head[:16]}…")


def _rest(console: Console, name: str, all_of_them: Sequence[object]) -> None:
    if len(all_of_them) > _MOST:
        bullet(console, name, f"{len(all_of_them) - _MOST:,} more, which --json lists")


def some_of(names: Sequence[str]) -> str:
    """Return names in words, the first ones of very many."""
    few = ", ".join(names[:_MOST])
    return few if len(names) <= _MOST else f"{few} and {len(names) - _MOST:,} more"


def bullet(console: Console, name: str, text: str, style: str = "dim") -> None:
    """Print a named sentence, its lines indented behind the name."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column()
    grid.add_row(Text(f"{name}:", style=style), Text(text, style=style))
    console.print(grid)


def print_json(data: object) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False))
