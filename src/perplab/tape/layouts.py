"""The table layouts that are recognised, by the columns that only they have."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from perplab.tape.csv_table import NUMBER, CsvTable
from perplab.tape.errors import TapeError
from perplab.tape.options import ROLES, ReadOptions
from perplab.tape.sheet import Table

Shape = Literal["trades", "quotes", "marks", "funding", "candles", "ticker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A format: its name, what its rows are, and which column plays which role.

    `also` are columns that must be there besides the roles'; `header` is the whole header of
    a format that comes without one.
    """

    format: str
    shape: Shape
    roles: Mapping[str, str]
    also: Sequence[str] = ()
    header: Sequence[str] = field(default=())

    def fits(self, names: Sequence[str]) -> bool:
        """Return whether these columns are this layout's."""
        return {*self.roles.values(), *self.also} <= set(names)


_OHLC = {"open": "open", "high": "high", "low": "low", "close": "close", "volume": "volume"}
_TARDIS = {"time": "timestamp", "symbol": "symbol"}
_TARDIS_ALSO = ("exchange", "local_timestamp")

LAYOUTS: Sequence[Layout] = (
    Layout(
        format="Binance aggTrades",
        shape="trades",
        roles={
            "time": "transact_time",
            "price": "price",
            "quantity": "quantity",
            "id": "agg_trade_id",
            "flag": "is_buyer_maker",
        },
        header=(
            "agg_trade_id", "price", "quantity", "first_trade_id", "last_trade_id",
            "transact_time", "is_buyer_maker", "is_best_match",
        ),
    ),
    Layout(
        format="Binance trades",
        shape="trades",
        roles={
            "time": "time",
            "price": "price",
            "quantity": "qty",
            "id": "id",
            "flag": "is_buyer_maker",
        },
        also=("quote_qty",),
        header=("id", "price", "qty", "quote_qty", "time", "is_buyer_maker", "is_best_match"),
    ),
    Layout(
        format="Binance bookTicker",
        shape="quotes",
        roles={
            "time": "transaction_time",
            "bid": "best_bid_price",
            "ask": "best_ask_price",
            "tie": "update_id",
        },
        header=(
            "update_id", "best_bid_price", "best_bid_qty", "best_ask_price", "best_ask_qty",
            "transaction_time", "event_time",
        ),
    ),
    Layout(
        format="Binance klines",
        shape="candles",
        roles={"time": "open_time", "close_time": "close_time", **_OHLC},
        header=(
            "open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume",
            "count", "taker_buy_volume", "taker_buy_quote_volume", "ignore",
        ),
    ),
    Layout(
        format="Binance fundingRate",
        shape="funding",
        roles={"time": "calc_time", "rate": "last_funding_rate"},
        header=("calc_time", "funding_interval_hours", "last_funding_rate"),
    ),
    Layout(
        format="Tardis trades",
        shape="trades",
        roles={**_TARDIS, "price": "price", "quantity": "amount", "id": "id"},
        also=_TARDIS_ALSO,
    ),
    Layout(
        format="Tardis quotes",
        shape="quotes",
        roles={**_TARDIS, "bid": "bid_price", "ask": "ask_price"},
        also=_TARDIS_ALSO,
    ),
    Layout(
        format="Tardis derivative_ticker",
        shape="ticker",
        roles={
            **_TARDIS,
            "price": "mark_price",
            "rate": "funding_rate",
            "funding_time": "funding_timestamp",
        },
        also=_TARDIS_ALSO,
    ),
    Layout(
        format="Tardis book_snapshot",
        shape="quotes",
        roles={**_TARDIS, "bid": "bids[0].price", "ask": "asks[0].price"},
        also=_TARDIS_ALSO,
    ),
    Layout(
        format="minute candles",
        shape="candles",
        roles={"time": "open_time_ms", **_OHLC},
    ),
    Layout(format="freqtrade candles", shape="candles", roles={"time": "date", **_OHLC}),
)  # fmt: skip

_UNUSABLE: Sequence[tuple[str, set[str]]] = (
    ("Binance bookDepth (sums of depth, no prices)", {"timestamp", "percentage", "depth"}),
    ("Binance metrics (open interest and ratios, no prices)", {"sum_open_interest"}),
    ("a Binance liquidationSnapshot (forced orders only)", {"order_type", "order_status"}),
    ("a Tardis incremental book (changes, no best prices)", {"is_snapshot", "side", "amount"}),
)

_GENERIC: Mapping[str, Sequence[str]] = {
    "time": ("time_ns", "time", "timestamp"),
    "price": ("price",),
    "mark": ("mark_price",),
    "quantity": ("quantity", "qty", "size", "amount"),
    "bid": ("bid", "bid_price"),
    "ask": ("ask", "ask_price"),
    "rate": ("rate", "funding_rate"),
    "id": ("trade_id",),
    "symbol": ("symbol",),
    **{name: (name,) for name in _OHLC},
}

_TIME = re.compile(r"\d{13}|\d{16}|\d{19}", re.ASCII)
_FLAG = re.compile(r"[Tt]rue|[Ff]alse")
_BARE_TIMES = {"transact_time", "time", "transaction_time", "event_time", "open_time",
               "close_time", "calc_time"}  # fmt: skip
_BARE_FLAGS = {"is_buyer_maker", "is_best_match"}


def layout_of(table: Table, options: ReadOptions) -> Layout:
    """Return the layout of a table, with a header or without. Raises TapeError if unknown."""
    if options.columns is not None:
        return _named(table, options.columns)
    if not table.has_header:
        assert isinstance(table, CsvTable)
        return _bare(table)
    for layout in LAYOUTS:
        if layout.fits(table.names):
            return layout
    for what, columns in _UNUSABLE:
        if columns <= set(table.names):
            raise TapeError(table.path, found=what, expected="trades, quotes, marks or candles")
    roles = {
        role: name
        for role, names in _GENERIC.items()
        for name in reversed(names)
        if name in table.names
    }
    shape = _shape(set(roles))
    if shape is None or "time" not in roles:
        raise _unknown(table)
    if "mark" in roles:
        roles["price"] = roles.pop("mark")
    return Layout(format="named columns", shape=shape, roles=roles)


def _named(table: Table, columns: Mapping[str, str]) -> Layout:
    for role, name in columns.items():
        if role not in ROLES:
            raise TapeError(
                table.path, found=f"the role {role!r} in --columns", expected=", ".join(ROLES)
            )
        if name not in table.names:
            raise TapeError(
                table.path,
                column=name,
                found="no such column",
                expected=f"one of {_listed(table.names)}",
            )
    shape = _shape(set(columns))
    if shape is None or "time" not in columns:
        raise TapeError(
            table.path,
            found=f"--columns with {', '.join(columns)}",
            expected="time and one of: price; bid and ask; rate; open, high, low and close",
        )
    return Layout(format="named columns", shape=shape, roles=dict(columns))


def _shape(roles: set[str]) -> Shape | None:
    if {"open", "high", "low", "close"} <= roles:
        return "candles"
    if {"bid", "ask"} <= roles:
        return "quotes"
    if "mark" in roles:
        return "marks"
    if "price" in roles:
        return "trades"
    return "funding" if "rate" in roles else None


def _bare(table: CsvTable) -> Layout:
    """Return Binance's layout of a file without header, whose columns get their names."""
    width = len(table.names)
    for layout in LAYOUTS:
        least = len(layout.header) - ("is_best_match" in layout.header)
        header = layout.header[:width]
        if least <= width == len(header) and _matches(header, table.head[0]):
            table.names = list(header)
            return layout
    raise _unknown(table)


def _matches(header: Sequence[str], cells: Sequence[str]) -> bool:
    for name, cell in zip(header, cells, strict=True):
        pattern = _TIME if name in _BARE_TIMES else _FLAG if name in _BARE_FLAGS else NUMBER
        if name != "ignore" and not pattern.fullmatch(cell):
            return False
    return bool(header)


def _unknown(table: Table) -> TapeError:
    what = "columns" if table.has_header else "no header, and columns"
    cells = table.names if table.has_header else table.head[0]  # type: ignore[union-attr]
    return TapeError(
        table.path,
        row=1,
        found=f"{what} {_listed(cells)}",
        expected="a known format",
        advice="Say which column is what, for example --columns time=ts,price=px,quantity=size "
        "(or bid=,ask= / rate= / open=,high=,low=,close=); "
        "columns without a header are named 1, 2, 3.",
    )


def _listed(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
