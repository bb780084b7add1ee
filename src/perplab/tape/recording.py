"""Raw recordings of Binance's streams as hftbacktest's collector writes them: `<ns> <json>`.

Trades and best bids and asks are taken, at the exchange's time; everything else is counted.
"""

import json
import re
import textwrap
from collections.abc import Mapping

import numpy as np
import polars as pl

from perplab.domain.instrument import Kind
from perplab.domain.numbers import shown
from perplab.tape.assembly import price_stream, quote_stream
from perplab.tape.errors import TapeError
from perplab.tape.exact import fault_in, units_of_texts
from perplab.tape.market import one_symbol
from perplab.tape.notes import counted
from perplab.tape.options import FileReport, Reading, ReadOptions
from perplab.tape.sheet import Sheet
from perplab.tape.source import Source

_LINE = r"^[0-9]{18,19} \{.*\}\r?$"
_FIRST_LINE = re.compile(rb"\d{18,19} \{")

_EVENTS: Mapping[Kind, tuple[str, Mapping[str, str]]] = {
    Kind.QUOTE: ("bookTicker", {"time": "T", "bid": "b", "ask": "a", "tie": "u", "symbol": "s"}),
    Kind.TRADE: (
        "trade",
        {"time": "T", "price": "p", "quantity": "q", "tie": "t", "id": "t", "symbol": "s"},
    ),
}
_NUMBERS = {"T", "u", "t"}
_UNITS = {"bid", "ask", "price", "quantity"}
_MARKET = "MARKET"


def is_recording(source: Source) -> bool:
    """Return whether a text begins like a recording."""
    return source.content == "text" and _FIRST_LINE.match(source.data[:32]) is not None


class Recording:
    """The lines of a recording, numbered from 1."""

    def __init__(self, source: Source) -> None:
        self.path = source.path
        data = source.data
        self.lines = (
            pl.scan_csv(
                data if isinstance(data, bytes) else self.path,
                has_header=False,
                schema={"line": pl.String},
                separator="\x1f",
                quote_char=None,
                glob=False,
            )
            .with_row_index("row")
            .collect()
        )
        bad = ~self.lines["line"].fill_null("").str.contains(_LINE)
        if bad.any():
            self._refuse_line(int(bad.arg_true()[0]))

    def row_of(self, place: int) -> int:
        """Return the number of a line."""
        return place + 1

    def cell(self, column: str, index: int) -> str:
        """Return a member of a line's message, for error messages."""
        message = json.loads(str(self.lines["line"][index]).partition(" ")[2])
        return str(message["data"].get(column, ""))

    def messages(self, event: str, members: set[str]) -> pl.DataFrame:
        """Return the row and the members of each message of one event."""
        shape = pl.Struct(
            {member: pl.Int64() if member in _NUMBERS else pl.String() for member in members}
        )
        lines = self.lines.filter(pl.col("line").str.contains(f'"e":"{event}"', literal=True))
        texts = lines["line"].str.strip_chars_end("\r").str.splitn(" ", 2).struct.field("field_1")
        try:
            data = texts.str.json_decode(pl.Struct({"data": shape})).struct.field("data")
        except pl.exceptions.PolarsError as error:
            self._refuse_message(lines)
            raise TapeError(
                self.path, found=f"messages that do not decode ({error})", expected=event
            ) from error
        return data.struct.unnest().with_columns(lines["row"])

    def _refuse_line(self, index: int) -> None:
        last = index == self.lines.height - 1
        line = self.lines["line"][index] or ""
        raise TapeError(
            self.path,
            row=index + 1,
            found=repr(textwrap.shorten(line, 60)),
            expected="a time in ns and a JSON message",
            advice="The file is cut short." if last else "",
        )

    def _refuse_message(self, lines: pl.DataFrame) -> None:
        for row, line in lines.iter_rows():
            try:
                json.loads(line.partition(" ")[2])
            except ValueError:
                self._refuse_line(row)


def read_recording(source: Source, options: ReadOptions) -> Reading:
    """Return the quotes and trades of a recording. Raises TapeError where it cannot be used."""
    recording = Recording(source)
    reading, seen = Reading(), 0
    for kind, (event, roles) in _EVENTS.items():
        frame = recording.messages(event, {*roles.values(), *({"X"} if "price" in roles else ())})
        seen += frame.height
        if frame.is_empty() or options.kind not in (None, kind):
            continue
        notes = ["Times are the exchange's (T), not those of the recording computer."]
        if "X" in frame.columns:
            frame = _of_the_market(frame, notes)
        sheet = Sheet(
            table=recording,
            roles=roles,
            frame=_by_role(recording, frame, roles),
            rows=frame["row"].to_numpy().astype(np.int64),
        )
        sheet, symbol = one_symbol(sheet, options, notes)
        report = FileReport(
            name=source.path.name, format="hftbacktest recording", symbol=symbol, notes=notes
        )
        if kind is Kind.TRADE:
            part = price_stream(sheet, kind, report)
        else:
            part = quote_stream(sheet, report)
        reading.streams += part.streams
        reading.reports += part.reports
    if not reading.streams:
        wanted = options.kind or "quotes or trades"
        raise TapeError(source.path, found=f"a recording without {wanted}", expected=str(wanted))
    if others := recording.lines.height - seen:
        left = counted(others, "message of another kind is", "messages of other kinds are")
        reading.reports[0].notes.append(f"{left} left out.")
    return reading


def _of_the_market(frame: pl.DataFrame, notes: list[str]) -> pl.DataFrame:
    """Leave out trades with the insurance fund and of deleveraging, which are not at the market."""
    market = frame.filter(pl.col("X").is_null() | (pl.col("X") == _MARKET))
    if left := frame.height - market.height:
        trades = counted(left, "trade is", "trades are")
        notes.append(f"{trades} left out: outside the market (X is not MARKET).")
    return market


def _by_role(recording: Recording, frame: pl.DataFrame, roles: Mapping[str, str]) -> pl.DataFrame:
    columns = []
    for role, member in roles.items():
        column = frame[member]
        if role in _UNITS:
            column = _units(recording, frame, column)
        columns.append(column.alias(role))
    return pl.DataFrame(columns)


def _units(recording: Recording, frame: pl.DataFrame, texts: pl.Series) -> pl.Series:
    units, fault = units_of_texts(texts)
    if fault is not None:
        raise TapeError(
            recording.path,
            row=int(frame["row"][fault]) + 1,
            column=texts.name,
            found=shown(texts[fault]),
            expected=f"an exact decimal number: {fault_in(texts[fault])}",
        )
    return units
