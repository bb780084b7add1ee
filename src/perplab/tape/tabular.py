"""Tables to streams: the layout is recognised, the columns loaded, the market found."""

from pathlib import Path

import numpy as np

from perplab.domain.instrument import Kind
from perplab.tape.assembly import candle_stream, filled, funding_series, price_stream, quote_stream
from perplab.tape.csv_table import CsvTable
from perplab.tape.errors import TapeError
from perplab.tape.layouts import Layout, layout_of
from perplab.tape.market import one_symbol
from perplab.tape.notes import counted
from perplab.tape.options import FileReport, Reading, ReadOptions
from perplab.tape.sheet import Sheet, Table, load
from perplab.tape.ticker import settlements


def read_table(table: Table, options: ReadOptions) -> Reading:
    """Return the streams or funding of a table. Raises TapeError where it cannot be used."""
    layout = layout_of(table, options)
    _refuse_liquidations(table.path, layout)
    sheet = load(table, layout.roles)
    notes = _notes_on_end(table, layout)
    if "flag" in sheet:
        sheet.refuse_no_flags("flag")
    sheet, symbol = one_symbol(sheet, options, notes)
    report = FileReport(name=table.path.name, format=layout.format, symbol=symbol, notes=notes)
    match layout.shape:
        case "candles":
            return candle_stream(sheet, options, report)
        case "ticker":
            return _ticker(sheet, options, report)
        case "quotes":
            _demand(table.path, options, Kind.QUOTE, "quotes")
            return quote_stream(sheet, report)
        case "funding":
            _demand(table.path, options, "funding", "funding rates")
            return funding_series(sheet, report)
        case "trades" | "marks":
            kind = _price_kind(layout, options)
            _demand(table.path, options, kind, f"{kind} prices")
            return price_stream(sheet, kind, report)


def _price_kind(layout: Layout, options: ReadOptions) -> Kind:
    """Return what bare prices are: a mark if they say so, or if the reader does."""
    named = layout.format == "named columns"
    if layout.shape == "marks" or (named and options.kind is Kind.MARK):
        return Kind.MARK
    return Kind.TRADE


def _ticker(sheet: Sheet, options: ReadOptions, report: FileReport) -> Reading:
    """Return the mark stream and the settlements of a Tardis derivative_ticker."""
    path = sheet.table.path
    reading = Reading()
    if options.kind != "funding":
        _demand(path, options, Kind.MARK, "mark prices and funding")
        marked = sheet.frame["price"].is_not_null().to_numpy()
        if not marked.any():
            raise TapeError(path, found="no mark price in any row", expected="mark prices")
        if skipped := int(np.count_nonzero(~marked)):
            rows = counted(skipped, "row without a mark price is", "rows without a mark price are")
            report.notes.append(f"{rows} left out.")
        reading = price_stream(sheet.picked(marked), Kind.MARK, report)
    funding = settlements(sheet, report.symbol, report.name)
    if funding is not None and options.kind != Kind.MARK:
        reading.funding.append(funding)
        rates = FileReport(name=report.name, format=report.format, symbol=report.symbol)
        rates.notes.append("A settlement's rate is the last one stated before it.")
        reading.reports.append(filled(rates, "funding", funding.time_ns))
    elif options.kind == "funding":
        raise TapeError(path, found="no settlement inside the recording", expected="funding rates")
    return reading


def _demand(path: Path, options: ReadOptions, kind: Kind | str, what: str) -> None:
    if options.kind is not None and options.kind != kind:
        raise TapeError(path, found=what, expected=f"{options.kind} prices, as asked for")


def _refuse_liquidations(path: Path, layout: Layout) -> None:
    """Tell Tardis' liquidations by the file's name: their columns are those of trades."""
    if layout.format == "Tardis trades" and "_liquidations_" in path.name:
        raise TapeError(
            path, found="Tardis liquidations, by the name", expected="trades, quotes or marks"
        )


def _notes_on_end(table: Table, layout: Layout) -> list[str]:
    """Refuse a last row that was cut inside its last cell; note one that could have been."""
    if not isinstance(table, CsvTable) or table.ends_with_line_break:
        return []
    if table.names[-1] != layout.roles.get("flag"):
        return ["The file does not end with a line break: its last row could be cut."]
    cell = table.last_cell()
    if cell.strip('"').lower() in ("true", "false", "1", "0"):
        return []
    raise TapeError(
        table.path,
        column=table.names[-1],
        found=f"{cell!r} at the end of the file",
        expected="true or false",
        advice="The file is cut short.",
    )
