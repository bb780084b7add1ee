"""Fork, whatif, compare: a run left at a point, decided otherwise, and put beside what it was."""

from pathlib import Path
from typing import Annotated

import typer

from perplab.cli import replay_terms as terms

# readable=False: a file that may not be read is told by us, as any other that is no log.
LogFile = Annotated[Path, typer.Argument(metavar="LOG", help="A run's log.", readable=False)]
LogFiles = Annotated[
    list[Path],
    typer.Argument(metavar="LOG LOG...", help="Logs; the first is what the others are held to."),
]
At = Annotated[
    str,
    typer.Option(
        metavar="POINT",
        help="A record's number, a time, margin-call[:n] or liquidation[:n]; at a liquidation, the"
        " moment before it.",
    ),
]
Do = Annotated[
    list[str] | None,
    typer.Option(
        "--do",
        metavar="ACTION",
        help="What is done at that point, as 'add-margin 100', 'close 50%', 'stop 57000', or"
        " 'agent NAME key=value'. Repeatable, in order. Without it nothing is.",
    ),
]
Try = Annotated[
    list[str],
    typer.Option(
        "--try",
        metavar="ACTIONS",
        help="A branch: hold, or actions with ; between them. Repeatable.",
    ),
]
Account = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Whose decision; that of the event, or the only one's."),
]
OneAccount = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only this account; all without it.")
]
Recorded = Annotated[
    bool,
    typer.Option(
        "--recorded", metavar="", help="Afterwards give the log's commands again, not the agents'."
    ),
]
Alone = Annotated[
    bool,
    typer.Option("--alone", metavar="", help="Afterwards nobody does anything but the market."),
]
Places = Annotated[
    list[Path] | None,
    typer.Option(
        "--ticks",
        metavar="FILE|FOLDER",
        help="Where the run's tick files are, beside the current folder and the log's. Repeatable.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write the fork's own log; an unfinished one is gone on."),
]
Keep = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Write each branch's log into a folder.")
]
Jobs = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Processes; without it, one per core."),
]


def fork(
    log: LogFile,
    *,
    at: At,
    do: Do = None,
    account: Account = None,
    recorded: Recorded = False,
    alone: Alone = False,
    ticks: Places = None,
    out: Out = None,
    every_tick: terms.EveryTick = False,
    as_json: terms.Json = False,
) -> None:
    """Leave a run at a point, do something else there, and run on: what would have become of it?

    perplab fork run.db --at margin-call --do 'add-margin 100' --out fork.db
    """
    from perplab.cli import fork_work  # noqa: PLC0415 - polars loads only when it has work

    asked = fork_work.Asked(
        log=log,
        at=at,
        account=account,
        others=fork_work.others_of(recorded=recorded, alone=alone),
        ticks=tuple(ticks or ()),
    )
    fork_work.fork(asked, tuple(do or ()), out, every_tick=every_tick, as_json=as_json)


def whatif(
    log: LogFile,
    *,
    at: At,
    tries: Try,
    account: Account = None,
    recorded: Recorded = False,
    alone: Alone = False,
    ticks: Places = None,
    keep: Keep = None,
    jobs: Jobs = None,
    as_json: terms.Json = False,
) -> None:
    """Try several decisions at one point of a run, on the same ticks, and print them side by side.

    perplab whatif run.db --at margin-call --try hold --try 'add-margin 100' --try 'close 50%'
    """
    from perplab.cli import fork_work  # noqa: PLC0415 - polars loads only when it has work

    asked = fork_work.Asked(
        log=log,
        at=at,
        account=account,
        others=fork_work.others_of(recorded=recorded, alone=alone),
        ticks=tuple(ticks or ()),
    )
    fork_work.whatif(asked, tuple(tries), keep, jobs, as_json=as_json)


def compare(
    logs: LogFiles,
    *,
    account: OneAccount = None,
    ticks: Places = None,
    as_json: terms.Json = False,
) -> None:
    """Print what several runs came to, side by side, and where each first differs from the first.

    Figures of the path between recorded ticks need the tick files.
    """
    from perplab.cli import compare_work  # noqa: PLC0415 - polars loads only when it has work

    compare_work.compare(logs, account, tuple(ticks or ()), as_json=as_json)
