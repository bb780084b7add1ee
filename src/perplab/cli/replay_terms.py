"""Terms of a replay: the options, as `replay` and `verify` offer them."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Direction(StrEnum):
    """The side of a position."""

    LONG = "long"
    SHORT = "short"


class Margin(StrEnum):
    """The margin mode of a position."""

    ISOLATED = "isolated"
    CROSS = "cross"


class FirstExtreme(StrEnum):
    """The order in which a candle visits its extremes."""

    LOW_FIRST = "low-first"
    HIGH_FIRST = "high-first"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFiles:
    """The files of a replay and how to read them."""

    ticks: tuple[str, ...]
    symbol: str
    mark: tuple[str, ...] = ()
    funding: tuple[str, ...] = ()
    columns: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All that a replay is asked for, still in the person's own words."""

    prices: PriceFiles
    side: Direction
    quantity: str
    leverage: int
    margin_mode: Margin
    wallet: str
    at: str | None = None
    add_margin: tuple[str, ...] = ()
    auto_add: bool = False
    stop: tuple[str, ...] = ()
    take_profit: tuple[str, ...] = ()
    trigger_on: str = "last"
    brackets: tuple[str, ...] = ()
    brackets_lookup: bool = False
    start: str | None = None
    end: str | None = None
    candle_path: FirstExtreme | None = None
    tick: str | None = None
    settings: tuple[str, ...] = ()


Ticks = Annotated[
    list[str],
    typer.Argument(metavar="TICKS...", help="Price files; several are joined in time."),
]
Symbol = Annotated[str, typer.Option(metavar="SYMBOL", help="Market of the position.")]
Side = Annotated[Direction, typer.Option(help="Side of the position.")]
Quantity = Annotated[
    str, typer.Option(metavar="NUMBER", help="Size in base currency, as 0.1 for 0.1 BTC.")
]
Leverage = Annotated[int | None, typer.Option(min=1, help="Leverage of the position.")]
MarginMode = Annotated[
    Margin | None,
    typer.Option(help="Margin of its own, or the whole wallet. Isolated without it."),
]
Profile = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Leverage and margin mode of a risk profile: low-isolated, low-cross, high-isolated,"
        " high-cross.",
    ),
]
Wallet = Annotated[
    str, typer.Option(metavar="AMOUNT", help="Futures wallet before the position is opened.")
]
At = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="When it is opened: 2024-08-05T13:30, +30m from the start, or an epoch; UTC."
        " Without it, at the first tick.",
    ),
]
AddMargin = Annotated[
    list[str] | None,
    typer.Option(
        metavar="AMOUNT@PRICE|TIME",
        help="Add margin when the mark touches a price, or at a time. Repeatable.",
    ),
]
AutoAdd = Annotated[
    bool,
    typer.Option("--auto-add", metavar="", help="Let the exchange add margin from the wallet."),
]
Stop = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PRICE[:PERCENT]", help="Stop-loss of all, or of a part as 58000:50%. Repeatable."
    ),
]
TakeProfit = Annotated[
    list[str] | None,
    typer.Option(metavar="PRICE[:PERCENT]", help="Take-profit of all, or of a part. Repeatable."),
]
StopOn = Annotated[
    str, typer.Option(metavar="last|mark", help="The price that stops and take-profits watch.")
]
Mark = Annotated[
    list[str] | None,
    typer.Option(metavar="FILE", help="Mark prices. Without them, the last price. Repeatable."),
]
Funding = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE|RATE",
        help="Funding rates from a file (repeatable), or one rate every 8 hours, as 0.0001.",
    ),
]
Brackets = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FILE[@DATE]",
        help="Leverage brackets, each from its date on. Repeatable; the built-in ones without.",
    ),
]
BracketsLookup = Annotated[
    bool,
    typer.Option("--brackets-lookup", metavar="", help="Accept brackets that are not continuous."),
]
Log = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Record the run. A log of the same run is gone on with, or compared.",
    ),
]
EveryTick = Annotated[
    bool, typer.Option("--every-tick", metavar="", help="Execute each tick instead of skipping.")
]
From = Annotated[
    str | None, typer.Option("--from", metavar="TIME", help="Begin here, not at the first tick.")
]
To = Annotated[
    str | None, typer.Option("--to", metavar="TIME", help="End here, not at the last tick.")
]
CandlePath = Annotated[
    FirstExtreme | None,
    typer.Option(
        "--candle-path",
        help="Which extreme of a candle comes first. Without it, the one against the position.",
    ),
]
Columns = Annotated[
    str | None,
    typer.Option(
        metavar="ROLE=COLUMN,...", help="Which column is what, as time=ts,price=px,quantity=size."
    ),
]
Tick = Annotated[
    str | None,
    typer.Option(metavar="STEP", help="The symbol's price step, where it was another then."),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="A setting, as taker_fee=0.0004; config/settings.toml lists them. Repeatable.",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", metavar="", help="Print JSON; numbers are text, exact.")
]
