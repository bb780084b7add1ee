"""Sweep: the same decisions over thousands of starts, so that the answer is a distribution."""

from pathlib import Path
from typing import Annotated

import typer

from perplab.cli import replay_terms as terms

ScenarioFile = Annotated[
    Path,
    typer.Argument(metavar="SCENARIO.toml", help="Tapes, settings, one account, decisions."),
]
Vary = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KEY=VALUE,...",
        help="entry=hourly, daily, every:90m, random:5000 or times; decision, leverage,"
        " margin_mode, agent, parameters.NAME or another key of the account, seed, or a name that"
        " stands in the scenario as {name}. Repeatable.",
    ),
]
Length = Annotated[
    str | None,
    typer.Option("--for", metavar="LENGTH", help="How long each run is, as 8h or 7d."),
]
Short = Annotated[
    bool,
    typer.Option("--short", metavar="", help="Keep runs that the tape's end cuts."),
]
Seed = Annotated[int, typer.Option(min=0, metavar="N", help="Of random entries.")]
Limit = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Do only the first runs, so many.")
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE.parquet", help="Write a row for each run; a new file."),
]
Jobs = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Processes of this machine; without it, one per core."),
]
Dask = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Let the workers of a Dask scheduler do the runs, as tcp://127.0.0.1:8786; the"
        " files must be where they are. Needs the extra perplab\\[dask].",
    ),
]
Resume = Annotated[
    bool,
    typer.Option("--resume", metavar="", help="Go on with what is in FILE.parquet.parts."),
]
Row = Annotated[
    int | None,
    typer.Option(
        min=0,
        metavar="N",
        help="Do this one run of the sweep and tell its story; with --out, compare its log's hash.",
    ),
]
Log = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Record the run of --row. A log of the same run is gone on with, or compared.",
    ),
]


def sweep(
    scenario: ScenarioFile,
    *,
    vary: Vary = None,
    length: Length = None,
    short: Short = False,
    seed: Seed = 0,
    limit: Limit = None,
    out: Out = None,
    jobs: Jobs = None,
    dask: Dask = None,
    resume: Resume = False,
    row: Row = None,
    log: Log = None,
    as_json: terms.Json = False,
) -> None:
    """Run one account's decisions from many starts of a tape, and print how they came through.

    docs/sweeps.md has the format of scenario and rows.
    """
    from perplab.cli import sweep_work  # noqa: PLC0415 - polars loads only when it has work
    from perplab.lab.sweep.sweep import Terms  # noqa: PLC0415 - the same

    asked = Terms(
        scenario=scenario,
        vary=tuple(vary or ()),
        length=length,
        short=short,
        seed=seed,
        limit=limit,
    )
    if length is None:
        sweep_work.refuse_without("--for", {"--short": short})
    if row is not None:
        way = {"--jobs": jobs, "--dask": dask, "--resume": resume}
        sweep_work.refuse_beside("--row", way)
        sweep_work.one(asked, row, out=out, log=log, as_json=as_json)
        return
    sweep_work.refuse_without("--row", {"--log": log})
    if out is None:
        sweep_work.refuse_without("--out", {"--resume": resume})
    if dask is not None:
        sweep_work.refuse_beside("--dask", {"--jobs": jobs})
    sweep_work.sweep(asked, out=out, jobs=jobs, dask=dask, resume=resume, as_json=as_json)
