"""Modes: isolated or cross margin for a book, with the numbers that speak for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from perplab.domain.commands import MarginMode
from perplab.domain.instrument import Instrument
from perplab.engine.outlook import Outlook, outlook
from perplab.lab.book import OWNER, Holding, book_state, is_hedged, side_of


class BookRule(StrEnum):
    """What decides between the modes, in the order in which it is asked. docs/advice.md."""

    BEGINNER = "a beginner"
    HEDGED = "a hedged book"
    ONE_POSITION = "one position"
    ONE_DIRECTION = "several positions in one direction"
    BOTH_WAYS = "several positions in both directions"


MODES = (MarginMode.ISOLATED, MarginMode.CROSS)
_CHOICES = {
    BookRule.BEGINNER: MarginMode.ISOLATED,
    BookRule.HEDGED: MarginMode.CROSS,
    BookRule.ONE_POSITION: MarginMode.ISOLATED,
    BookRule.ONE_DIRECTION: MarginMode.ISOLATED,
    BookRule.BOTH_WAYS: MarginMode.CROSS,
}
WHY = {
    BookRule.BEGINNER: "isolated margin fixes beforehand what each mistake can cost",
    BookRule.HEDGED: "in cross the profit of one side carries the loss of the other; isolated, one"
    " side can be liquidated while the other wins",
    BookRule.ONE_POSITION: "one bet should not put the whole wallet at stake",
    BookRule.ONE_DIRECTION: "they fall together, so in cross they take the whole wallet together",
    BookRule.BOTH_WAYS: "what one loses the others may win, and in cross that counts at once",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A position of the book in one margin mode; `most_lost` is None where it shares the wallet."""

    holding: Holding
    view: Outlook
    most_lost: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The book in one margin mode, and the most that all of it can lose, in 1e-8."""

    mode: MarginMode
    held: tuple[Held, ...]
    most_lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Both modes, and the one that the rule speaks for."""

    isolated: Book
    cross: Book
    choice: MarginMode
    rule: BookRule


def compare_modes(
    holdings: Sequence[Holding],
    *,
    wallet: int,
    leverage: int,
    beginner: bool,
    instruments: Mapping[str, Instrument],
) -> Comparison:
    """Return a book in both modes; `AdviceError` where an exchange would not hold it."""
    books = []
    for mode in MODES:
        state = book_state(
            holdings, mode, wallet=wallet, leverage=leverage, instruments=instruments
        )
        account = state.accounts[OWNER]
        held = []
        for one in holdings:
            side = side_of(account, one)
            view = outlook(state, account, one.symbol, side)
            assert view is not None
            margin = account.positions[one.symbol, side].margin
            lost = margin if mode is MarginMode.ISOLATED else None
            held.append(Held(holding=one, view=view, most_lost=lost))
        margins = sum(position.margin for position in account.positions.values())
        most = margins if mode is MarginMode.ISOLATED else wallet
        books.append(Book(mode=mode, held=tuple(held), most_lost=most))
    isolated, cross = books
    rule = rule_of(holdings, beginner=beginner)
    return Comparison(isolated=isolated, cross=cross, choice=_CHOICES[rule], rule=rule)


def rule_of(holdings: Sequence[Holding], *, beginner: bool) -> BookRule:
    """Return the first rule that a book is under."""
    if beginner:
        return BookRule.BEGINNER
    if all(is_hedged(holdings, one.symbol) for one in holdings):
        return BookRule.HEDGED
    if len({one.symbol for one in holdings}) == 1:
        return BookRule.ONE_POSITION
    if len({one.is_long for one in holdings}) == 1:
        return BookRule.ONE_DIRECTION
    return BookRule.BOTH_WAYS
