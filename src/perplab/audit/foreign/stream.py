"""Stream: the audit of Binance's public forced orders, as anybody may have recorded them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from perplab.audit.exact import written
from perplab.audit.foreign.content import Content
from perplab.audit.foreign.dated import Brackets
from perplab.audit.foreign.forced import (
    Closing,
    distance,
    implied_of,
    lines_of,
    needed,
    verdict_of,
)
from perplab.audit.foreign.importing import forced_of
from perplab.audit.foreign.prices import Prices
from perplab.audit.foreign.records import Forced
from perplab.audit.foreign.report import Report
from perplab.audit.foreign.rows import Row
from perplab.audit.verdict import Line, Liquidation, Verdict
from perplab.tape.errors import TapeError
from perplab.tape.naming import symbol_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A forced order, and how far its fill was from the price that its limit implies.

    `away` is a share, below zero where the fill was worse; None where it is not known.
    `first_rate` is the maintenance rate of the symbol's first bracket, None without brackets;
    `dated` says whether they were in force that day.
    """

    order: Forced
    away: Fraction | None
    first_rate: Fraction | None
    dated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """The forced orders of some recordings, each once, in the order of time."""

    orders: tuple[Forced, ...]
    rows: int
    notes: tuple[str, ...]

    @property
    def repeated(self) -> int:
        """Return how many rows were duplicates."""
        return self.rows - len(self.orders)


def read_stream(contents: Sequence[Content]) -> Stream:
    """Return the orders of these recordings, duplicates left out. Raises `TapeError` for bad rows.

    Two rows are duplicates if all that the exchange said is the same in both.
    """
    kept: dict[object, Forced] = {}
    notes = []
    for content in contents:
        before = len(kept)
        for row in content.rows:
            order = forced_of(row, _named(row))
            kept.setdefault(_identity(order), order)
        repeated = len(content.rows) - (len(kept) - before)
        if repeated:
            name, rows = content.path.name, len(content.rows)
            notes.append(f"{name}: {repeated:,} of {rows:,} rows are duplicates and were left out")
    return Stream(
        orders=tuple(sorted(kept.values(), key=lambda order: order.time_ns)),
        rows=sum(len(content.rows) for content in contents),
        notes=tuple(notes),
    )


def _named(row: Row) -> str:
    """Return the symbol that the file's name says, of a file without a column for it."""
    if row.text("symbol"):
        return ""
    symbol = symbol_of(row.path.name)
    if symbol is None:
        raise TapeError(
            row.path,
            found="no column symbol, and no symbol in the name",
            expected="a symbol, as in BTCUSDT-liquidationSnapshot-2023-06-01.csv",
        )
    return symbol


def _identity(order: Forced) -> object:
    return (
        *(order.symbol, order.side, order.time_ns, order.quantity, order.limit),
        *(order.average, order.last, order.total),
    )


def audit_stream(
    stream: Stream, brackets: Brackets, prices: Prices, report: Report
) -> tuple[list[Liquidation], list[Seen]]:
    """Report on every order; return a verdict on each, and what the study counts."""
    liquidations, seen = [], []
    for order in stream.orders:
        check_form(order, report)
        closing = Closing(
            order.symbol,
            order.time_ns,
            order.position * order.quantity,
            order.limit,
            order.average,
        )
        implied = implied_of(closing, brackets)
        lines = tuple(lines_of(closing, implied, prices))
        _report(order, lines, report)
        liquidations.append(_liquidation(order, lines))
        known = implied is not None and order.average is not None
        away = distance(closing, implied) if known and implied is not None else None
        table = brackets.table(order.symbol, order.time_ns)
        rate = table.rows[0].rate if table else None
        dated = implied is not None and implied.dated
        seen.append(Seen(order=order, away=away, first_rate=rate, dated=dated))
    return liquidations, seen


def check_form(order: Forced, report: Report) -> None:
    """Report an order that is not what a liquidation places: a limit order, immediate or cancel."""
    faults = []
    if order.type not in {"LIMIT", ""}:
        faults.append(f"its type is {order.type}")
    if order.tif not in {"IOC", ""}:
        faults.append(f"its time in force is {order.tif}")
    if not order.last <= order.total <= order.quantity:
        faults.append(
            f"{written(order.last)} filled last, {written(order.total)} in all,"
            f" of {written(order.quantity)}"
        )
    if order.status == "FILLED" and order.total != order.quantity:
        faults.append(f"it is FILLED with {written(order.total)} of {written(order.quantity)}")
    if not faults:
        report.right("stream-form")
        return
    report.violated(
        "stream-form",
        "; ".join(faults),
        rule="14.4",
        time_ns=order.time_ns,
        symbol=order.symbol,
        row=order.row,
    )


def _report(order: Forced, lines: tuple[Line, ...], report: Report) -> None:
    for line in lines:
        if line.check == "mark-range":
            continue
        if line.verdict is Verdict.CONFIRMED:
            report.right(line.check)
        elif line.verdict is Verdict.VIOLATED:
            report.violated(
                line.check,
                line.text,
                rule="14.4",
                time_ns=order.time_ns,
                symbol=order.symbol,
                row=order.row,
            )
        else:
            report.cannot(
                line.check,
                needed(line),
                time_ns=order.time_ns,
                symbol=order.symbol,
                row=order.row,
            )


def _liquidation(order: Forced, lines: tuple[Line, ...]) -> Liquidation:
    verdict = verdict_of(lines)
    missing = [needed(line) for line in lines if line.verdict is Verdict.CANNOT_TELL]
    return Liquidation(
        number=0,
        account="",
        symbol=order.symbol,
        side="long" if order.position > 0 else "short",
        time_ns=order.time_ns,
        verdict=verdict,
        lines=lines,
        missing="; ".join(dict.fromkeys(missing)) if verdict is Verdict.CANNOT_TELL else "",
    )
