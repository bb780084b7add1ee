"""Show: a log's records, picked and printed."""

from pathlib import Path
from typing import Annotated

import typer

from perplab.cli import replay_terms as terms

# readable=False: a file that may not be read is told by us, as any other that is no log.
LogFile = Annotated[Path, typer.Argument(metavar="LOG", help="A log.", readable=False)]
Types = Annotated[
    list[str] | None,
    typer.Option("--type", metavar="TYPE", help="Only this type, as MarginCalled. Repeatable."),
]
Kind = Annotated[str | None, typer.Option(metavar="command|event", help="Only of this kind.")]
Account = Annotated[str | None, typer.Option(metavar="NAME", help="Only this account's.")]
Symbol = Annotated[str | None, typer.Option(metavar="SYMBOL", help="Only this market's.")]
From = Annotated[
    str | None, typer.Option("--from", metavar="TIME", help="From this time on; +30m of the start.")
]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Up to this time.")]
Csv = Annotated[bool, typer.Option("--csv", metavar="", help="Print CSV.")]
Jsonl = Annotated[
    bool, typer.Option("--jsonl", metavar="", help="Print JSON lines, as they were hashed.")
]
Json = terms.Json


def show(
    log: LogFile,
    *,
    types: Types = None,
    kind: Kind = None,
    account: Account = None,
    symbol: Symbol = None,
    start: From = None,
    end: To = None,
    as_csv: Csv = False,
    as_jsonl: Jsonl = False,
    as_json: Json = False,
) -> None:
    """Print a log's records: all, or those of a type, an account, a market, a time.

    perplab show run.db --account trader --type MarginCalled --type LiquidationStarted
    """
    from perplab.cli import show_work  # noqa: PLC0415 - pydantic loads only when it has work

    asked = show_work.Asked(
        types=tuple(types or ()), kind=kind, account=account, symbol=symbol, start=start, end=end
    )
    form = show_work.form_of(csv=as_csv, jsonl=as_jsonl, json=as_json)
    show_work.show(log, asked, form)
