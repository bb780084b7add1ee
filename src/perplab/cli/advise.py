"""Advise: what to do with a position at a moment of a log, and isolated or cross for a book."""

from pathlib import Path
from typing import Annotated

import typer

from perplab.cli import replay_terms as terms

# readable=False: a file that may not be read is told by us, as any other that is no log.
LogFile = Annotated[Path, typer.Argument(metavar="LOG", help="A log.", readable=False)]
More = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FILES]...", help="More tick files, after --ticks."),
]
At = Annotated[
    str,
    typer.Option(
        metavar="POINT",
        help="The moment: a record's number, a time, margin-call[:n] or liquidation[:n]. At a"
        " liquidation, what was known right before it.",
    ),
]
Account = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Whose position; that of the event, or the only one's."),
]
Symbol = Annotated[
    str | None, typer.Option(metavar="SYMBOL", help="Only the position in this market.")
]
Level = Annotated[
    list[str] | None,
    typer.Option(metavar="PRICE", help="A price that has to hold for the position. Repeatable."),
]
Stop = Annotated[
    str | None, typer.Option(metavar="PRICE", help="Where you meant to get out, order or not.")
]
LookBack = Annotated[
    str,
    typer.Option(metavar="TIME", help="Without --level, the extreme of so long is the key level."),
]
TickFiles = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILES",
        help="The price files of the run, its SCENARIO.toml, or a folder with the files that the"
        " log names, which are otherwise looked for here and beside the log: they give the time"
        " left and the key level.",
    ),
]
TickSymbol = Annotated[
    str | None,
    typer.Option(metavar="SYMBOL", help="Market of tick files that do not name it."),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="A threshold, as near=0.05; docs/advice.md lists them. Repeatable.",
    ),
]
Position = Annotated[
    list[str],
    typer.Option(
        metavar="WORDS",
        help="A position, as 'long 0.1 BTCUSDT at 60000' or '... at 60000 mark 59000'. Repeatable.",
    ),
]
Wallet = Annotated[str, typer.Option(metavar="AMOUNT", help="Futures wallet.")]
Leverage = Annotated[int, typer.Option(min=1, help="Leverage of every position.")]
Beginner = Annotated[bool, typer.Option("--beginner", metavar="", help="You are one.")]


def advise(
    log: LogFile,
    files: More = None,
    *,
    at: At,
    account: Account = None,
    symbol: Symbol = None,
    level: Level = None,
    stop: Stop = None,
    look_back: LookBack = "24h",
    thresholds: Set = None,
    ticks: TickFiles = None,
    tick_symbol: TickSymbol = None,
    mark: terms.Mark = None,
    columns: terms.Columns = None,
    as_json: terms.Json = False,
) -> None:
    """Advise on an open position at a moment of a log: add margin, stop, trail, or leave it?

    perplab advise run.db --at margin-call --ticks BTCUSDT-aggTrades-2024-08-05.zip

    Nothing that came after the moment is looked at. `perplab advise mode` compares isolated and
    cross margin for a book.
    """
    from perplab.cli import advise_work  # noqa: PLC0415 - polars loads only when it has work

    prices = terms.PriceFiles(
        ticks=(*(ticks or ()), *(files or ())),
        symbol=tick_symbol or "",
        mark=tuple(mark or ()),
        columns=columns,
    )
    asked = advise_work.Asked(
        at=at,
        account=account,
        symbol=symbol,
        levels=tuple(level or ()),
        stop=stop,
        look_back=look_back,
        thresholds=tuple(thresholds or ()),
    )
    advise_work.advise(log, asked, prices, with_ticks=bool(ticks), as_json=as_json)


def advise_mode(
    *,
    position: Position,
    wallet: Wallet,
    leverage: Leverage,
    beginner: Beginner = False,
    brackets: terms.Brackets = None,
    as_json: terms.Json = False,
) -> None:
    """Compare isolated and cross margin for a book: liquidation prices and the most to lose.

    perplab advise mode --wallet 1000 --leverage 20 --position 'long 0.1 BTCUSDT at 60000'
    """
    from perplab.cli import mode_work  # noqa: PLC0415 - pydantic loads only when it has work

    mode_work.advise_mode(
        tuple(position),
        wallet=wallet,
        leverage=leverage,
        beginner=beginner,
        brackets=tuple(brackets or ()),
        as_json=as_json,
    )
