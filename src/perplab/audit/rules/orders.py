"""Orders: what becomes of the commands that place, amend and cancel them. Rules 18, 19.3, 19.8."""

from perplab.audit.book import Account, Book, Order
from perplab.audit.exact import up
from perplab.audit.hearing import Due, Expected
from perplab.audit.market import crosses
from perplab.audit.messages import Fact
from perplab.audit.rules.admission import (
    order_of,
    refusal,
    refusal_of_amendment,
    refusal_of_margin,
)
from perplab.audit.rules.trades import canceled, expired, fillable, take

_KEPT = (
    *("account", "symbol", "order_id", "number", "side", "order_type", "quantity"),
    *("position_side", "price", "trigger_price", "trigger_on", "time_in_force", "reduce_only"),
    *("close_position", "callback_rate", "activation_price", "extreme", "price_protect"),
    "good_till_ns",
)


def place(book: Book, command: Fact) -> Due:
    """Expect an order's acceptance and what it trades at once, or its refusal."""
    reason = refusal(book, command)
    names = {name: command[name] for name in ("account", "symbol", "order_id")}
    if reason:
        wanted = Expected("OrderRejected", names | {"reason": reason}, "18.12", reason)
    else:
        order = order_of(book, command)
        terms = {name: getattr(order, name) for name in _KEPT}
        wanted = Expected("OrderAccepted", terms, "18.4", "nothing speaks against it")
    fact = yield wanted
    if fact is None or fact.type != "OrderAccepted":
        return
    accepted = book.orders.get(fact["number"])
    if accepted is None:
        return
    if accepted.order_type == "market":
        yield from take(book, accepted)
    elif accepted.order_type == "limit":
        yield from arrive(book, accepted)


def arrive(book: Book, order: Order) -> Due:
    """Expect what a limit order does as it comes to the book. Rules 18.1, 19.3, 19.8."""
    if crosses(book, order):
        yield from take(book, order)
    elif order.time_in_force == "ioc":
        yield expired(order, "ioc_rest", "18.1", "it may not wait")
    elif order.time_in_force == "fok":
        yield expired(order, "cannot_fill_at_once", "18.6", "it cannot be filled at once")
    elif book.settings.limit_fill == "queue" and book.settings.queue_ahead:
        ahead = up(book.settings.queue_ahead / order.price)
        yield queued(order, ahead, "so much is assumed to rest before it")


def arrive_triggered(book: Book, order: Order) -> Due:
    """Expect what a triggered order does, with the checks it was spared until then. Rule 18.6."""
    if not fillable(book, order):
        yield expired(order, "no_position", "18.6", "there is nothing that it could close")
        return
    refused = refusal_of_margin(book, book.accounts[order.account], order)
    if refused:
        beyond = refused == "position_exceeds_bracket_at_leverage"
        why = "bracket_exceeded" if beyond else "margin_insufficient"
        yield expired(order, why, "18.6", "it cannot be paid, or its bracket forbids it")
        return
    yield from arrive(book, order) if order.limited else take(book, order)


def queued(order: Order, ahead: object, why: str) -> Expected:
    """Return the fact that says how much is ahead of a resting order. Rule 19.8."""
    body = {"account": order.account, "symbol": order.symbol, "order_id": order.order_id}
    return Expected("OrderQueued", body | {"ahead": ahead}, "19.8", why)


def amend(book: Book, command: Fact) -> Due:
    """Expect an amendment and what the order then trades, or its refusal. Rule 18.8."""
    account = book.accounts.get(command.account)
    reason = refusal_of_amendment(book, account, command) if account else "account_unknown"
    names = {"account": command.account, "order_id": command["order_id"]}
    order = account.orders.get(command["order_id"]) if account else None
    if reason or order is None:
        yield Expected("AmendmentRejected", names | {"reason": reason}, "18.8", str(reason))
        return
    if command["quantity"] <= order.quantity - order.remaining:
        yield canceled(order, "amended_away", "18.8", "so much has traded already")
        return
    fact = yield Expected(
        "OrderAmended",
        names
        | {
            "symbol": order.symbol,
            "number": book.next_number,
            "price": command["price"],
            "quantity": command["quantity"],
        },
        "18.8",
        "nothing speaks against it",
    )
    if fact is None or fact.type != "OrderAmended":
        return
    if order.time_in_force == "gtx" and crosses(book, order):
        yield canceled(order, "amended_away", "18.8", "it would take")
        return
    yield from arrive(book, order)


def cancel(book: Book, command: Fact) -> Due:
    """Expect the end of one order."""
    account = book.accounts.get(command.account)
    order = account.orders.get(command["order_id"]) if account else None
    if order is None:
        reason = "order_unknown" if account else "account_unknown"
        names = {"account": command.account, "order_id": command["order_id"], "reason": reason}
        yield Expected("CancellationRejected", names, "18.12", "there is no such order")
        return
    yield canceled(order, "user", "18.8", "its account asked for it")


def cancel_all(book: Book, command: Fact) -> Due:
    """Expect the end of all of an account's orders of a symbol. Rule 18.8."""
    account = book.accounts.get(command.account)
    if account is None or command.symbol not in book.instruments:
        reason = "symbol_unknown" if account else "account_unknown"
        names = {"account": command.account, "order_id": "", "reason": reason}
        yield Expected("CancellationRejected", names, "18.12", reason)
        return
    yield from _cancel_those(account, command.symbol)


def _cancel_those(account: Account, symbol: str) -> Due:
    for order in list(account.orders.values()):
        if order.symbol == symbol:
            yield canceled(order, "user", "18.8", "its account asked for it")


def expire_due(book: Book, _command: Fact) -> Due:
    """Expect the end of every good-till-date order whose time has come. Rule 18.11."""
    for order in list(book.orders.values()):
        if 0 < order.good_till_ns <= book.time_ns:
            yield expired(order, "good_till_date", "18.11", "its time has come")
