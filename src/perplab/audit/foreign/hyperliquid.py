"""Hyperliquid: liquidations of its historical files against trades, deposits and withdrawals."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from perplab.audit.exact import ZERO, written
from perplab.audit.foreign.content import Content
from perplab.audit.foreign.forced import percent
from perplab.audit.foreign.layouts import Kind
from perplab.audit.foreign.report import Report, right, unknown, wrong
from perplab.audit.foreign.rows import Row
from perplab.audit.verdict import Line, Liquidation, Verdict

AGREES = Fraction(1, 100)
"""Notionals agree within 1%: one is at the mark, the other at the fill."""
ROUNDING = Fraction(1, 50_000)
"""Prices have five significant digits, so that a notional may be off by up to 0.002%."""
NO_EVENTS = "what was liquidated: liquidations.csv"
NO_TRADES = "the trades of these users: non_mm_trades.csv"
NO_LEDGER = "the deposits and withdrawals of these users: non_mm_ledger_updates.csv"
NO_MARKS = "the mark price of each coin: the account was long and short at once"
NO_CROSS = "which part of the notional was isolated: the file gives one figure for the account"
NO_COSTS = "fees and funding: the files hold neither, and the account's own transfers only"


class Fill(NamedTuple):
    """A trade of a user: signed quantity, price in USD."""

    time_ns: int
    coin: str
    quantity: Fraction
    price: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A liquidation as it was listed: notional and account value in USD, at the mark."""

    row: Row
    time_ns: int
    user: str
    notional: Fraction
    value: Fraction
    cross: bool


class Users:
    """Trades, deposits and withdrawals by user, in the order of time."""

    def __init__(self, contents: Sequence[Content]) -> None:
        self._fills: defaultdict[str, list[Fill]] = defaultdict(list)
        self._moved: defaultdict[str, list[tuple[int, Fraction]]] = defaultdict(list)
        self.kinds = {content.kind for content in contents}
        for content in contents:
            for row in content.rows:
                if content.kind is Kind.HL_TRADES:
                    self._fills[row.text("user")].append(_fill(row))
                elif content.kind is Kind.HL_LEDGER:
                    moved = row.time_ns(), row.number_of("amount")
                    self._moved[row.text("user")].append(moved)
        for fills in self._fills.values():
            fills.sort(key=lambda fill: fill.time_ns)

    def before(self, user: str, time_ns: int) -> list[Fill]:
        """Return a user's trades before a time."""
        fills = self._fills.get(user, [])
        return fills[: bisect_left(fills, time_ns, key=lambda fill: fill.time_ns)]

    def at(self, user: str, time_ns: int) -> list[Fill]:
        """Return a user's trades of that very second."""
        fills = self._fills.get(user, [])
        start = bisect_left(fills, time_ns, key=lambda fill: fill.time_ns)
        return fills[start : bisect_right(fills, time_ns, key=lambda fill: fill.time_ns)]

    def moved(self, user: str, time_ns: int) -> Fraction:
        """Return what a user had deposited less what was withdrawn, up to a time."""
        moved = self._moved.get(user, [])
        return sum((amount for at, amount in moved if at <= time_ns), ZERO)


def _fill(row: Row) -> Fill:
    return Fill(
        row.time_ns(),
        row.text("coin"),
        row.side() * row.positive("quantity"),
        row.positive("price"),
    )


def events_of(contents: Sequence[Content]) -> list[Event]:
    """Return the listed liquidations."""
    return [
        Event(
            row=row,
            time_ns=row.time_ns(),
            user=row.text("user"),
            notional=row.positive("notional"),
            value=row.number_of("value"),
            cross=row.text("margin").lower() == "cross",
        )
        for content in contents
        if content.kind is Kind.HL_LIQUIDATIONS
        for row in content.rows
    ]


def audit_hyperliquid(contents: Sequence[Content], report: Report) -> list[Liquidation]:
    """Return a verdict on each listed liquidation, and report on all."""
    users = Users(contents)
    found, events = [], events_of(contents)
    for check in ("hl-positions", "hl-takeover", "hl-equity"):
        if not events:
            report.cannot(check, NO_EVENTS, counted=False)
    for event in events:
        lines = tuple(_lines(event, users))
        for line in lines:
            _report(event, line, report)
        found.append(_liquidation(event, lines, users))
    return found


def _lines(event: Event, users: Users) -> Iterator[Line]:
    """Yield what can be said of a liquidation."""
    if Kind.HL_TRADES not in users.kinds:
        yield unknown("hl-positions", NO_TRADES)
        return
    held = _held(users.before(event.user, event.time_ns))
    closing = _by_coin(users.at(event.user, event.time_ns))
    yield _notional(event, held, closing)
    yield _takeover(event, held, closing)
    yield _equity(event, users, held, closing)


def _held(fills: Sequence[Fill]) -> dict[str, Fraction]:
    held: defaultdict[str, Fraction] = defaultdict(lambda: ZERO)
    for fill in fills:
        held[fill.coin] += fill.quantity
    return {coin: quantity for coin, quantity in held.items() if quantity}


def _by_coin(fills: Sequence[Fill]) -> dict[str, Fill]:
    """Return the fills of a second as one for each coin, at their average price."""
    closing: dict[str, Fill] = {}
    for fill in fills:
        if (other := closing.get(fill.coin)) is None:
            closing[fill.coin] = fill
            continue
        quantity = other.quantity + fill.quantity
        value = other.quantity * other.price + fill.quantity * fill.price
        if quantity:
            closing[fill.coin] = fill._replace(quantity=quantity, price=value / quantity)
    return closing


def _notional(event: Event, held: dict[str, Fraction], closing: dict[str, Fill]) -> Line:
    """Compare the liquidated notional with that of the rebuilt positions at the fills."""
    named = ", ".join(f"{written(quantity)} {coin}" for coin, quantity in sorted(held.items()))
    closed = {coin for coin, fill in closing.items() if held.get(coin) == -fill.quantity}
    total = sum((abs(held[coin]) * closing[coin].price for coin in closed), ZERO)
    off = abs(total / event.notional - 1)
    text = (
        f"the trades make {named or 'nothing'}; {', '.join(sorted(closed)) or 'nothing'} was closed"
        f" whole for {written(total)}, listed {written(event.notional)}: {percent(off)} apart"
    )
    if off <= AGREES and (closed == set(held) or not event.cross):
        return right("hl-positions", text)
    if event.cross:
        return wrong("hl-positions", text)
    return unknown("hl-positions", f"{text}; needed: {NO_CROSS}")


def _takeover(event: Event, held: dict[str, Fraction], closing: dict[str, Fill]) -> Line:
    """Compare the fills with the bankruptcy price: where the account value is gone. Rule 10.1.

    A long is worth its notional at the mark; sold at the bankruptcy price it brings the account
    value less. For a short it is the account value more.
    """
    sides = {held.get(coin, ZERO) > 0 for coin in closing}
    if len(sides) != 1:
        return unknown("hl-takeover", NO_MARKS)
    side = 1 if sides.pop() else -1
    total = sum((abs(fill.quantity) * fill.price for fill in closing.values()), ZERO)
    due = event.notional - side * event.value
    text = (
        f"account value {written(event.value)} is {percent(event.value / event.notional)} of the"
        f" notional; without it {written(due)}, taken over for {written(total)}"
    )
    if abs(total - due) <= event.notional * ROUNDING:
        return right("hl-takeover", f"{text}: the bankruptcy price")
    if event.cross:
        return wrong("hl-takeover", text)
    return unknown("hl-takeover", f"{text}; needed: {NO_CROSS}")


def _equity(
    event: Event, users: Users, held: dict[str, Fraction], closing: dict[str, Fill]
) -> Line:
    """Say what deposits and trades make of the equity after the takeover, which should be zero."""
    if Kind.HL_LEDGER not in users.kinds:
        return unknown("hl-equity", NO_LEDGER)
    paid = sum(
        (fill.quantity * fill.price for fill in users.before(event.user, event.time_ns)), ZERO
    )
    worth = sum((held.get(coin, ZERO) * fill.price for coin, fill in closing.items()), ZERO)
    moved = users.moved(event.user, event.time_ns)
    text = f"deposits {written(moved)} and trades leave {written(moved - paid + worth)} after it"
    return unknown("hl-equity", f"{text}; needed: {NO_COSTS}")


def _report(event: Event, line: Line, report: Report) -> None:
    if line.verdict is Verdict.CONFIRMED:
        report.right(line.check)
    elif line.verdict is Verdict.VIOLATED:
        report.violated(
            line.check, line.text, time_ns=event.time_ns, account=event.user, row=event.row
        )
    else:
        missing = line.text.rpartition("; needed: ")[2]
        report.cannot(line.check, missing, time_ns=event.time_ns, row=event.row)


def _liquidation(event: Event, lines: tuple[Line, ...], users: Users) -> Liquidation:
    """Return the verdict: of positions and takeover, as the equity can never be told."""
    verdicts = [line.verdict for line in lines if line.check != "hl-equity"]
    verdict = Verdict.CONFIRMED
    for worse in (Verdict.CANNOT_TELL, Verdict.VIOLATED):
        verdict = worse if worse in verdicts else verdict
    held = _held(users.before(event.user, event.time_ns))
    sides = {"long" if quantity > 0 else "short" for quantity in held.values()}
    missing = [
        line.text.rpartition("; needed: ")[2]
        for line in lines
        if line.verdict is Verdict.CANNOT_TELL and line.check != "hl-equity"
    ]
    return Liquidation(
        number=0,
        account=event.user,
        symbol=next(iter(held)) if len(held) == 1 else "",
        side=sides.pop() if len(sides) == 1 else "",
        time_ns=event.time_ns,
        verdict=verdict,
        lines=lines,
        missing="; ".join(dict.fromkeys(missing)) if verdict is Verdict.CANNOT_TELL else "",
    )
