"""Report: a log, several, or a sweep as one HTML file that opens offline."""

from pathlib import Path
from typing import Annotated

import typer

from perplab.cli import replay_terms as terms

# readable=False: a file that may not be read is told by us, as any other that is no log.
Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...",
        help="A log; several logs, the later ones laid over the first; or a sweep's Parquet file.",
        readable=False,
    ),
]
Out = Annotated[
    Path,
    typer.Option(metavar="FILE", help="Where the page is written; an earlier report is replaced."),
]
Title = Annotated[str, typer.Option(metavar="TEXT", help="Title of the page.", show_default=False)]
OneAccount = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only this account; all without it.")
]
Places = Annotated[
    list[Path] | None,
    typer.Option(
        "--ticks",
        metavar="FILE|FOLDER",
        help="Where the run's tick files are, beside the current folder and the log's. Repeatable.",
    ),
]


def report(
    files: Files,
    *,
    out: Out = Path("report.html"),
    ticks: Places = None,
    account: OneAccount = None,
    title: Title = "",
    as_json: terms.Json = False,
) -> None:
    """Write one HTML page of a run, of several branches, or of a sweep; it opens offline.

    A log holds only the ticks that mattered: the prices between them come from the tick files.

    perplab report run.db --out run.html
    """
    from perplab.cli import report_work  # noqa: PLC0415 - polars loads only when it has work

    asked = report_work.Asked(
        files=tuple(files), out=out, ticks=tuple(ticks or ()), account=account, title=title
    )
    report_work.report(asked, as_json=as_json)
