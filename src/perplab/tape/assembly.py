"""Checked columns become streams and funding series, each with its report."""

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from perplab.domain.instrument import Kind
from perplab.tape import candles as candle
from perplab.tape.candles import Candles
from perplab.tape.clock import in_order, nanoseconds
from perplab.tape.errors import TapeError
from perplab.tape.naming import CandleKind, candle_kind_of
from perplab.tape.notes import counted, notes_on_ids
from perplab.tape.options import FileReport, Reading, ReadOptions
from perplab.tape.sheet import Sheet
from perplab.tape.stream import FundingSeries, Stream

Ints = NDArray[np.int64]

_NUMBERED = ("Binance aggTrades", "Binance trades")
"""The formats whose ids count a market's trades without a gap."""
_PATHS = {"low-first": "open, low, high, close", "high-first": "open, high, low, close"}


def price_stream(sheet: Sheet, kind: Kind, report: FileReport) -> Reading:
    """Return the trades or marks of a sheet. Raises TapeError at the first row that is not one."""
    price = sheet.prices("price")
    quantity = None
    if kind is Kind.TRADE and "quantity" in sheet:
        quantity = sheet.quantities("quantity")
    if "id" in sheet:
        sheet.refuse_duplicates("id")
        if report.format in _NUMBERED:
            report.notes += notes_on_ids(sheet, "id")
    return _stream(sheet, kind, report, price=price, quantity=quantity)


def quote_stream(sheet: Sheet, report: FileReport) -> Reading:
    """Return the quotes of a sheet. Raises TapeError at the first row that is not one."""
    bid, ask = sheet.prices("bid"), sheet.prices("ask")
    note_crossed(bid, ask, report)
    return _stream(sheet, Kind.QUOTE, report, price=bid, ask=ask)


def note_crossed(bid: Ints, ask: Ints, report: FileReport) -> None:
    """Note how many quotes have a bid at or above the ask."""
    if crossed := int(np.count_nonzero(bid >= ask)):
        quotes = counted(crossed, "quote has", "quotes have")
        report.notes.append(f"{quotes} a bid at or above the ask.")


def _stream(
    sheet: Sheet,
    kind: Kind,
    report: FileReport,
    *,
    price: Ints,
    ask: Ints | None = None,
    quantity: Ints | None = None,
) -> Reading:
    time_ns = nanoseconds(sheet)
    tie = sheet.numbers("tie") if "tie" in sheet else None
    order, report.resorted_rows = in_order(sheet, time_ns, tie)
    if order is not None:
        time_ns, price = time_ns[order], price[order]
        ask = None if ask is None else ask[order]
        quantity = None if quantity is None else quantity[order]
    stream = Stream(
        symbol=report.symbol,
        kind=kind,
        name=report.name,
        time_ns=time_ns,
        price=price,
        ask=ask,
        quantity=quantity,
    )
    return Reading(streams=[stream], reports=[filled(report, kind, time_ns)])


def funding_series(sheet: Sheet, report: FileReport, role: str = "rate") -> Reading:
    """Return the settlements of a sheet, each at its own time."""
    rate, time_ns = sheet.numbers(role), nanoseconds(sheet)
    order, report.resorted_rows = in_order(sheet, time_ns)
    if order is not None:
        rate, time_ns = rate[order], time_ns[order]
    if len(again := np.flatnonzero(np.diff(time_ns) == 0)):
        place = int(again[0]) + 1
        index = place if order is None else int(order[place])
        raise sheet.refusal("time", index, "one settlement at a time")
    series = FundingSeries(symbol=report.symbol, name=report.name, time_ns=time_ns, rate=rate)
    return Reading(funding=[series], reports=[filled(report, "funding", time_ns)])


def candle_stream(sheet: Sheet, options: ReadOptions, report: FileReport) -> Reading:
    """Return candles as prices, four each; or, where a rate stands in open, the settlements."""
    kind = _candle_kind(sheet.table.path, options)
    if kind == "funding":
        report.notes.append("The funding rate is read from the column open.")
        return funding_series(sheet, report, "open")
    trades = kind is Kind.TRADE and "volume" in sheet
    taken = Candles(
        time_ns=nanoseconds(sheet),
        open=sheet.prices("open"),
        high=sheet.prices("high"),
        low=sheet.prices("low"),
        close=sheet.prices("close"),
        volume=sheet.quantities("volume") if trades else None,
    )
    candle.check(sheet, taken)
    order, report.resorted_rows = in_order(sheet, taken.time_ns)
    taken = taken if order is None else taken.picked(order)
    close_ns = nanoseconds(sheet, "close_time") if "close_time" in sheet else None
    length = candle.interval(sheet, taken.time_ns, close_ns)
    if trades:
        taken = _traded(sheet, taken, report)
    time_ns, price, quantity = candle.ticks(taken, length, options.candle_path)
    candles = counted(len(taken), "candle", "candles")
    report.notes.append(
        f"{candles} of {length / 1e9:g} s: the path inside a candle is assumed "
        f"({_PATHS[options.candle_path]})."
    )
    stream = Stream(
        symbol=report.symbol,
        kind=kind,
        name=report.name,
        time_ns=time_ns,
        price=price,
        quantity=quantity,
    )
    return Reading(streams=[stream], reports=[filled(report, kind, time_ns)])


def _candle_kind(path: Path, options: ReadOptions) -> Kind | Literal["funding"]:
    kind: CandleKind = options.kind or candle_kind_of(path) or Kind.TRADE
    if kind == "index" or kind == "premium":  # noqa: PLR1714 - mypy narrows this, not `in`
        raise TapeError(
            path,
            found=f"candles of the {kind} price, by the name",
            expected="candles of trades or of the mark price",
            advice="To use them as the mark price, say so: --mark FILE.",
        )
    if kind is Kind.QUOTE:
        raise TapeError(path, found="candles", expected="quotes, as asked for")
    return kind


def _traded(sheet: Sheet, taken: Candles, report: FileReport) -> Candles:
    with_volume = candle.shareable(taken)
    if with_volume.all():
        return taken
    if not with_volume.any():
        raise TapeError(
            sheet.table.path,
            found="candles without any volume",
            expected="candles of trades",
            advice="If these are mark prices, say so: --mark FILE.",
        )
    quiet = int(np.count_nonzero(~with_volume))
    candles = counted(quiet, "candle without volume gives", "candles without volume give")
    report.notes.append(f"{candles} no trades.")
    return taken.picked(with_volume)


def filled(report: FileReport, kind: str, time_ns: Ints) -> FileReport:
    """Return the report with what the stream is and covers."""
    report.kind, report.rows = str(kind), len(time_ns)
    report.first_ns, report.last_ns = int(time_ns[0]), int(time_ns[-1])
    return report
