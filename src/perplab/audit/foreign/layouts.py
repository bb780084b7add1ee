"""Layouts: the kinds of foreign files, told apart by the names of their columns or keys."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a foreign file holds."""

    TRADES = "Binance USDⓈ-M trades of an account"
    INCOME = "Binance USDⓈ-M income of an account"
    ORDERS = "Binance USDⓈ-M orders of an account"
    FORCED_ORDERS = "Binance USDⓈ-M forced orders of an account"
    POSITIONS = "Binance USDⓈ-M position snapshots of an account"
    FUNDING_RATES = "Binance USDⓈ-M funding rates with mark prices"
    FORCED_STREAM = "Binance's public stream of forced orders"
    HL_LIQUIDATIONS = "Hyperliquid liquidations"
    HL_TRADES = "Hyperliquid trades"
    HL_LEDGER = "Hyperliquid deposits and withdrawals"
    HL_DELEVERAGED = "Hyperliquid auto-deleveraging events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A kind's fields: for each the names that its column may have, plain (see `plain`)."""

    kind: Kind
    required: Mapping[str, tuple[str, ...]]
    optional: Mapping[str, tuple[str, ...]]

    def columns(self, names: Collection[str]) -> dict[str, str] | None:
        """Return the written name of each field that is there, None if a required one is not."""
        written = {plain(name): name for name in names}
        found = {}
        for field, known in (*self.required.items(), *self.optional.items()):
            here = [written[name] for name in known if name in written]
            if here:
                found[field] = here[0]
            elif field in self.required:
                return None
        return found

    def describe(self) -> str:
        """Return the fields that it needs, in words."""
        return ", ".join("/".join(names) for names in self.required.values())


_TIME = ("time", "timeutc", "dateutc", "date")
_UID = ("uid", "userid")
_ORDER_ID = ("orderid", "orderno")

LAYOUTS = (
    Layout(
        kind=Kind.HL_LIQUIDATIONS,
        required={
            "time": ("time",),
            "user": ("user",),
            "notional": ("liquidatedntlpos",),
            "value": ("liquidatedaccountvalue",),
            "margin": ("leveragetype",),
        },
        optional={},
    ),
    Layout(
        kind=Kind.HL_DELEVERAGED,
        required={
            "time": ("time",),
            "user": ("user",),
            "coin": ("coin",),
            "price": ("adlprice",),
            "closed": ("adlsize",),
            "held": ("positionsize",),
            "entry": ("entryprice",),
            "profit": ("positionunrealizedpnl",),
            "notional": ("adlnotional",),
        },
        optional={},
    ),
    Layout(
        kind=Kind.HL_TRADES,
        required={
            "time": ("time",),
            "user": ("user",),
            "coin": ("coin",),
            "side": ("side",),
            "price": ("px",),
            "quantity": ("sz",),
        },
        optional={},
    ),
    Layout(
        kind=Kind.HL_LEDGER,
        required={"time": ("time",), "user": ("user",), "amount": ("deltausd",)},
        optional={},
    ),
    Layout(
        kind=Kind.FORCED_STREAM,
        required={
            "side": ("side",),
            "quantity": ("originalquantity", "origquantity"),
            "price": ("price",),
            "average": ("averageprice", "avgprice"),
            "status": ("orderstatus", "status"),
            "last": ("orderlastfilledquantity", "lastfillquantity", "lastfilledquantity"),
            "total": (
                "orderfilledaccumulatedquantity",
                "accumulatedfillquantity",
                "accumulatedfilledquantity",
            ),
            "time": ("ordertradetime", "tradetime", "time"),
        },
        optional={
            "symbol": ("symbol",),
            "type": ("ordertype", "type"),
            "tif": ("timeinforce",),
        },
    ),
    Layout(
        kind=Kind.FUNDING_RATES,
        required={
            "symbol": ("symbol",),
            "time": ("fundingtime",),
            "rate": ("fundingrate",),
            "mark": ("markprice",),
        },
        optional={},
    ),
    Layout(
        kind=Kind.POSITIONS,
        required={
            "symbol": ("symbol",),
            "quantity": ("positionamt",),
            "entry": ("entryprice",),
            "liquidation": ("liquidationprice",),
        },
        optional={
            "side": ("positionside",),
            "margin_type": ("margintype",),
            "wallet": ("isolatedwallet",),
            "margin": ("isolatedmargin",),
            "profit": ("unrealizedprofit",),
            "time": ("time", "updatetime"),
        },
    ),
    Layout(
        kind=Kind.TRADES,
        required={
            "time": _TIME,
            "symbol": ("symbol", "pair"),
            "side": ("side",),
            "price": ("price",),
            "quantity": ("quantity", "qty"),
            "fee": ("fee", "commission"),
            "realized": ("realizedprofit", "realizedpnl"),
        },
        optional={
            "uid": _UID,
            "position_side": ("positionside",),
            "fee_asset": ("commissionasset", "feecoin", "feeasset"),
            "maker": ("maker",),
            "trade_id": ("tradeid", "id"),
            "order_id": _ORDER_ID,
        },
    ),
    Layout(
        kind=Kind.INCOME,
        required={
            "time": _TIME,
            "type": ("type", "incometype"),
            "amount": ("amount", "income"),
            "asset": ("asset", "currency"),
            "symbol": ("symbol",),
        },
        optional={
            "uid": _UID,
            "trade_id": ("tradeid",),
            "transaction_id": ("transactionid", "tranid"),
        },
    ),
    Layout(
        kind=Kind.ORDERS,
        required={
            "time": _TIME,
            "symbol": ("symbol",),
            "side": ("side",),
            "type": ("type", "ordertype"),
            "price": ("price",),
            "average": ("averageprice", "avgprice"),
            "quantity": ("origqty", "originalquantity", "amount", "quantity"),
            "executed": ("executedqty", "executedquantity", "executedamount", "executed"),
            "status": ("status",),
        },
        optional={
            "uid": _UID,
            "position_side": ("positionside",),
            "order_id": _ORDER_ID,
            "client_id": ("clientorderid",),
        },
    ),
)
"""In the order in which they are tried: of two that fit, the one that asks for more comes first."""

EVENT = {
    "s": "symbol",
    "S": "side",
    "o": "type",
    "f": "tif",
    "q": "quantity",
    "p": "price",
    "ap": "average",
    "X": "status",
    "l": "last",
    "z": "total",
    "T": "time",
}
"""Field of each key in the `o` of a forceOrder event. API docs: Liquidation Order Streams."""
HEADERLESS = (
    "symbol",
    "side",
    "type",
    "tif",
    "quantity",
    "price",
    "average",
    "status",
    "last",
    "total",
    "time",
    "notional",
)
"""The columns of recordings without a header: the stream's own order, then price * quantity."""


def plain(name: str) -> str:
    """Return a column's name without case, blanks and signs.

    >>> plain("Date(UTC)"), plain("realizedPnl")
    ('dateutc', 'realizedpnl')
    """
    return "".join(letter for letter in name.lower() if letter.isalnum())


def layout_of(names: Collection[str]) -> Layout | None:
    """Return the layout that columns of these names have, or None."""
    return next((layout for layout in LAYOUTS if layout.columns(names) is not None), None)
