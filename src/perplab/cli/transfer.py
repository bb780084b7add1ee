"""Export and import: a log as lines of JSON, and back."""

from pathlib import Path
from typing import Annotated

import typer

from perplab.cli import replay_terms as terms

# readable=False: a file that may not be read is told by us, as any other that is no log.
LogFile = Annotated[Path, typer.Argument(metavar="LOG", help="A log.", readable=False)]
Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write here instead of printing; must not exist yet."),
]
ExportFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="An export, as JSON lines.", readable=False)
]
NewLog = Annotated[
    Path,
    typer.Option("--log", "--out", metavar="FILE", help="The log to make; must not exist yet."),
]


def export(log: LogFile, *, out: Out = None, as_json: terms.Json = False) -> None:
    """Print a log as JSON lines, a record a line and a line with each batch's hash.

    With --out it is written to a file, and --json prints what was written.
    """
    from perplab.cli import transfer_work  # noqa: PLC0415 - pydantic loads only when it has work

    transfer_work.export(log, out, as_json=as_json)


def import_(file: ExportFile, *, log: NewLog, as_json: terms.Json = False) -> None:
    """Make a log of an export; every line is checked first."""
    from perplab.cli import transfer_work  # noqa: PLC0415 - pydantic loads only when it has work

    transfer_work.import_(file, log, as_json=as_json)
