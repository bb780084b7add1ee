"""Watching: the consequences that follow a batch until nothing more is due. Rules 7.5, 12, 20."""

from collections.abc import Iterable
from fractions import Fraction
from heapq import heapify, heappop, heappush
from math import ceil

from perplab.audit.book import Book, Pool
from perplab.audit.exact import UNIT, ZERO, up
from perplab.audit.hearing import Due, Expected
from perplab.audit.margin import transferable
from perplab.audit.risk import Risk, assess
from perplab.audit.rules.liquidating import liquidate
from perplab.audit.rules.trades import cover

Turn = tuple[int, str, str]


def settle(book: Book, pools: Iterable[Pool]) -> Due:
    """Expect what is due for these pools and for all accounts that changed.

    Always the first pool in turn: by age of the account, cross first, then symbol and side.
    """
    waiting = [(_turn(book, pool), pool) for pool in pools]
    heapify(waiting)
    while waiting or book.touched:
        changed, book.touched = book.touched, {}
        for name in changed:
            account = book.accounts[name]
            if account.futures < 0 and not account.in_cross:
                yield cover(book, account, "", "both", -account.futures)
            for pool in book.pools(account):
                heappush(waiting, (_turn(book, pool), pool))
        if waiting:
            yield from watch(book, heappop(waiting)[1])


def _turn(book: Book, pool: Pool) -> Turn:
    return book.accounts[pool.account].number, pool.symbol, pool.side


def watch(book: Book, pool: Pool) -> Due:
    """Expect a margin call or its end, then auto-added margin, then liquidation. Rule 20.2."""
    risk, called = assess(book, pool), book.is_called(pool)
    settings = book.settings
    if not called and risk.reaches(settings.margin_call_ratio):
        yield _notice("MarginCalled", pool, risk, "its margin ratio has reached the call level")
    elif called and risk.is_below(settings.margin_call_rearm):
        yield _notice("MarginCallCleared", pool, risk, "its margin ratio is below the lower level")
    if not risk.due:
        return
    position = book.accounts[pool.account].positions.get((pool.symbol, pool.side))
    if position is not None and position.auto_add:
        amount = auto_add_amount(book, pool, risk)
        if amount > 0:
            yield _auto_added(book, pool, amount)
    if assess(book, pool).due:
        yield from liquidate(book, pool)


def _notice(kind: str, pool: Pool, risk: Risk, why: str) -> Expected:
    body = {"account": pool.account, "symbol": pool.symbol, "position_side": pool.side}
    return Expected(kind, body | risk._asdict(), "7.5", why)


def _auto_added(book: Book, pool: Pool, amount: Fraction) -> Expected:
    body = {
        "account": pool.account,
        "symbol": pool.symbol,
        "position_side": pool.side,
        "amount": amount,
        "mark": book.prices[pool.symbol].mark,
    }
    return Expected("MarginAutoAdded", body, "12.2", "equity is at maintenance, and it is on")


def auto_add_amount(book: Book, pool: Pool, risk: Risk) -> Fraction:
    """Return what is added: what the setting asks for, or what the wallet has. Rule 12.3."""
    account = book.accounts[pool.account]
    least = _least_above(risk)
    settings = book.settings
    wanted = least
    if settings.auto_add == "fixed":
        each = settings.auto_add_amount
        wanted = each * ceil(least / each) if each else ZERO
    elif settings.auto_add == "initial":
        size = sum(
            (abs(leg.position.quantity) * book.prices[leg.symbol].mark for leg in book.legs(pool)),
            ZERO,
        )
        missing = up(size / book.leverage_of(account, pool.symbol) - risk.equity)
        wanted = max(missing, least)
    return min(wanted, transferable(book, account))


def _least_above(risk: Risk) -> Fraction:
    """Return the smallest amount that lifts equity above maintenance."""
    gap = risk.maintenance - risk.equity
    return up(gap) if up(gap) > gap else gap + UNIT
