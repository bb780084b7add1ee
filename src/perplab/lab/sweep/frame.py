"""The frame: a sweep's rows as a table, and that table as Parquet.

Money is a decimal of 8 places, exact; times are UTC in ns; `liquidated_after_ns` counts from the
opening of the position. `hash` is that of the run's log.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from perplab.domain.numbers import DECIMALS
from perplab.lab.sweep.figures import Result
from perplab.lab.sweep.variations import ENTRY, Variant

TIME = pl.Datetime("ns", "UTC")
MONEY = pl.Decimal(38, DECIMALS)


def _money(units: int | None) -> Decimal | None:
    return None if units is None else Decimal(units).scaleb(-DECIMALS)


def _after(row: Result) -> int | None:
    if row.liquidated_ns is None or row.opened_ns is None:
        return None
    return row.liquidated_ns - row.opened_ns


_COLUMNS: tuple[tuple[str, Any, Callable[[Result], Any]], ...] = (
    ("start", TIME, lambda row: row.start_ns),
    ("end", TIME, lambda row: row.end_ns),
    ("verdict", pl.String, lambda row: row.verdict),
    ("survived", pl.Boolean, lambda row: row.survived),
    ("liquidated_at", TIME, lambda row: row.liquidated_ns),
    ("liquidated_after_ns", pl.Int64, _after),
    ("final_pnl", MONEY, lambda row: _money(row.final_pnl)),
    ("realized_pnl", MONEY, lambda row: _money(row.realized_pnl)),
    ("fees", MONEY, lambda row: _money(row.fees)),
    ("funding_payments", MONEY, lambda row: _money(row.funding)),
    ("liquidation_cost", MONEY, lambda row: _money(row.liquidation_cost)),
    ("margin_added", MONEY, lambda row: _money(row.margin_added)),
    ("auto_added", MONEY, lambda row: _money(row.auto_added)),
    ("margin_calls", pl.Int64, lambda row: row.margin_calls),
    ("refusals", pl.Int64, lambda row: row.refusals),
    ("hash", pl.String, lambda row: row.hash),
    ("error", pl.String, lambda row: row.error),
)
OWN = ("run", *(name for name, _, _ in _COLUMNS))
"""The columns that every sweep has; those of what is varied stand after `run`."""


def keys_of(variants: Sequence[Variant]) -> tuple[str, ...]:
    """Return the varied keys that have a column: all but the entry, which is the start."""
    return tuple(key for key, _ in variants[0].values if key != ENTRY)


def frame_of(results: Iterable[Result], variants: Sequence[Variant]) -> pl.DataFrame:
    """Return results as a table, a row for each run."""
    rows = list(results)
    columns = {"run": pl.Series("run", [row.run for row in rows], pl.Int64)}
    for number, key in enumerate(keys_of(variants)):
        values = [variants[row.variant].values[number][1] for row in rows]
        columns[key] = pl.Series(key, values, pl.String)
    for name, kind, value in _COLUMNS:
        columns[name] = pl.Series(name, [value(row) for row in rows], kind)
    return pl.DataFrame(columns)
