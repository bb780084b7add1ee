"""What sweep does: check what was asked for, do the runs, keep their rows, print the table."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from perplab.cli.failures import UNFINISHED, UsageError
from perplab.cli.look import print_json
from perplab.cli.run_work import print_run, told_json
from perplab.cli.running import cores, run_told
from perplab.cli.sweep_print import print_sweep, sweep_json
from perplab.journal.errors import JournalError
from perplab.journal.lock import Lock
from perplab.lab.sweep.cluster import run_on_cluster
from perplab.lab.sweep.errors import SweepError
from perplab.lab.sweep.frame import frame_of
from perplab.lab.sweep.layout import Chunk
from perplab.lab.sweep.parts import Parts
from perplab.lab.sweep.pool import Done, run_locally
from perplab.lab.sweep.sweep import Sweep, Terms, sweep_of


def sweep(
    terms: Terms,
    *,
    out: Path | None,
    jobs: int | None,
    dask: str | None,
    resume: bool,
    as_json: bool,
) -> None:
    """Do all runs that are not done, and print what they came to; exit with 3 if one failed."""
    swept = sweep_of(terms)
    frame = _in_memory(swept, jobs, dask) if out is None else _kept(swept, out, jobs, dask, resume)
    if as_json:
        print_json(sweep_json(swept, frame, out))
    else:
        print_sweep(swept, frame, out)
    if frame["error"].null_count() < len(frame):
        raise typer.Exit(UNFINISHED)


def one(terms: Terms, number: int, *, out: Path | None, log: Path | None, as_json: bool) -> None:
    """Do one run of a sweep and tell its story; compare its hash with that of its row."""
    swept = sweep_of(terms)
    if number >= len(swept.layout):
        last = len(swept.layout) - 1
        raise UsageError(f"--row: found {number}, expected 0 to {last}, the runs of the sweep")
    hash_ = None if out is None else _hash_of(swept, out, number)
    run = swept.layout.run(number)
    told = run_told(swept.bench.setup(run), log, every_tick=False)
    head = told.outcome.head
    if hash_ is not None and hash_ != head:
        raise JournalError(f"{out}: run {number} has the hash {hash_}, done alone it has {head}")
    if as_json:
        print_json({"run": number, "hash": head, **told_json(told)})
        return
    print_run(told)
    agrees = "" if hash_ is None else f", as its row in {out} says"
    label = swept.layout.variants[run.variant].label
    typer.echo(f"run {number}: {label}; hash {head}{agrees}")


def refuse_beside(option: str, others: Mapping[str, object]) -> None:
    """Refuse options that say nothing beside another."""
    for name, value in others.items():
        if value:
            raise UsageError(f"{name} has no meaning with {option}; leave one of them out")


def refuse_without(option: str, others: Mapping[str, object]) -> None:
    """Refuse options that say nothing without another."""
    for name, value in others.items():
        if value:
            raise UsageError(f"{name} needs {option}")


def _hash_of(swept: Sweep, out: Path, number: int) -> str:
    if not Parts(out, swept.signature).finished():
        raise UsageError(f"--out {out}: is not there; with --row it is a finished sweep's file")
    row = pl.scan_parquet(out).filter(pl.col("run") == number).select("hash", "error").collect()
    hash_, error = row.row(0)
    if hash_ is None:
        raise SweepError(f"{out}: run {number} failed and has no hash: {error}")
    return str(hash_)


def _in_memory(swept: Sweep, jobs: int | None, dask: str | None) -> pl.DataFrame:
    done = _done(swept, list(swept.layout.chunks()), 0, jobs, dask)
    frames = [frame_of(results, swept.layout.variants) for _, results in done]
    return pl.concat(frames).sort("run")


def _kept(
    swept: Sweep, out: Path, jobs: int | None, dask: str | None, resume: bool
) -> pl.DataFrame:
    """Do what is not done yet and keep each chunk; return all rows, which the output has too."""
    parts = Parts(out, swept.signature)
    parts.demand_folder()
    if resume and parts.finished():
        typer.echo(f"perplab: {out} is finished; nothing is left to do", err=True)
        return pl.read_parquet(out)
    with _alone(out):
        return _all_rows(swept, parts, jobs, dask, resume=resume)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Refuse an output that another sweep is about to write."""
    try:
        lock = Lock.take(out)
    except JournalError as error:
        raise SweepError(f"--out {out}: another sweep is writing it; wait for its end") from error
    except OSError as error:
        raise SweepError(f"--out {out}: cannot be written: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()


def _all_rows(
    swept: Sweep, parts: Parts, jobs: int | None, dask: str | None, *, resume: bool
) -> pl.DataFrame:
    finished = parts.open(resume=resume)
    left = [chunk for chunk in swept.layout.chunks() if chunk.number not in finished]
    before = len(swept.layout) - sum(len(chunk.runs) for chunk in left)
    try:
        for chunk, results in _done(swept, left, before, jobs, dask):
            parts.write(chunk.number, frame_of(results, swept.layout.variants))
    except BaseException:
        typer.echo(f"perplab: what was done is in {parts.folder}; --resume goes on", err=True)
        raise
    frame = parts.joined()
    parts.close(frame)
    return frame


def _done(
    swept: Sweep, chunks: list[Chunk], before: int, jobs: int | None, dask: str | None
) -> Iterator[Done]:
    """Yield chunks as they are done, with a progress bar on a terminal's stderr."""
    workers = min(jobs or cores(), max(1, len(chunks)))
    with _bar(len(swept.layout), before) as progress:

        def say(text: str) -> None:
            progress.console.print(Text(f"perplab: {text}"), soft_wrap=True)

        if dask is None:
            done = run_locally(swept.work, chunks, workers, say)
        else:
            done = run_on_cluster(swept.work, chunks, dask, say)
        for chunk, results in done:
            yield chunk, results
            progress.update(progress.tasks[0].id, advance=len(results))


class _Rate(ProgressColumn):
    """Runs per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} runs/s" if task.speed else "", style="dim")


@contextmanager
def _bar(runs: int, before: int) -> Iterator[Progress]:
    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(
        TextColumn("sweep"),
        *columns,
        console=console,
        transient=True,
        disable=not console.is_terminal,
        speed_estimate_period=60,
    ) as progress:
        progress.add_task("sweep", total=runs, completed=before)
        yield progress
