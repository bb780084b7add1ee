"""Calc: the margin calculator. Exit code 2 and a message on stderr for terms it cannot use."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import typer

from perplab.cli import calc_terms as terms
from perplab.cli.calc_articles import print_articles
from perplab.cli.calc_notes import at_once, beyond_brackets, notes_on
from perplab.cli.calc_position import Stated, Values, prices, standing
from perplab.cli.calc_print import plain, print_columns, print_values
from perplab.formulas.exact import cut, unrounded
from perplab.formulas.limits import max_addable, max_removable
from perplab.formulas.rows import Rows

app = typer.Typer(no_args_is_help=True, help="The margin calculator: exact, nothing is traded.")

_ZERO = Decimal(0)


@app.command()
def liquidation(
    *,
    side: terms.Side,
    entry: terms.Entry,
    quantity: terms.Quantity = None,
    notional: terms.Notional = None,
    margin: terms.Margin = None,
    leverage: terms.Leverage = None,
    mark: terms.Mark = None,
    brackets: terms.Table = None,
    symbol: terms.Symbol = "BTCUSDT",
    rate: terms.Rate = None,
    amount: terms.Amount = _ZERO,
    maintenance: terms.Maintenance = None,
    other_maintenance: terms.OtherMaintenance = _ZERO,
    other_unrealized: terms.OtherUnrealized = _ZERO,
    as_json: terms.Json = False,
) -> None:
    """Print the liquidation and the bankruptcy price of a position.

    `perplab calc articles` prints two guides' examples, for which this command gives the same.
    """
    chosen = terms.brackets(brackets, symbol, rate, amount, maintenance)
    position = _stated(
        side=side,
        entry=entry,
        quantity=quantity,
        notional=notional,
        margin=margin,
        leverage=leverage,
        mark=mark,
        rows=chosen.rows,
    )
    position = replace(
        position,
        other_maintenance=Fraction(other_maintenance),
        other_unrealized=Fraction(other_unrealized),
    )
    values = _terms(position) | {"brackets": chosen.name} | prices(position)
    print_values("Liquidation", values, notes_on(position, leverage), as_json=as_json)


@app.command()
def margin(
    *,
    side: terms.Side,
    entry: terms.Entry,
    leverage: terms.NeededLeverage,
    quantity: terms.Quantity = None,
    notional: terms.Notional = None,
    margin: terms.Margin = None,
    mark: terms.Mark = None,
    brackets: terms.Table = None,
    symbol: terms.Symbol = "BTCUSDT",
    rate: terms.Rate = None,
    amount: terms.Amount = _ZERO,
    maintenance: terms.Maintenance = None,
    as_json: terms.Json = False,
) -> None:
    """Print initial and maintenance margin, the ratios and the zone at the mark price."""
    chosen = terms.brackets(brackets, symbol, rate, amount, maintenance)
    position = _stated(
        side=side,
        entry=entry,
        quantity=quantity,
        notional=notional,
        margin=margin,
        leverage=leverage,
        mark=mark,
        rows=chosen.rows,
    )
    initial = cut(position.quantity * position.mark / Fraction(leverage))
    values = _terms(position) | {"brackets": chosen.name, "initial_margin": initial}
    values |= standing(position)
    print_values("Margin", values, notes_on(position, leverage), as_json=as_json)


@app.command(name="max-add")
def max_add(
    *,
    wallet: terms.Wallet,
    order_margin: terms.OrderMargin = _ZERO,
    cross_maintenance: terms.CrossMaintenance = _ZERO,
    cross_initial: terms.CrossInitial = _ZERO,
    cross_unrealized: terms.CrossUnrealized = _ZERO,
    as_json: terms.Json = False,
) -> None:
    """Print how much the futures wallet can add to an isolated position, or transfer out."""
    most = max_addable(
        wallet,
        order_margin=order_margin,
        cross_maintenance=cross_maintenance,
        cross_initial=cross_initial,
        cross_unrealized=cross_unrealized,
    )
    print_values("Adding margin", {"wallet": wallet, "max_addable": most}, [], as_json=as_json)


@app.command(name="max-remove")
def max_remove(
    *,
    side: terms.Side,
    entry: terms.Entry,
    leverage: terms.NeededLeverage,
    quantity: terms.Quantity = None,
    notional: terms.Notional = None,
    margin: terms.Margin = None,
    mark: terms.Mark = None,
    brackets: terms.Table = None,
    symbol: terms.Symbol = "BTCUSDT",
    rate: terms.Rate = None,
    amount: terms.Amount = _ZERO,
    maintenance: terms.Maintenance = None,
    as_json: terms.Json = False,
) -> None:
    """Print how much margin can be taken out of an isolated position at the mark price."""
    chosen = terms.brackets(brackets, symbol, rate, amount, maintenance)
    position = _stated(
        side=side,
        entry=entry,
        quantity=quantity,
        notional=notional,
        margin=margin,
        leverage=leverage,
        mark=mark,
        rows=chosen.rows,
    )
    most = _removable(position, leverage)
    values = _terms(position) | {"brackets": chosen.name, "max_removable": most}
    print_values("Removing margin", values, notes_on(position, leverage), as_json=as_json)


@app.command()
def preview(
    *,
    side: terms.Side,
    entry: terms.Entry,
    leverage: terms.NeededLeverage,
    quantity: terms.Quantity = None,
    notional: terms.Notional = None,
    margin: terms.Margin = None,
    mark: terms.Mark = None,
    add: terms.Moved = None,
    remove: terms.Moved = None,
    wallet: terms.OptionalWallet = None,
    brackets: terms.Table = None,
    symbol: terms.Symbol = "BTCUSDT",
    rate: terms.Rate = None,
    amount: terms.Amount = _ZERO,
    maintenance: terms.Maintenance = None,
    as_json: terms.Json = False,
) -> None:
    """Print an isolated position before and after margin is added or removed."""
    if (add is None) == (remove is None):
        raise typer.BadParameter("give one of --add and --remove")
    chosen = terms.brackets(brackets, symbol, rate, amount, maintenance)
    before = _stated(
        side=side,
        entry=entry,
        quantity=quantity,
        notional=notional,
        margin=margin,
        leverage=leverage,
        mark=mark,
        rows=chosen.rows,
    )
    if add is not None and wallet is not None and add > max_addable(wallet):
        raise typer.BadParameter(f"--add: found {add}, expected at most {max_addable(wallet)}")
    if remove is not None and remove > _removable(before, leverage):
        most = plain(_removable(before, leverage))
        raise typer.BadParameter(f"--remove: found {remove}, expected at most {most}")
    moved = Fraction(add or 0) - Fraction(remove or 0)
    columns = {"before": before, "after": replace(before, margin=before.margin + moved)}
    values = {name: _preview(position) for name, position in columns.items()}
    notes = [f"{name}: {note}" for name, position in columns.items() for note in at_once(position)]
    notes += beyond_brackets(before, leverage)
    print_columns("Preview", values, notes, as_json=as_json)


@app.command()
def articles(as_json: terms.Json = False) -> None:
    """Print two guides' worked examples, with what the guides say and what is exact."""
    print_articles(as_json=as_json)


def _stated(
    *,
    side: terms.Direction,
    entry: Decimal,
    quantity: Decimal | None,
    notional: Decimal | None,
    margin: Decimal | None,
    leverage: Decimal | None,
    mark: Decimal | None,
    rows: Rows,
) -> Stated:
    size = terms.held(quantity, notional, entry)
    return Stated(
        side=side.value,
        quantity=size,
        entry=Fraction(entry),
        margin=terms.margin_of(margin, leverage, size, entry),
        mark=Fraction(entry if mark is None else mark),
        rows=rows,
    )


def _terms(position: Stated) -> Values:
    return {
        "side": position.side,
        "quantity": unrounded(position.quantity),
        "entry_price": unrounded(position.entry),
        "margin": unrounded(position.margin),
        "mark_price": unrounded(position.mark),
    }


def _removable(position: Stated, leverage: Decimal) -> Decimal:
    return max_removable(
        position.side,
        position.quantity,
        position.entry,
        position.margin,
        position.rows,
        mark_price=position.mark,
        leverage=leverage,
    )


def _preview(position: Stated) -> Values:
    at_mark = standing(position)
    keys = ("margin_balance", "maintenance_margin", "margin_ratio", "zone", "effective_leverage")
    return (
        {"margin": unrounded(position.margin)}
        | prices(position)
        | {key: at_mark[key] for key in keys}
    )
