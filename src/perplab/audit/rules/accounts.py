"""Accounts: opening them, money in, out and between wallets, and choices. Rules 2 and 3."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from perplab.audit.book import Account, Book
from perplab.audit.exact import ZERO, down
from perplab.audit.hearing import Due, Expected
from perplab.audit.margin import exposure, free, initial, transferable
from perplab.audit.messages import Fact


def start_run(book: Book, _command: Fact) -> Due:
    """Expect the insurance fund's money to come in. Rule 15.2."""
    yield Expected("RunStarted", {"insurance_fund": book.settings.insurance_fund}, "15.2")


def end_run(_book: Book, _command: Fact) -> Due:
    """Expect the end."""
    yield Expected("RunEnded", {}, "20.6")


def open_account(book: Book, command: Fact) -> Due:
    """Expect a new account."""
    if command.account in book.accounts:
        body = {"account": command.account, "reason": "account_already_open"}
        yield Expected("AccountRejected", body, "18.12", "it is open already")
        return
    yield Expected("AccountOpened", dict(command.body), "2.1")


def open_holders(book: Book, command: Fact) -> Due:
    """Expect each new account with its position, or its refusal. Rule 13.8."""
    for holder in command["holders"]:
        cost = holder["entry_price"] * holder["quantity"]
        margin = initial(abs(cost), holder["leverage"]) if holder["leverage"] > 0 else ZERO
        names = {name: holder[name] for name in ("account", "symbol")}
        if reason := _of_holder(book, holder, margin):
            yield Expected("HolderRejected", names | {"reason": reason}, "13.8", reason)
            continue
        isolated = margin if holder["margin_mode"] == "isolated" else ZERO
        same = {name: holder[name] for name in ("margin_mode", "leverage", "quantity")}
        money = {"cost": cost, "futures": holder["futures"] - isolated, "isolated": isolated}
        yield Expected("HolderOpened", names | same | money, "13.8")


def _of_holder(book: Book, holder: Mapping[str, Any], margin: Fraction) -> str:
    if holder["account"] in book.accounts:
        return "account_already_open"
    instrument = book.instruments.get(holder["symbol"])
    if instrument is None:
        return "symbol_unknown"
    mark = book.prices[holder["symbol"]].mark
    if not mark:
        return "no_price_yet"
    if holder["entry_price"] <= 0:
        return "price_not_positive"
    if not holder["quantity"]:
        return "quantity_not_positive"
    if holder["quantity"] % instrument.step:
        return "quantity_off_step"
    if not 1 <= holder["leverage"] <= instrument.table.most_leverage:
        return "leverage_invalid"
    if abs(holder["quantity"]) * mark > instrument.table.cap_at(holder["leverage"]):
        return "position_exceeds_bracket_at_leverage"
    return "margin_insufficient" if holder["futures"] < margin else ""


def deposit(book: Book, command: Fact) -> Due:
    """Expect money to come in. Rule 2.2."""
    reason = _of_amount(book, command)
    if reason:
        yield _rejected(command, reason, ZERO)
        return
    yield Expected("Deposited", dict(command.body), "2.2")


def withdraw(book: Book, command: Fact) -> Due:
    """Expect money to go out, within its limit. Rule 2.3."""
    reason, limit = _of_leaving(book, command, command["wallet"])
    if reason:
        yield _rejected(command, reason, limit)
        return
    yield Expected("Withdrawn", dict(command.body), "2.3")


def transfer(book: Book, command: Fact) -> Due:
    """Expect money to move between wallets, within its limit. Rules 2.2, 2.3."""
    reason, limit = _of_leaving(book, command, command["source"])
    same = command["source"] == command["target"]
    if same and reason in {"", "balance_insufficient"}:
        reason = "same_wallet"
    if reason:
        yield _rejected(command, reason, limit)
        return
    yield Expected("Transferred", dict(command.body), "2.3")


def _rejected(command: Fact, reason: str, limit: Fraction) -> Expected:
    body = {"account": command.account, "reason": reason, "limit": limit}
    return Expected("TransferRejected", body, "2.3", reason)


def _of_amount(book: Book, command: Fact) -> str:
    if command.account not in book.accounts:
        return "account_unknown"
    return "amount_not_positive" if command["amount"] <= 0 else ""


def _of_leaving(book: Book, command: Fact, wallet: str) -> tuple[str, Fraction]:
    reason = _of_amount(book, command)
    if reason:
        return reason, ZERO
    account = book.accounts[command.account]
    limit = transferable(book, account) if wallet == "futures" else account.wallets[wallet]
    return ("balance_insufficient" if command["amount"] > limit else ""), limit


def set_leverage(book: Book, command: Fact) -> Due:
    """Expect a new leverage, or its refusal. Rule 3.5."""
    reason = _of_leverage(book, command)
    kind = "LeverageRejected" if reason else "LeverageSet"
    yield _choice(command, kind, reason, "3.5")


def set_margin_mode(book: Book, command: Fact) -> Due:
    """Expect a new margin mode, or its refusal. Rule 3.2."""
    reason = _of_margin_mode(book, command)
    kind = "MarginModeRejected" if reason else "MarginModeSet"
    yield _choice(command, kind, reason, "3.2")


def set_position_mode(book: Book, command: Fact) -> Due:
    """Expect a new position mode, or its refusal. Rule 3.3."""
    reason = _of_position_mode(book, command)
    kind = "PositionModeRejected" if reason else "PositionModeSet"
    yield _choice(command, kind, reason, "3.3")


def _choice(command: Fact, kind: str, reason: str, rule: str) -> Expected:
    body = dict(command.body) | ({"reason": reason} if reason else {})
    return Expected(kind, body, rule, reason or "nothing speaks against it")


def _of_leverage(book: Book, command: Fact) -> str:
    account, symbol = book.accounts.get(command.account), command.symbol
    if account is None:
        return "account_unknown"
    instrument = book.instruments.get(symbol)
    if instrument is None:
        return "symbol_unknown"
    wanted, now = command["leverage"], book.leverage_of(account, symbol)
    if not 1 <= wanted <= instrument.table.most_leverage:
        return "leverage_invalid"
    if account.isolated(symbol) and wanted < now and account.holds(symbol):
        return "leverage_reduction_with_isolated_position"
    if not book.prices[symbol].mark:
        return ""
    held, most = exposure(book, account, symbol)
    if most > instrument.table.cap_at(wanted):
        return "position_exceeds_bracket_at_leverage"
    return _of_affording(
        book, account, most - held if account.isolated(symbol) else most, now, wanted
    )


def _of_affording(book: Book, account: Account, size: Fraction, now: int, wanted: int) -> str:
    extra = initial(size, wanted) - initial(size, now)
    short = extra > 0 and extra > down(free(book, account))
    return "margin_insufficient_for_leverage" if short else ""


def _of_margin_mode(book: Book, command: Fact) -> str:
    account, symbol = book.accounts.get(command.account), command.symbol
    if account is None:
        return "account_unknown"
    if symbol not in book.instruments:
        return "symbol_unknown"
    if ("isolated" if account.isolated(symbol) else "cross") == command["margin_mode"]:
        return "margin_mode_unchanged"
    if any(order.symbol == symbol for order in account.orders.values()):
        return "margin_mode_with_open_orders"
    return "margin_mode_with_position" if account.holds(symbol) else ""


def _of_position_mode(book: Book, command: Fact) -> str:
    account = book.accounts.get(command.account)
    if account is None:
        return "account_unknown"
    if account.position_mode == command["position_mode"]:
        return "position_mode_unchanged"
    if account.orders:
        return "position_mode_with_open_orders"
    return "position_mode_with_position" if account.positions else ""
