"""Watch: the events of a running log, printed as they are committed."""

from typing import Annotated

import typer

from perplab.cli.show import Account, LogFile, Types

NewOnly = Annotated[
    bool, typer.Option("--new-only", metavar="", help="Leave out what the log holds already.")
]
Wait = Annotated[
    bool, typer.Option("--wait", metavar="", help="Wait for a log that is not there yet.")
]
Json = Annotated[bool, typer.Option("--json", metavar="", help="Print JSON, an event a line.")]


def watch(
    log: LogFile,
    *,
    types: Types = None,
    account: Account = None,
    new_only: NewOnly = False,
    wait: Wait = False,
    as_json: Json = False,
) -> None:
    """Follow a log that another process writes: its events in words, until the run ends.

    The writer is not hindered. If it is killed, watching goes on when the run is resumed.
    """
    from perplab.cli import watch_work  # noqa: PLC0415 - pydantic loads only when it has work

    asked = watch_work.Watched(
        types=tuple(types or ()), account=account, new_only=new_only, wait=wait
    )
    watch_work.watch(log, asked, as_json=as_json)
