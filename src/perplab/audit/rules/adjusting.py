"""Adjusting: margin added and reduced, auto-add switched, funding paid. Rules 4, 11, 12, 17."""

from fractions import Fraction

from perplab.audit.book import Book, Position
from perplab.audit.exact import ZERO, cut
from perplab.audit.hearing import Due, Expected
from perplab.audit.margin import removable, transferable
from perplab.audit.messages import Fact


def add_margin(book: Book, command: Fact) -> Due:
    """Expect an addition within its limit. Rule 11.1."""
    reason, position = _find(book, command, "add_margin_needs_isolated")
    limit = ZERO
    if position is not None:
        limit = transferable(book, book.accounts[command.account])
        reason = _of_amount(command, limit, "cross_balance_insufficient")
    yield _adjusted(command, "MarginAdded", reason, limit, "11.1")


def reduce_margin(book: Book, command: Fact) -> Due:
    """Expect a reduction within its limit. Rule 11.2."""
    reason, position = _find(book, command, "add_margin_needs_isolated")
    limit = ZERO
    if position is not None:
        account = book.accounts[command.account]
        limit = removable(book, account, command.symbol, position)
        reason = _of_amount(command, limit, "isolated_balance_insufficient")
    yield _adjusted(command, "MarginReduced", reason, limit, "11.2")


def set_auto_add(book: Book, command: Fact) -> Due:
    """Expect the switch of auto-add margin. Rule 12.1."""
    reason, position = _find(book, command, "auto_add_needs_isolated")
    if position is not None and position.auto_add == command["on"]:
        reason = "auto_add_unchanged"
    if reason:
        yield _rejected(command, ZERO, reason, ZERO, "12.1")
        return
    yield Expected("AutoAddMarginSet", dict(command.body), "12.1")


def _adjusted(command: Fact, kind: str, reason: str, limit: Fraction, rule: str) -> Expected:
    if reason:
        return _rejected(command, command["amount"], reason, limit, rule)
    return Expected(kind, dict(command.body), rule, "it is within its limit")


def _rejected(command: Fact, amount: Fraction, reason: str, limit: Fraction, rule: str) -> Expected:
    body = {name: command[name] for name in ("account", "symbol", "position_side")}
    body |= {"amount": amount, "reason": reason, "limit": limit}
    return Expected("MarginAdjustmentRejected", body, rule, reason)


def _find(book: Book, command: Fact, not_isolated: str) -> tuple[str, Position | None]:
    account = book.accounts.get(command.account)
    if account is None:
        return "account_unknown", None
    if command.symbol not in book.instruments:
        return "symbol_unknown", None
    if not account.isolated(command.symbol):
        return not_isolated, None
    position = account.positions.get((command.symbol, command["position_side"]))
    return ("", position) if position else ("no_position", None)


def _of_amount(command: Fact, limit: Fraction, beyond: str) -> str:
    if command["amount"] <= 0:
        return "amount_not_positive"
    return beyond if command["amount"] > limit else ""


def settle_funding(book: Book, command: Fact) -> Due:
    """Expect the payment of every position of a symbol. Rules 17.1, 17.2."""
    symbol = command.symbol
    if symbol not in book.instruments or not book.prices[symbol].mark:
        reason = "no_price_yet" if symbol in book.instruments else "symbol_unknown"
        yield Expected("FundingRejected", {"symbol": symbol, "reason": reason}, "17.1", reason)
        return
    mark = book.prices[symbol].mark
    for account in list(book.accounts.values()):
        for (held, side), position in sorted(account.positions.items(), key=lambda one: one[0]):
            if held != symbol or not position.quantity:
                continue
            yield Expected(
                "FundingPaid",
                {
                    "account": account.name,
                    "symbol": symbol,
                    "position_side": side,
                    "margin_mode": position.margin_mode,
                    "quantity": position.quantity,
                    "mark": mark,
                    "rate": command["rate"],
                    "amount": -cut(position.quantity * mark * command["rate"]),
                },
                "17.1",
                "it holds a position at the settlement",
            )


def change_brackets(book: Book, command: Fact) -> Due:
    """Expect another bracket table to come into force. Rule 4.5."""
    if command.symbol not in book.instruments:
        body = {"symbol": command.symbol, "reason": "symbol_unknown"}
        yield Expected("BracketsRejected", body, "4.5", "there is no such market")
        return
    yield Expected("BracketsChanged", dict(command.body), "4.5")
