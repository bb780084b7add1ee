"""A small account as the API tells it: two buys, a sale, funding, then a liquidation."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perplab.audit.foreign import audit_files
from perplab.audit.verdict import Audit, CheckResult
from perplab.tables.dated import built_in

NINE = 1_756_717_200_000
"""2025-09-01 09:00:00 UTC, in ms; the built-in brackets of BTCUSDT are in force by then."""
MINUTE = 60_000
Rows = list[dict[str, Any]]


def trade(at: int, name: int, side: str, price: str, quantity: str, **more: Any) -> dict[str, Any]:
    return {
        "symbol": "BTCUSDT",
        "id": name,
        "orderId": 100 + name,
        "side": side,
        "price": price,
        "qty": quantity,
        "realizedPnl": "0",
        "commissionAsset": "USDT",
        "time": NINE + at * MINUTE,
        "positionSide": "BOTH",
        "maker": False,
        **more,
    }


def income(at: int, kind: str, amount: str, name: str = "") -> dict[str, Any]:
    return {
        "symbol": "BTCUSDT",
        "incomeType": kind,
        "income": amount,
        "asset": "USDT",
        "time": NINE + at * MINUTE,
        "tranId": 9_000 + at,
        "tradeId": name,
    }


def order(
    at: int, name: int, side: str, average: str, quantity: str, **more: Any
) -> dict[str, Any]:
    return {
        "orderId": 100 + name,
        "symbol": "BTCUSDT",
        "status": "FILLED",
        "clientOrderId": f"web_{name}",
        "price": "0",
        "avgPrice": average,
        "origQty": quantity,
        "executedQty": quantity,
        "timeInForce": "GTC",
        "type": "MARKET",
        "side": side,
        "positionSide": "BOTH",
        "time": NINE + at * MINUTE,
        **more,
    }


def trades() -> Rows:
    """Bought 0.1 at 60,000 and 0.1 at 61,000: an entry of 60,500."""
    return [
        trade(0, 1, "BUY", "60000", "0.100", commission="3.00000000"),
        trade(1, 2, "BUY", "61000", "0.100", commission="1.22000000", maker=True),
        trade(2, 3, "SELL", "62000", "0.050", commission="1.55000000", realizedPnl="75.00000000"),
        trade(
            90, 4, "SELL", "57725.4", "0.150", commission="4.32940500", realizedPnl="-416.19000000"
        ),
    ]


def ledger() -> Rows:
    """0.15 held at 61,000.5 pays 0.91500750 of funding; 29.480595 is left after the last fee."""
    return [
        income(-5, "TRANSFER", "1000"),
        income(0, "COMMISSION", "-3.00000000", "1"),
        income(1, "COMMISSION", "-1.22000000", "2"),
        income(2, "COMMISSION", "-1.55000000", "3"),
        income(2, "REALIZED_PNL", "75.00000000", "3"),
        income(60, "FUNDING_FEE", "-0.91500750"),
        income(90, "COMMISSION", "-4.32940500", "4"),
        income(90, "REALIZED_PNL", "-416.19000000", "4"),
        income(90, "INSURANCE_CLEAR", "-29.48059500"),
    ]


def orders() -> Rows:
    return [
        order(0, 1, "BUY", "60000.00", "0.100"),
        order(1, 2, "BUY", "61000.00", "0.100"),
        order(2, 3, "SELL", "62000.00", "0.050"),
    ]


def forced() -> Rows:
    """The bankruptcy price is 60,500 - 450 / 0.15 = 57,500; it implies 57,730.92."""
    return [
        order(
            90,
            4,
            "SELL",
            "57725.40000",
            "0.150",
            price="57500",
            clientOrderId="autoclose-1756722600000000020",
            type="LIMIT",
            timeInForce="IOC",
        )
    ]


def snapshots() -> Rows:
    """57,500 / (1 - 0.004) = 57,730.923694779..., with half up 57,730.92369478."""
    return [
        {
            "symbol": "BTCUSDT",
            "positionAmt": "0.150",
            "entryPrice": "60500.0",
            "markPrice": "61000.50000000",
            "unRealizedProfit": "75.07500000",
            "liquidationPrice": "57730.92369478",
            "marginType": "isolated",
            "isolatedMargin": "525.07500000",
            "isolatedWallet": "450.00000000",
            "positionSide": "BOTH",
            "updateTime": NINE + 61 * MINUTE,
        }
    ]


def rates() -> Rows:
    mark, at = "61000.50000000", NINE + 60 * MINUTE
    return [
        {"symbol": "BTCUSDT", "fundingRate": "0.00010000", "fundingTime": at, "markPrice": mark}
    ]


@dataclass
class Records:
    """An account's files; change a list, then audit."""

    folder: Path
    files: dict[str, Rows] = field(
        default_factory=lambda: {
            "trades": trades(),
            "income": ledger(),
            "orders": orders(),
            "forced": forced(),
            "snapshots": snapshots(),
            "rates": rates(),
        }
    )

    def written(self, *names: str) -> list[Path]:
        """Write the files of these names, or all, each under a name that says nothing."""
        paths = []
        for index, name in enumerate(names or self.files):
            path = self.folder / f"{index}.txt"
            path.write_text(json.dumps(self.files[name], indent=1))
            paths.append(path)
        return paths

    def audited(self, *names: str) -> Audit:
        """Audit the files of these names, or all."""
        return audit_files(self.written(*names), brackets=built_in())


def result(audit: Audit, check: str) -> CheckResult:
    return next(one for one in audit.checks if one.check.name == check)
