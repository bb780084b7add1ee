"""The ledger: which event moves which money, as postings that sum to zero."""

from enum import StrEnum

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


def postings(event: ev.Event) -> Postings:  # noqa: C901, PLR0912  # one case each
    """Return what the event adds to each place, in `Money`; empty when it moves none."""
    match event:
        case (
            ev.PositionOpened()
            | ev.PositionIncreased()
            | ev.PositionReduced()
            | ev.PositionClosed()
        ):
            return _of_position(event)
        case ev.FundingPaid():
            wallet = _margin_wallet(event)
            return ((wallet, event.amount), (Book.MARKET, -event.amount))
        case ev.MarginAdded() | ev.MarginAutoAdded():
            return _move(_futures(event.account), _isolated(event), event.amount)
        case ev.MarginReduced():
            return _move(_isolated(event), _futures(event.account), event.amount)
        case ev.LiquidationFeeCharged():
            wallet = _margin_wallet(event)
            return _move(wallet, Book.INSURANCE, event.amount)
        case ev.PositionTakenOver():
            return _move(Book.MARKET, Book.INSURANCE, event.result)
        case ev.BankruptcyCovered():
            wallet = _isolated(event) if event.symbol else _futures(event.account)
            paid = event.amount - event.exchange
            return (
                (wallet, event.amount),
                (Book.INSURANCE, -paid),
                (Book.OUTSIDE, -event.exchange),
            )
        case ev.LiquidationEnded():
            return _of_ended(event)
        case ev.RunStarted():
            return _move(Book.OUTSIDE, Book.INSURANCE, event.insurance_fund)
        case ev.Deposited():
            return _move(Book.OUTSIDE, (event.account, event.wallet), event.amount)
        case ev.Withdrawn():
            return _move((event.account, event.wallet), Book.OUTSIDE, event.amount)
        case ev.Transferred():
            source, target = (event.account, event.source), (event.account, event.target)
            return _move(source, target, event.amount)
        case _:
            return ()


def post(state: State, event: ev.Event) -> None:
    """Apply an event's postings, or raise `BooksDoNotBalance`."""
    entries = postings(event)
    if not entries:
        return
    if sum(amount for _, amount in entries):
        raise BooksDoNotBalance(f"{event} posts {entries}")
    for place, amount in entries:
        if amount:
            _add(state, place, amount)


def _add(state: State, place: Place, amount: int) -> None:
    if isinstance(place, Book):
        setattr(state.ledger, place.value, getattr(state.ledger, place.value) + amount)
    elif len(place) == 2:  # noqa: PLR2004  # an account and its wallet
        account = state.accounts[place[0]]
        setattr(account, place[1].value, getattr(account, place[1].value) + amount)
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
