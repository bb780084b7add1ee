"""hftbacktest's .npz: one structured array of events, of which trades and best quotes are taken.

Field `ev` holds the event in its low byte and flags in its high bits; times are the exchange's.
"""

import io
import zipfile

import numpy as np
import polars as pl
from numpy.typing import NDArray

from perplab.domain.instrument import Kind
from perplab.tape.assembly import filled, note_crossed, price_stream
from perplab.tape.clock import in_order, nanoseconds
from perplab.tape.errors import TapeError
from perplab.tape.frame_table import FrameTable
from perplab.tape.market import symbol_for
from perplab.tape.notes import counted
from perplab.tape.options import FileReport, Reading, ReadOptions
from perplab.tape.sheet import Sheet, load
from perplab.tape.source import Source
from perplab.tape.stream import Stream

_EVENT = 0xFF
_TRADE = 2
_BEST_QUOTE = 5
_AT_EXCHANGE = 1 << 31
_BUY = 1 << 29
_FIELDS = ("ev", "exch_ts", "px", "qty")


def read_npz(source: Source, options: ReadOptions) -> Reading:
    """Return the trades and best quotes of an .npz. Raises TapeError where it cannot be used."""
    events = _events(source)
    symbol = symbol_for(source.path, options)
    flags = events["ev"].astype(np.uint64)
    event = flags & np.uint64(_EVENT)
    at_exchange = (flags & np.uint64(_AT_EXCHANGE)) != 0
    if not at_exchange.any():
        at_exchange[:] = True
    reading = Reading()
    for kind, code in ((Kind.QUOTE, _BEST_QUOTE), (Kind.TRADE, _TRADE)):
        places = np.flatnonzero(at_exchange & (event == code))
        if not len(places) or options.kind not in (None, kind):
            continue
        report = FileReport(name=source.path.name, format="hftbacktest npz", symbol=symbol)
        sheet = _sheet(source, events, places)
        part = (
            price_stream(sheet, kind, report)
            if kind is Kind.TRADE
            else _quotes(sheet, (flags[places] & np.uint64(_BUY)) != 0, report)
        )
        reading.streams += part.streams
        reading.reports += part.reports
    if not reading.streams:
        wanted = str(options.kind or "trade or best-quote")
        raise TapeError(
            source.path, found=f"no {wanted} events", expected=f"{wanted} events of the exchange"
        )
    others = int(np.count_nonzero((event != _TRADE) & (event != _BEST_QUOTE)))
    if others:
        left = counted(others, "event of another kind is", "events of other kinds are")
        reading.reports[0].notes.append(f"{left} left out.")
    if local := int(np.count_nonzero(~at_exchange)):
        left = counted(local, "event of local time only is", "events of local time only are")
        reading.reports[0].notes.append(f"{left} left out.")
    return reading


def _events(source: Source) -> NDArray[np.void]:
    try:
        with np.load(io.BytesIO(source.stored[:]), allow_pickle=False) as archive:
            events: NDArray[np.void] = archive["data"]
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise TapeError(
            source.path,
            found=f"no readable array ({error})",
            expected='an .npz with the array "data"',
        ) from error
    names = events.dtype.names or ()
    if missing := [name for name in _FIELDS if name not in names]:
        raise TapeError(
            source.path, found=f"no field {', '.join(missing)}", expected=", ".join(_FIELDS)
        )
    return events


def _sheet(source: Source, events: NDArray[np.void], places: NDArray[np.int64]) -> Sheet:
    chosen = events[places]
    frame = pl.DataFrame({name: np.ascontiguousarray(chosen[name]) for name in _FIELDS[1:]})
    table = FrameTable(source.path, frame, places)
    return load(table, {"time": "exch_ts", "price": "px", "quantity": "qty"})


def _quotes(sheet: Sheet, is_bid: NDArray[np.bool_], report: FileReport) -> Reading:
    """Return quotes of events that each state one side: the last of each moment counts."""
    time_ns, price = nanoseconds(sheet), sheet.prices("price")
    order, report.resorted_rows = in_order(sheet, time_ns)
    if order is not None:
        time_ns, price, is_bid = time_ns[order], price[order], is_bid[order]
    sides = pl.DataFrame({"time_ns": time_ns, "price": price, "is_bid": is_bid}).select(
        "time_ns",
        bid=pl.when("is_bid").then("price").forward_fill(),
        ask=pl.when(~pl.col("is_bid")).then("price").forward_fill(),
    )
    whole = sides.filter(pl.col("time_ns") != pl.col("time_ns").shift(-1, fill_value=-1))
    whole = whole.drop_nulls()
    if whole.is_empty():
        raise TapeError(sheet.table.path, found="one side of the book", expected="bids and asks")
    if merged := len(sheet) - whole.height:
        events = counted(merged, "event is", "events are")
        report.notes.append(f"{events} one side of a quote that later events complete.")
    bid, ask = whole["bid"].to_numpy(), whole["ask"].to_numpy()
    note_crossed(bid, ask, report)
    stream = Stream(
        symbol=report.symbol,
        kind=Kind.QUOTE,
        name=report.name,
        time_ns=whole["time_ns"].to_numpy(),
        price=bid,
        ask=ask,
    )
    return Reading(streams=[stream], reports=[filled(report, Kind.QUOTE, stream.time_ns)])
