"""Terms: what the calculator's options mean, and what they refuse."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from perplab.formulas.exact import exact
from perplab.formulas.rows import Rows
from perplab.tables.dated import DatedTables, built_in, read_dated
from perplab.tables.reading import TableError


class Direction(StrEnum):
    """The side of a position."""

    LONG = "long"
    SHORT = "short"


def number(text: str) -> Decimal:
    """Return an option's exact number."""
    try:
        exact("number", text)
    except ValueError as error:
        raise typer.BadParameter(str(error).removeprefix("number: ")) from None
    return Decimal(text)


def above_zero(text: str) -> Decimal:
    """Return an option's exact number, which must be above zero."""
    value = number(text)
    if value <= 0:
        raise typer.BadParameter(f"found {text}, expected a number above zero")
    return value


def not_below_zero(text: str) -> Decimal:
    """Return an option's exact number, which must be zero or above."""
    value = number(text)
    if value < 0:
        raise typer.BadParameter(f"found {text}, expected zero or a number above it")
    return value


Side = Annotated[Direction, typer.Option(help="Side of the position.")]
Entry = Annotated[
    Decimal, typer.Option(parser=above_zero, metavar="PRICE", help="Average entry price.")
]
Quantity = Annotated[
    Decimal | None,
    typer.Option(parser=above_zero, metavar="NUMBER", help="Size in base currency."),
]
Notional = Annotated[
    Decimal | None,
    typer.Option(
        parser=above_zero, metavar="AMOUNT", help="Size as quantity * entry, instead of --quantity."
    ),
]
Margin = Annotated[
    Decimal | None,
    typer.Option(
        parser=not_below_zero,
        metavar="AMOUNT",
        help="Isolated wallet, or cross wallet. Without it, entry notional / --leverage.",
    ),
]
Leverage = Annotated[
    Decimal | None, typer.Option(parser=above_zero, metavar="NUMBER", help="Chosen leverage.")
]
NeededLeverage = Annotated[
    Decimal,
    typer.Option("--leverage", parser=above_zero, metavar="NUMBER", help="Chosen leverage."),
]
Mark = Annotated[
    Decimal | None,
    typer.Option(parser=above_zero, metavar="PRICE", help="Mark price. Without it, the entry."),
]
Table = Annotated[
    str | None,
    typer.Option(
        metavar="SYMBOL|FILE",
        help="Leverage brackets: a built-in symbol, or a file (TOML, leverageBracket or freqtrade"
        " JSON, plain or gzipped).",
    ),
]
Symbol = Annotated[str, typer.Option(help="Symbol whose brackets are used.")]
Rate = Annotated[
    Decimal | None,
    typer.Option(
        parser=not_below_zero,
        metavar="RATE",
        help="One bracket's maintenance rate instead of a table.",
    ),
]
Amount = Annotated[
    Decimal, typer.Option(parser=number, metavar="AMOUNT", help="Maintenance amount of --rate.")
]
Maintenance = Annotated[
    Decimal | None,
    typer.Option(
        parser=not_below_zero,
        metavar="AMOUNT",
        help="A fixed maintenance margin instead of a table.",
    ),
]
OtherMaintenance = Annotated[
    Decimal,
    typer.Option(
        parser=not_below_zero,
        metavar="AMOUNT",
        help="Cross: maintenance margin of the other positions.",
    ),
]
OtherUnrealized = Annotated[
    Decimal,
    typer.Option(
        parser=number, metavar="AMOUNT", help="Cross: unrealized profit of the other positions."
    ),
]
Json = Annotated[
    bool, typer.Option("--json", metavar="", help="Print JSON; numbers are text, exact.")
]


Wallet = Annotated[
    Decimal,
    typer.Option(parser=not_below_zero, metavar="AMOUNT", help="Futures (cross) wallet."),
]
OptionalWallet = Annotated[
    Decimal | None,
    typer.Option(
        "--wallet",
        parser=not_below_zero,
        metavar="AMOUNT",
        help="Futures wallet, to check an addition against.",
    ),
]
Moved = Annotated[
    Decimal | None, typer.Option(parser=above_zero, metavar="AMOUNT", help="Margin to move.")
]
OrderMargin = Annotated[
    Decimal,
    typer.Option(
        parser=not_below_zero, metavar="AMOUNT", help="Margin of orders in isolated symbols."
    ),
]
CrossMaintenance = Annotated[
    Decimal,
    typer.Option(
        parser=not_below_zero, metavar="AMOUNT", help="Maintenance margin of cross positions."
    ),
]
CrossInitial = Annotated[
    Decimal,
    typer.Option(
        parser=not_below_zero, metavar="AMOUNT", help="Initial margin of cross positions."
    ),
]
CrossUnrealized = Annotated[
    Decimal,
    typer.Option(parser=number, metavar="AMOUNT", help="Unrealized profit of cross positions."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brackets:
    """The rows that a calculation uses, and their name for the reader."""

    rows: Rows
    name: str


def brackets(
    table: str | None,
    symbol: str,
    rate: Decimal | None,
    amount: Decimal,
    maintenance: Decimal | None,
) -> Brackets:
    """Return the brackets that the options name; at most one of the three ways may be used."""
    ways = [way for way in (table, rate, maintenance) if way is not None]
    if len(ways) > 1:
        raise typer.BadParameter("use only one of --brackets, --rate and --maintenance")
    if amount and rate is None:
        raise typer.BadParameter("--amount belongs to --rate, which is missing")
    if maintenance is not None:
        return Brackets(rows=[(0, 0, -maintenance)], name=f"fixed maintenance of {maintenance}")
    if rate is not None:
        if rate >= 1:
            raise typer.BadParameter(f"--rate: found {rate}, expected less than 1")
        return Brackets(rows=[(0, rate, amount)], name=f"one bracket: {rate}, {amount}")
    return _from_table(table, symbol)


def held(quantity: Decimal | None, notional: Decimal | None, entry: Decimal) -> Fraction:
    """Return the size in base currency, which either option may state."""
    if (quantity is None) == (notional is None):
        raise typer.BadParameter("give one of --quantity and --notional")
    if quantity is not None:
        return Fraction(quantity)
    return Fraction(notional or 0) / Fraction(entry)


def margin_of(
    margin: Decimal | None, leverage: Decimal | None, quantity: Fraction, entry: Decimal
) -> Fraction:
    """Return the stated margin, or the one that the leverage asks for at the entry price."""
    if margin is not None:
        return Fraction(margin)
    if leverage is None:
        raise typer.BadParameter("give --margin, or --leverage to take the initial margin")
    return quantity * Fraction(entry) / Fraction(leverage)


def _from_table(table: str | None, symbol: str) -> Brackets:
    try:
        if table is None or table in built_in().symbols:
            return _rows(built_in(), table or symbol)
        tables = read_dated([table])
        only = tables.symbols[0] if len(tables.symbols) == 1 else symbol
        return _rows(tables, only)
    except TableError as error:
        raise typer.BadParameter(str(error)) from None


def _rows(tables: DatedTables, symbol: str) -> Brackets:
    rows = tables.in_force(symbol, tables.tables[-1].effective_ns)
    return Brackets(rows=rows, name=f"{symbol}, {Path(tables.tables[-1].source).name}")
