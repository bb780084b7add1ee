"""Verify: whether a log is whole, and whether the rules, and the ticks, make it again."""

from pathlib import Path
from typing import Annotated

import typer

from perplab.cli import replay_terms as terms

# readable=False: a file that may not be read is told by us, as any other that is no log.
LogFile = Annotated[
    Path, typer.Argument(metavar="LOG", help="A log, or its JSONL export.", readable=False)
]
More = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FILES]...", help="More tick files, after --ticks."),
]
TickFiles = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILES",
        help="Execute the run again from these price files, from the SCENARIO.toml of the run, or"
        " from a folder with the files that the log names.",
    ),
]
AgentFolder = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Run the agents' own files from here again, too; otherwise what they asked for is"
        " given again, and no code that belongs to the log is run.",
        exists=True,
        file_okay=False,
    ),
]
OneSymbol = Annotated[
    str | None, typer.Option(metavar="SYMBOL", help="Market of files that do not name it.")
]
FundingFiles = Annotated[
    list[str] | None,
    typer.Option(metavar="FILE", help="The funding rates of the run. Repeatable."),
]


def verify(
    log: LogFile,
    files: More = None,
    *,
    ticks: TickFiles = None,
    symbol: OneSymbol = None,
    mark: terms.Mark = None,
    funding: FundingFiles = None,
    columns: terms.Columns = None,
    agents: AgentFolder = None,
    every_tick: terms.EveryTick = False,
    as_json: terms.Json = False,
) -> None:
    """Prove a log: its hashes, its commands executed again, and with --ticks its prices too.

    perplab verify run.db --ticks BTCUSDT-aggTrades-2024-08-05.zip
    """
    from perplab.cli import verify_work  # noqa: PLC0415 - polars loads only when it has work

    prices = terms.PriceFiles(
        ticks=(*(ticks or ()), *(files or ())),
        symbol=symbol or "",
        mark=tuple(mark or ()),
        funding=tuple(funding or ()),
        columns=columns,
    )
    code = verify_work.verify(
        log, prices, agents, with_ticks=bool(ticks), every_tick=every_tick, as_json=as_json
    )
    raise typer.Exit(code)
