"""What advise mode does: the book in both margin modes, side by side."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from perplab.cli.failures import UsageError
from perplab.cli.look import plain_table, print_json
from perplab.cli.option_numbers import above_zero
from perplab.domain.commands import MarginMode
from perplab.domain.instrument import Instrument, Kind
from perplab.domain.numbers import format_units
from perplab.engine.outlook import Outlook
from perplab.lab.amounts import base_of, exact, percent, price, ratio_text, rounded
from perplab.lab.book import Holding, holding_of
from perplab.lab.modes import MODES, WHY, Book, Comparison, compare_modes
from perplab.tables.dated import read_dated
from perplab.tables.instruments import read_instruments

_NO_FEES = "no fee is counted, and the other markets' prices are held fixed"


def advise_mode(
    positions: Sequence[str],
    *,
    wallet: str,
    leverage: int,
    beginner: bool,
    brackets: Sequence[str],
    as_json: bool,
) -> None:
    """Print a book in isolated and in cross margin, and which of them speaks for itself."""
    holdings = _merged([holding_of(text) for text in positions])
    found = compare_modes(
        holdings,
        wallet=above_zero("--wallet", wallet, "an amount"),
        leverage=leverage,
        beginner=beginner,
        instruments=_instruments(holdings, brackets),
    )
    if as_json:
        print_json(_json(found))
    else:
        _print(found)


def _merged(holdings: Sequence[Holding]) -> list[Holding]:
    """Refuse two positions of one side of a market: an exchange would hold them as one."""
    places = [(one.symbol, one.is_long) for one in holdings]
    for place in places:
        if places.count(place) > 1:
            side = "long" if place[1] else "short"
            raise UsageError(f"--position: two {side} positions in {place[0]}; state them as one")
    return list(holdings)


def _instruments(holdings: Sequence[Holding], brackets: Sequence[str]) -> dict[str, Instrument]:
    """Return each market's filters and its latest brackets."""
    tables, filters = read_dated(list(brackets)), read_instruments()
    latest = max(table.effective_ns for table in tables.tables)
    return {
        one.symbol: filters.instrument(
            one.symbol, tables.in_force(one.symbol, latest), (Kind.MARK,)
        )
        for one in holdings
    }


def _print(found: Comparison) -> None:
    console = Console()
    table = plain_table()
    for name in ("position", "mode", "liquidation at", "away", "most lost"):
        words = name in {"position", "mode"}
        table.add_column(name, no_wrap=True, justify="left" if words else "right")
    for pair in zip(found.isolated.held, found.cross.held, strict=True):
        names = _words(pair[0].holding)
        for name, mode, one in zip(names, MODES, pair, strict=True):
            away = "" if one.view.distance is None else percent(one.view.distance)
            lost = "wallet" if one.most_lost is None else rounded(one.most_lost)
            table.add_row(*map(Text, (name, mode, _prices(one.view), away, lost)))
    for name, book in (("all", found.isolated), ("", found.cross)):
        table.add_row(name, book.mode.value, "", "", rounded(book.most_lost), style="bold")
    console.print(table)
    verdict = Text(found.choice.value.upper(), style="bold")
    console.print(verdict.append(f"  {found.rule}: {WHY[found.rule]}.", style="not bold"))
    console.print(Text(_numbers(found)))
    console.print(Text(f"note: {_NO_FEES}", style="dim"))


def _numbers(found: Comparison) -> str:
    """Return the numbers that speak for the choice."""
    lost = f"{rounded(found.isolated.most_lost)} isolated, {rounded(found.cross.most_lost)} cross"
    away = " and ".join(f"{_nearest(book)} {book.mode}" for book in (found.isolated, found.cross))
    if found.choice is MarginMode.ISOLATED:
        return f"The most that can be lost: {lost}. The nearest liquidation: {away}."
    return f"The nearest liquidation: {away}. The most that can be lost: {lost}."


def _nearest(book: Book) -> str:
    if any(_is_gone(one.view) for one in book.held):
        return "at once"
    gaps = [one.view.distance for one in book.held if one.view.distance is not None]
    return f"{percent(min(gaps))} away" if gaps else "none"


def _words(holding: Holding) -> tuple[str, str]:
    """Return a position in words, for two lines: its mark stands in the second."""
    side = "long" if holding.is_long else "short"
    words = f"{side} {exact(holding.quantity)} {base_of(holding.symbol)} at {price(holding.entry)}"
    return words, "" if holding.mark == holding.entry else f"mark {price(holding.mark)}"


def _prices(view: Outlook) -> str:
    found = [price(one) for one in (view.below, view.above) if one is not None]
    if _is_gone(view):
        return "at once"
    return ", ".join(found) or "none"


def _is_gone(view: Outlook) -> bool:
    """Return whether an exchange would liquidate it at this mark."""
    return view.margin_ratio is None or view.margin_ratio >= 1


def _json(found: Comparison) -> dict[str, object]:
    return {
        "choice": found.choice.value,
        "rule": found.rule.value,
        "why": WHY[found.rule],
        **{book.mode.value: _book_json(book) for book in (found.isolated, found.cross)},
        "notes": [_NO_FEES],
    }


def _book_json(book: Book) -> dict[str, object]:
    return {
        "most_lost": format_units(book.most_lost),
        "positions": [
            {
                "symbol": one.holding.symbol,
                "side": "long" if one.holding.is_long else "short",
                "quantity": format_units(one.holding.quantity),
                "entry_price": format_units(one.holding.entry),
                "mark": format_units(one.holding.mark),
                "liquidation_below": _text(one.view.below),
                "liquidation_above": _text(one.view.above),
                "distance": ratio_text(one.view.distance),
                "margin_ratio": ratio_text(one.view.margin_ratio),
                "most_lost": _text(one.most_lost),
            }
            for one in book.held
        ],
    }


def _text(units: int | None) -> str | None:
    return None if units is None else format_units(units)
