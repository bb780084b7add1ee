"""Audit: a second witness on a log, ours or an exchange's, and the story of one liquidation."""

from pathlib import Path
from typing import Annotated

import typer

from perplab.cli import replay_terms as terms

# readable=False: a file that may not be read is told by us, as any other that cannot be audited.
Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...",
        help="A log or its JSONL export, and with --ticks its price files; or an exchange's own"
        " records: an account's exports, forced orders.",
        readable=False,
    ),
]
TickFiles = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILES",
        help="The price files of the run, its SCENARIO.toml, or a folder with the files that the"
        " log names. Without it they are looked for in the current folder and the log's.",
    ),
]
OneSymbol = Annotated[
    str | None, typer.Option(metavar="SYMBOL", help="Market of price files that do not name it.")
]
FundingFiles = Annotated[
    list[str] | None,
    typer.Option(metavar="FILE", help="The funding rates of the run. Repeatable."),
]
Brackets = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE[@DATE]",
        help="Leverage brackets of the time, for an exchange's records. Repeatable.",
    ),
]
Prices = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE",
        help="Candles or trades to hold an exchange's records against. Repeatable.",
    ),
]
Html = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the verdicts as an HTML page as well.")
]
Csv = Annotated[bool, typer.Option("--csv", metavar="", help="Print CSV.")]
OneLog = Annotated[
    Path, typer.Argument(metavar="LOG", help="A log or its JSONL export.", readable=False)
]
Which = Annotated[
    str,
    typer.Argument(metavar="liquidation:N", help="Which liquidation of the log, counted from 1."),
]


def audit(
    files: Files,
    *,
    ticks: TickFiles = None,
    symbol: OneSymbol = None,
    mark: terms.Mark = None,
    funding: FundingFiles = None,
    columns: terms.Columns = None,
    brackets: Brackets = None,
    prices: Prices = None,
    html: Html = None,
    as_csv: Csv = False,
    as_json: terms.Json = False,
) -> None:
    """Audit a log from the rules alone: a verdict on every check and every liquidation.

    The audit shares no code with the engine that wrote the log.

    perplab audit run.db --ticks BTCUSDT-aggTrades-2024-08-05.zip
    """
    from perplab.cli import audit_work  # noqa: PLC0415 - polars loads only when it has work

    given = terms.PriceFiles(
        ticks=tuple(ticks or ()),
        symbol=symbol or "",
        mark=tuple(mark or ()),
        funding=tuple(funding or ()),
        columns=columns,
    )
    asked = audit_work.Asked(
        files=tuple(files),
        given=given,
        brackets=tuple(brackets or ()),
        prices=tuple(prices or ()),
        html=html,
    )
    raise typer.Exit(audit_work.audit(asked, csv=as_csv, json=as_json))


def explain(
    log: OneLog,
    which: Which = "liquidation:1",
    *,
    ticks: TickFiles = None,
    symbol: OneSymbol = None,
    mark: terms.Mark = None,
    funding: FundingFiles = None,
    columns: terms.Columns = None,
    as_json: terms.Json = False,
) -> None:
    """Tell the story of one liquidation, and how much margin would have just sufficed.

    perplab explain run.db liquidation:1
    """
    from perplab.cli import explain_work  # noqa: PLC0415 - polars loads only when it has work

    given = terms.PriceFiles(
        ticks=tuple(ticks or ()),
        symbol=symbol or "",
        mark=tuple(mark or ()),
        funding=tuple(funding or ()),
        columns=columns,
    )
    raise typer.Exit(explain_work.explain(log, which, given, as_json=as_json))
