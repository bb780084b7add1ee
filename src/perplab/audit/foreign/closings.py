"""Closings: an account's own forced orders, against its positions, trades and ledger. Rule 14."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from perplab.audit.exact import UNIT, ZERO, written
from perplab.audit.foreign.dated import Brackets
from perplab.audit.foreign.forced import Closing, implied_of, lines_of, needed, verdict_of
from perplab.audit.foreign.layouts import Kind
from perplab.audit.foreign.ledger import NO_INCOME, NO_TRADES
from perplab.audit.foreign.positions import Positions, State
from perplab.audit.foreign.prices import Prices
from perplab.audit.foreign.records import Account, Income, Order, Snapshot
from perplab.audit.foreign.report import Report, right, unknown, wrong
from perplab.audit.verdict import Line, Liquidation, Verdict

CHECK = "forced-orders"
CLEARANCE = "INSURANCE_CLEAR"
NO_FORCED = "the account's forced orders: GET /fapi/v1/forceOrders (90 days at most)"
NO_MARGIN = (
    "the margin of the position: a snapshot (GET /fapi/v3/positionRisk) of it in isolated mode,"
    " from between its last change and the liquidation"
)
AROUND_NS = 60 * 10**9
"""How far from its liquidation an insurance clearance may be booked."""


def audit_forced(
    account: Account,
    positions: Positions,
    brackets: Brackets,
    prices: Prices,
    report: Report,
) -> list[Liquidation]:
    """Return a verdict on each forced order of an account, and report on all."""
    forced = [order for order in account.orders if order.forced and order.executed]
    if not forced and not {Kind.ORDERS, Kind.FORCED_ORDERS} & account.kinds:
        report.cannot(CHECK, NO_FORCED, counted=False)
    found = [_liquidation(order, account, positions, brackets, prices) for order in forced]
    for order, one in zip(forced, found, strict=True):
        _report(order, one, report)
    return found


def _liquidation(
    order: Order,
    account: Account,
    positions: Positions,
    brackets: Brackets,
    prices: Prices,
) -> Liquidation:
    state = positions.before(order.symbol, order.position_side, order.time_ns)
    covers = state.known and -order.side * state.quantity >= order.executed
    closing = Closing(
        order.symbol,
        order.time_ns,
        state.quantity if covers else -order.side * order.executed,
        order.price,
        order.average or None,
    )
    lines = [_position(order, state, account), *_reason(order, closing, brackets, prices)]
    if not order.deleveraged:
        lines.append(_bankruptcy(order, state, account.snapshots))
        lines += _clearance(order, account)
    told = tuple(lines)
    verdict = verdict_of(told)
    missing = dict.fromkeys(needed(one) for one in told if one.verdict is Verdict.CANNOT_TELL)
    return Liquidation(
        number=0,
        account="",
        symbol=order.symbol,
        side="short" if order.side > 0 else "long",
        time_ns=order.time_ns,
        verdict=verdict,
        lines=told,
        missing="; ".join(missing) if verdict is Verdict.CANNOT_TELL else "",
    )


def _reason(order: Order, closing: Closing, brackets: Brackets, prices: Prices) -> Iterator[Line]:
    """Yield what its prices say; of a deleveraging they say nothing of the account's own margin."""
    if order.deleveraged:
        text = "auto-deleveraging: the bankruptcy price of the account that was on the other side"
        yield unknown("deleveraging", text)
        return
    yield from lines_of(closing, implied_of(closing, brackets), prices)


def _position(order: Order, state: State, account: Account) -> Line:
    """Say whether the order closed what was held. Rule 14.3."""
    if not account.trades or not state.known:
        return unknown("position", NO_TRADES)
    held, closed = state.quantity, written(order.executed)
    if held * order.side >= 0 or abs(held) < order.executed:
        return wrong("position", f"it closed {closed} while {written(held)} was held")
    rest = abs(held) - order.executed
    kept = f", {written(rest)} of it stayed" if rest else ", all of it"
    return right("position", f"it closed {closed} of {written(held)} at {_entry(state)}{kept}")


def _entry(state: State) -> str:
    return f"an average entry of {written(state.entry)}"


def _bankruptcy(order: Order, state: State, snapshots: Sequence[Snapshot]) -> Line:
    """Compare the limit with the bankruptcy price of an isolated position. Rule 10.1."""
    known = [
        one
        for one in snapshots
        if (one.symbol, one.position_side) == (order.symbol, order.position_side)
        and state.time_ns <= one.time_ns < order.time_ns
        and one.quantity == state.quantity != 0
    ]
    wallet = known[-1].wallet if known else None
    if wallet is None or not state.known:
        return unknown("bankruptcy-price", NO_MARGIN)
    price = (state.cost - wallet) / state.quantity
    text = (
        f"entry {written(state.entry)} and isolated wallet {written(wallet)} make a bankruptcy"
        f" price of {written(price)}; the limit is {written(order.price)}"
    )
    unit = max(abs(price) * Fraction(1, 10**5), UNIT)
    if abs(price - order.price) <= unit:
        return right("bankruptcy-price", text)
    return unknown(
        "bankruptcy-price",
        f"{text}; needed: what moved the margin between snapshot and liquidation, funding say",
    )


def _clearance(order: Order, account: Account) -> Iterator[Line]:
    """Say what the insurance fund took: at most what was left of the equity. Rule 14.5."""
    if not account.income:
        yield unknown("clearance-fee", NO_INCOME)
        return
    lines = [line for line in account.income if _is_beside(line, order)]
    taken = -sum((line.amount for line in lines), ZERO)
    notional = order.executed * order.average
    left = -order.side * (order.average - order.price) * order.executed
    text = f"{written(taken)} to the insurance fund, of {written(left)} left after the fill"
    if taken > 0 and notional:
        share = Fraction(round(taken / notional * 10**6), 10**4)
        text += f": {written(share)}% of the notional"
    if taken <= max(left, ZERO) + UNIT:
        yield right("clearance-fee", text)
    else:
        yield wrong("clearance-fee", f"{text}: more than was left")


def _is_beside(line: Income, order: Order) -> bool:
    near = abs(line.time_ns - order.time_ns) <= AROUND_NS
    return near and line.type == CLEARANCE and line.symbol in (order.symbol, "")


def _report(order: Order, found: Liquidation, report: Report) -> None:
    for line in found.lines:
        if line.verdict is Verdict.VIOLATED:
            report.violated(
                CHECK,
                line.text,
                rule="14",
                time_ns=order.time_ns,
                symbol=order.symbol,
                row=order.row,
            )
        elif line.verdict is Verdict.CANNOT_TELL:
            report.cannot(
                CHECK,
                needed(line),
                time_ns=order.time_ns,
                symbol=order.symbol,
                row=order.row,
                counted=False,
            )
    if all(line.verdict is not Verdict.VIOLATED for line in found.lines):
        report.right(CHECK)


def _covers(orders: Sequence[Order], time_ns: int) -> bool:
    """Return whether the orders given are of a time that holds this one."""
    if not orders:
        return False
    return orders[0].time_ns - AROUND_NS <= time_ns <= orders[-1].time_ns + AROUND_NS


def check_insurance(account: Account, report: Report) -> None:
    """Report insurance clearances that stand beside no liquidation. Rule 14.5."""
    if not account.income:
        report.cannot("insurance", NO_INCOME, counted=False)
        return
    forced = [order for order in account.orders if order.forced]
    for line in account.income:
        if line.type != CLEARANCE:
            continue
        if any(_is_beside(line, order) for order in forced):
            report.right("insurance")
        elif not _covers(account.orders, line.time_ns):
            report.cannot(
                "insurance", NO_FORCED, time_ns=line.time_ns, symbol=line.symbol, row=line.row
            )
        else:
            report.violated(
                "insurance",
                "money was taken for the insurance fund within a minute of no forced order",
                found=written(line.amount),
                rule="14.5",
                time_ns=line.time_ns,
                symbol=line.symbol,
                row=line.row,
            )
