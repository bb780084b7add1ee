"""The ledger: which event moves which money, as postings that sum to zero."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from perplab.domain import events as ev
from perplab.domain.commands import MarginMode, PositionSide, Wallet
from perplab.domain.numbers import Money
from perplab.domain.state import State


class Book(StrEnum):
    """The exchange's own books."""

    OUTSIDE = "outside"
    MARKET = "market"
    FEES = "fees"
    INSURANCE = "insurance"


Place = Book | tuple[str, Wallet] | tuple[str, str, PositionSide]
"""A book of the exchange, a user's wallet, or a position's isolated margin."""

Postings = tuple[tuple[Place, int], ...]


class BooksDoNotBalance(Exception):  # noqa: N818  # a sentence, not a category
    """An event's postings do not sum to zero: a defect of the engine, never of the input."""


def postings(event: ev.Event) -> Postings:
    """Return what the event adds to each place, in `Money`; empty when it moves none."""
    moves = _MOVES.get(type(event))
    return moves(event) if moves is not None else ()


def post(state: State, event: ev.Event) -> None:
    """Apply an event's postings, or raise `BooksDoNotBalance`."""
    entries = postings(event)
    total = 0
    for _, amount in entries:
        total += amount
    if total:
        raise BooksDoNotBalance(f"{event} posts {entries}")
    for place, amount in entries:
        if not amount:
            continue
        if isinstance(place, Book):
            name = place._value_
            setattr(state.ledger, name, getattr(state.ledger, name) + amount)
        elif len(place) == 2:  # noqa: PLR2004  # an account and its wallet
            account, name = state.accounts[place[0]], place[1]._value_
            setattr(account, name, getattr(account, name) + amount)
        else:
            position = state.accounts[place[0]].positions[place[1], place[2]]
            position.margin = Money(position.margin + amount)


def _of_position(event: ev.PositionGrown | ev.PositionShrunk) -> Postings:
    realized = 0 if isinstance(event, ev.PositionGrown) else event.realized_pnl
    entries: Postings = (
        (_futures(event.account), event.futures),
        (Book.MARKET, -realized),
        (Book.FEES, event.fee),
    )
    return ((_isolated(event), event.isolated), *entries) if event.isolated else entries


def _of_ended(event: ev.LiquidationEnded) -> Postings:
    source = _isolated(event) if event.symbol else _futures(event.account)
    if not event.returned and not event.forfeited:
        return ()
    return (
        (source, -event.returned - event.forfeited),
        (_futures(event.account), event.returned),
        (Book.INSURANCE, event.forfeited),
    )


def _of_holder(event: ev.HolderOpened) -> Postings:
    brought = event.futures + event.isolated
    entries: Postings = ((_futures(event.account), event.futures), (Book.OUTSIDE, -brought))
    if not event.isolated:
        return entries
    return (((event.account, event.symbol, PositionSide.BOTH), event.isolated), *entries)


def _of_funding(event: ev.FundingPaid) -> Postings:
    return _move(Book.MARKET, _margin_wallet(event), event.amount)


def _of_added(event: ev.MarginAdded | ev.MarginAutoAdded) -> Postings:
    return _move(_futures(event.account), _isolated(event), event.amount)


def _of_reduced(event: ev.MarginReduced) -> Postings:
    return _move(_isolated(event), _futures(event.account), event.amount)


def _of_fee(event: ev.LiquidationFeeCharged) -> Postings:
    return _move(_margin_wallet(event), Book.INSURANCE, event.amount)


def _of_taken_over(event: ev.PositionTakenOver) -> Postings:
    return _move(Book.MARKET, Book.INSURANCE, event.result)


def _of_covered(event: ev.BankruptcyCovered) -> Postings:
    wallet = _isolated(event) if event.symbol else _futures(event.account)
    paid = event.amount - event.exchange
    return ((wallet, event.amount), (Book.INSURANCE, -paid), (Book.OUTSIDE, -event.exchange))


def _of_started(event: ev.RunStarted) -> Postings:
    return _move(Book.OUTSIDE, Book.INSURANCE, event.insurance_fund)


def _of_deposited(event: ev.Deposited) -> Postings:
    return _move(Book.OUTSIDE, (event.account, event.wallet), event.amount)


def _of_withdrawn(event: ev.Withdrawn) -> Postings:
    return _move((event.account, event.wallet), Book.OUTSIDE, event.amount)


def _of_transferred(event: ev.Transferred) -> Postings:
    return _move((event.account, event.source), (event.account, event.target), event.amount)


def _move(source: Place, target: Place, amount: int) -> Postings:
    return ((source, -amount), (target, amount))


def _futures(account: str) -> Place:
    return (account, Wallet.FUTURES)


def _isolated(
    event: ev.PositionGrown
    | ev.PositionShrunk
    | ev.MarginAdded
    | ev.MarginAutoAdded
    | ev.MarginReduced
    | ev.BankruptcyCovered
    | ev.LiquidationEnded
    | ev.FundingPaid
    | ev.LiquidationFeeCharged,
) -> Place:
    return (event.account, event.symbol, event.position_side)


def _margin_wallet(event: ev.FundingPaid | ev.LiquidationFeeCharged) -> Place:
    if event.margin_mode is MarginMode.ISOLATED:
        return _isolated(event)
    return _futures(event.account)


_MOVES: dict[type, Callable[[Any], Postings]] = {
    ev.RunStarted: _of_started,
    ev.HolderOpened: _of_holder,
    ev.Deposited: _of_deposited,
    ev.Withdrawn: _of_withdrawn,
    ev.Transferred: _of_transferred,
    ev.PositionOpened: _of_position,
    ev.PositionIncreased: _of_position,
    ev.PositionReduced: _of_position,
    ev.PositionClosed: _of_position,
    ev.MarginAdded: _of_added,
    ev.MarginAutoAdded: _of_added,
    ev.MarginReduced: _of_reduced,
    ev.FundingPaid: _of_funding,
    ev.LiquidationFeeCharged: _of_fee,
    ev.PositionTakenOver: _of_taken_over,
    ev.BankruptcyCovered: _of_covered,
    ev.LiquidationEnded: _of_ended,
}
