"""Drawing: one account's lines and one event as the page's data, every number as decimal text."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from perplab.domain.numbers import format_units
from perplab.domain.state import PoolKey
from perplab.lab.amounts import exact, iso, percent
from perplab.report.life import FAR, OVER, Life, pool_name
from perplab.report.lines import NS_PER_US, Line, Steps
from perplab.report.orders import longest
from perplab.report.timeline import Row

_MOST_ORDERS = 1000
_RATIO_DECIMALS = 4


class Scope(NamedTuple):
    """Of which branch and span a life is drawn, in at most so many points a line.

    `from_ns` is when a fork parts from its parent, None to draw all.
    """

    branch: int
    start_ns: int
    end_ns: int
    from_ns: int | None
    most: int

    def drawn(self, line: Line) -> dict[str, Any]:
        """Return the part of a line that is drawn."""
        part = line if self.from_ns is None else line.since(self.from_ns)
        return part.reduced(self.most).drawn(self.start_ns)

    def ratios(self, line: Line) -> dict[str, Any]:
        """Return a line of margin ratios in percent, cut after 4 decimals, or `over`."""
        part = self.drawn(line)
        part["v"] = [None if text is None else _ratio(text) for text in part["v"]]
        return part


def life_data(life: Life, scope: Scope) -> dict[str, Any]:
    """Return what the page draws of one account of one branch."""
    orders, left_out = _orders(life, scope)
    return {
        "branch": scope.branch,
        "account": life.account,
        "wallet": scope.drawn(life.wallet.until(scope.end_ns)),
        "equity": scope.drawn(life.equity),
        "ratios": [
            {"symbol": key.symbol, "name": pool_name(key), **scope.ratios(line)}
            for key, line in life.ratios.items()
        ],
        "liquidation": [*_prices(life.below, scope), *_prices(life.above, scope)],
        "entries": [
            {"symbol": symbol, "name": side.value, **scope.drawn(line.until(scope.end_ns))}
            for (symbol, side), line in life.entries.items()
        ],
        "orders": orders,
        "orders_left_out": left_out,
    }


def _ratio(text: str) -> str:
    if text == format_units(OVER):
        return "over"
    whole, point, part = text.partition(".")
    return f"{whole}{point}{part[:_RATIO_DECIMALS]}"


def _prices(lines: Mapping[tuple[str, PoolKey], Steps], scope: Scope) -> list[dict[str, Any]]:
    return [
        {"symbol": symbol, "name": pool_name(key), **scope.drawn(line.until(scope.end_ns))}
        for (symbol, key), line in lines.items()
        if line.values
    ]


def _orders(life: Life, scope: Scope) -> tuple[list[dict[str, Any]], int]:
    """Return an account's order lines, and how many more there are."""
    lines = life.orders.close(scope.end_ns)
    if scope.from_ns is not None:
        lines = [line for line in lines if line.steps.times[-1] > scope.from_ns]
    drawn = [
        {
            "symbol": line.symbol,
            "group": line.group,
            "name": f"{line.name} {line.order_id}, {line.side}",
            **scope.drawn(line.steps),
        }
        for line in longest(lines, _MOST_ORDERS)
    ]
    return drawn, len(lines) - len(drawn)


def event_data(row: Row, branch: int, start_ns: int) -> dict[str, Any]:
    """Return an event as the table and the chart show it, with its record as the log has it."""
    entry, view = row.entry, row.entry.outlook
    liquidation = ""
    if view is not None and view.margin_ratio is not None and view.margin_ratio < 1:
        prices = [price for price in (view.below, view.above) if price is not None]
        liquidation = ", ".join(exact(price) for price in prices if price < FAR * view.mark)
    return {
        "branch": branch,
        "account": row.account,
        "symbol": entry.symbol,
        "seq": row.seq,
        "t": (entry.time_ns - start_ns) // NS_PER_US,
        "time": iso(entry.time_ns),
        "type": row.type,
        "kind": row.kind,
        "text": entry.text,
        "mark": format_units(entry.mark) if entry.mark else "",
        "ratio": "" if view is None else percent(view.margin_ratio),
        "zone": "" if view is None else view.zone.value,
        "liquidation": liquidation,
        "wallet": format_units(row.wallet),
        "equity": format_units(row.equity),
        "fields": json.loads(row.body),
    }
