"""Fold: what each fact changes in the book, whether it should have happened or not."""

from collections.abc import Callable
from fractions import Fraction

from perplab.audit.book import Account, Book, Order, Pool, Position
from perplab.audit.brackets import Table
from perplab.audit.exact import ZERO
from perplab.audit.messages import Fact

_GROWN = ("PositionOpened", "PositionIncreased")
_SHRUNK = ("PositionReduced", "PositionClosed")
_ORDER_EVENTS = (
    *("OrderAmended", "OrderTriggered", "OrderQueued", "OrderFilled", "OrderCanceled"),
    "OrderExpired",
)
_POSITION_EVENTS = (
    *_SHRUNK,
    *("AutoAddMarginSet", "MarginAdded", "MarginReduced", "MarginAutoAdded", "FundingPaid"),
)
_OF_ALL = ("RunStarted", "RunEnded", "FundingRejected", "BracketsChanged", "BracketsRejected")


def missing_subject(book: Book, fact: Fact) -> str | None:
    """Return what a fact speaks of that does not exist, None if all of it does.

    A fact without its subject cannot be folded.
    """
    if fact.symbol and fact.symbol not in book.instruments and not fact.type.endswith("Rejected"):
        return f"the market {fact.symbol!r}"
    if fact.type == "BracketsChanged" and (fault := Table(fact["brackets"]).fault()):
        return f"a sound bracket table: {fault}"
    if fact.type in _OF_ALL or fact.type.endswith("Rejected"):
        return None
    account = book.accounts.get(fact.account)
    if fact.type in {"AccountOpened", "HolderOpened"}:
        return "a name that is not taken" if account else None
    if account is None:
        return f"the account {fact.account!r}"
    if fact.type in _ORDER_EVENTS and fact["order_id"] not in account.orders:
        return f"the open order {fact['order_id']!r}"
    if fact.type == "OrderAccepted" and fact["order_id"] in account.orders:
        return f"a free order ID in place of {fact['order_id']!r}"
    moves = fact.type in _POSITION_EVENTS or _moves_isolated(fact)
    if moves and (fact.symbol, fact["position_side"]) not in account.positions:
        return f"the position {fact.symbol} {fact['position_side']}"
    return None


def _moves_isolated(fact: Fact) -> bool:
    if fact.type == "LiquidationFeeCharged":
        return bool(fact["margin_mode"] == "isolated")
    if fact.type == "BankruptcyCovered":
        return bool(fact.symbol)
    moved = fact.type == "LiquidationEnded" and fact.symbol
    return bool(moved and (fact["returned"] or fact["forfeited"]))


def fold(book: Book, fact: Fact) -> Fraction:
    """Apply a fact and return by how much its postings miss zero. Rule 1.4."""
    change = _CHANGES.get(fact.type)
    if change is not None:
        change(book, fact)
    if fact.type == "BracketsChanged":
        book.touched.update(dict.fromkeys(book.accounts))
    elif fact.account in book.accounts:
        book.touched[fact.account] = None
    if fact.type not in _GROWN + _SHRUNK:
        return ZERO
    realized = fact.body.get("realized_pnl", ZERO)
    return Fraction(fact["isolated"] + fact["futures"] + fact["fee"] - realized)


def _account(book: Book, fact: Fact) -> Account:
    return book.accounts[fact.account]


def _position(book: Book, fact: Fact) -> Position:
    return book.accounts[fact.account].positions[fact.symbol, fact["position_side"]]


def _move(book: Book, fact: Fact, source: str, target: str, amount: Fraction) -> None:
    """Move money between two places: a wallet, `isolated`, or a book of the exchange."""
    _add(book, fact, source, -amount)
    _add(book, fact, target, amount)


def _add(book: Book, fact: Fact, place: str, amount: Fraction) -> None:
    if place in book.ledger:
        book.ledger[place] += amount
    elif place == "isolated":
        _position(book, fact).margin += amount
    else:
        _account(book, fact).wallets[place] += amount


def _margin_place(fact: Fact) -> str:
    return "isolated" if fact["margin_mode"] == "isolated" else "futures"


def _grow(book: Book, fact: Fact) -> None:
    positions = _account(book, fact).positions
    key = fact.symbol, fact["position_side"]
    held = positions.setdefault(key, Position(fact["margin_mode"]))
    held.quantity += fact["quantity"]
    held.cost += fact["cost"]
    _post_position(book, fact, ZERO)


def _shrink(book: Book, fact: Fact) -> None:
    _post_position(book, fact, fact["realized_pnl"])
    account, held = _account(book, fact), _position(book, fact)
    held.quantity += fact["quantity"]
    held.cost += fact["cost"]
    if fact.type == "PositionClosed":
        held.auto_add = held.called = False
        _drop_if_empty(book, fact)
        if not account.in_cross:
            account.called = False


def _post_position(book: Book, fact: Fact, realized: Fraction) -> None:
    _add(book, fact, "isolated", fact["isolated"])
    _add(book, fact, "futures", fact["futures"])
    _add(book, fact, "market", -realized)
    _add(book, fact, "fees", fact["fee"])


def _drop_if_empty(book: Book, fact: Fact) -> None:
    positions = _account(book, fact).positions
    key = fact.symbol, fact["position_side"]
    held = positions.get(key)
    if held is not None and not held.quantity and not held.margin:
        del positions[key]


def _open_account(book: Book, fact: Fact) -> None:
    number = len(book.accounts)
    book.accounts[fact.account] = Account(fact.account, number, fact["position_mode"])


def _open_holder(book: Book, fact: Fact) -> None:
    account = Account(fact.account, len(book.accounts), "one_way")
    account.leverage[fact.symbol] = fact["leverage"]
    if fact["margin_mode"] == "isolated":
        account.margin_mode[fact.symbol] = "isolated"
    account.positions[fact.symbol, "both"] = Position(
        fact["margin_mode"], fact["quantity"], fact["cost"], fact["isolated"]
    )
    book.accounts[fact.account] = account
    book.ledger["outside"] -= fact["isolated"]
    _move(book, fact, "outside", "futures", fact["futures"])


def _accept(book: Book, fact: Fact) -> None:
    body = dict(fact.body)
    order = Order(remaining=body["quantity"], **body)
    _account(book, fact).orders[order.order_id] = order
    book.orders[order.number] = order
    book.next_number = order.number + 1


def _trigger(book: Book, fact: Fact) -> None:
    order = _account(book, fact).orders[fact["order_id"]]
    order.triggered = True
    if fact["number"]:
        _requeue(book, order, fact["number"])


def _amend(book: Book, fact: Fact) -> None:
    order = _account(book, fact).orders[fact["order_id"]]
    order.remaining += fact["quantity"] - order.quantity
    order.price, order.quantity, order.ahead = fact["price"], fact["quantity"], ZERO
    _requeue(book, order, fact["number"])


def _requeue(book: Book, order: Order, number: int) -> None:
    book.orders.pop(order.number, None)
    order.number = number
    book.orders[number] = order
    book.next_number = number + 1


def _queue(book: Book, fact: Fact) -> None:
    _account(book, fact).orders[fact["order_id"]].ahead = fact["ahead"]


def _fill(book: Book, fact: Fact) -> None:
    _account(book, fact).orders[fact["order_id"]].remaining = fact["remaining"]
    if not fact["remaining"]:
        _remove(book, fact)


def _remove(book: Book, fact: Fact) -> None:
    order = _account(book, fact).orders.pop(fact["order_id"])
    book.orders.pop(order.number, None)


def _call(book: Book, fact: Fact) -> None:
    pool = Pool(fact.account, fact.symbol, fact["position_side"])
    book.set_called(pool, called=fact.type == "MarginCalled")


def _cover(book: Book, fact: Fact) -> None:
    place = "isolated" if fact.symbol else "futures"
    _move(book, fact, "insurance", place, fact["amount"] - fact["exchange"])
    _move(book, fact, "outside", place, fact["exchange"])
    _drop_if_empty(book, fact)


def _end_liquidation(book: Book, fact: Fact) -> None:
    place = "isolated" if fact.symbol else "futures"
    if fact["returned"]:
        _move(book, fact, place, "futures", fact["returned"])
    if fact["forfeited"]:
        _move(book, fact, place, "insurance", fact["forfeited"])
    _drop_if_empty(book, fact)


def _choose(book: Book, fact: Fact) -> None:
    account = _account(book, fact)
    match fact.type:
        case "LeverageSet":
            account.leverage[fact.symbol] = fact["leverage"]
        case "MarginModeSet":
            account.margin_mode[fact.symbol] = fact["margin_mode"]
        case "PositionModeSet":
            account.position_mode = fact["position_mode"]
        case _:
            _position(book, fact).auto_add = fact["on"]


def _start(book: Book, fact: Fact) -> None:
    _move(book, fact, "outside", "insurance", fact["insurance_fund"])
    book.started = True


def _end(book: Book, _fact: Fact) -> None:
    book.ended = True


def _change_brackets(book: Book, fact: Fact) -> None:
    book.instruments[fact.symbol].table = Table(fact["brackets"])


_CHANGES: dict[str, Callable[[Book, Fact], None]] = {
    "RunStarted": _start,
    "RunEnded": _end,
    "AccountOpened": _open_account,
    "HolderOpened": _open_holder,
    "Deposited": lambda b, f: _move(b, f, "outside", f["wallet"], f["amount"]),
    "Withdrawn": lambda b, f: _move(b, f, f["wallet"], "outside", f["amount"]),
    "Transferred": lambda b, f: _move(b, f, f["source"], f["target"], f["amount"]),
    "LeverageSet": _choose,
    "MarginModeSet": _choose,
    "PositionModeSet": _choose,
    "AutoAddMarginSet": _choose,
    "MarginAdded": lambda b, f: _move(b, f, "futures", "isolated", f["amount"]),
    "MarginAutoAdded": lambda b, f: _move(b, f, "futures", "isolated", f["amount"]),
    "MarginReduced": lambda b, f: _move(b, f, "isolated", "futures", f["amount"]),
    "OrderAccepted": _accept,
    "OrderAmended": _amend,
    "OrderTriggered": _trigger,
    "OrderQueued": _queue,
    "OrderFilled": _fill,
    "OrderCanceled": _remove,
    "OrderExpired": _remove,
    "PositionOpened": _grow,
    "PositionIncreased": _grow,
    "PositionReduced": _shrink,
    "PositionClosed": _shrink,
    "MarginCalled": _call,
    "MarginCallCleared": _call,
    "LiquidationFeeCharged": lambda b, f: _move(b, f, _margin_place(f), "insurance", f["amount"]),
    "PositionTakenOver": lambda b, f: _move(b, f, "market", "insurance", f["result"]),
    "BankruptcyCovered": _cover,
    "LiquidationEnded": _end_liquidation,
    "FundingPaid": lambda b, f: _move(b, f, "market", _margin_place(f), f["amount"]),
    "BracketsChanged": _change_brackets,
}
