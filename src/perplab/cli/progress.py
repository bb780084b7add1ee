"""A progress bar on stderr, for work that a person would wait for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

_LONG_ROWS = 1_000_000


@contextmanager
def progress_bar(what: str, rows: int) -> Iterator[Callable[[int], None] | None]:
    """Show a bar on stderr for long work; what it yields is told how many rows were done."""
    if rows <= _LONG_ROWS:
        yield None
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=rows)
        yield lambda done: progress.update(task, advance=done)
