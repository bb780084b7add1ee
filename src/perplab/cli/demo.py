"""Demo: a generated flash crash, several accounts, and a log that proves itself."""

from pathlib import Path
from typing import Annotated

import typer

from perplab.cli import replay_terms as terms

Folder = Annotated[
    Path, typer.Option("--out", metavar="FOLDER", help="Where the log is written, anew each time.")
]


def demo(*, out: Folder = Path("demo"), as_json: terms.Json = False) -> None:
    """Replay a generated flash crash with several accounts, then verify the log.

    The scenario is config/demo.toml.
    """
    from perplab.cli import demo_work  # noqa: PLC0415 - polars loads only when it has work

    demo_work.demo(out, as_json=as_json)
