"""Funding settlements out of Tardis' derivative_ticker, which states each next one in advance."""

import numpy as np
import polars as pl

from perplab.tape.clock import nanoseconds
from perplab.tape.sheet import Sheet
from perplab.tape.stream import FundingSeries


def settlements(sheet: Sheet, symbol: str, name: str) -> FundingSeries | None:
    """Return the settlements that fall inside the recording, or None if there is none.

    Each row states the next settlement's time and its expected rate; the last rate stated
    before the settlement's time is the one that is paid.
    """
    stated = (
        sheet.frame["funding_time"].is_not_null() & sheet.frame["rate"].is_not_null()
    ).to_numpy()
    if not stated.any():
        return None
    end_ns = int(nanoseconds(sheet).max())
    part = sheet.picked(stated)
    columns = pl.DataFrame(
        {
            "due_ns": nanoseconds(part, "funding_time"),
            "time_ns": nanoseconds(part),
            "rate": part.numbers("rate"),
        }
    )
    due = (
        columns.filter(pl.col("time_ns") < pl.col("due_ns"), pl.col("due_ns") <= end_ns)
        .sort("time_ns", maintain_order=True)
        .group_by("due_ns")
        .agg(pl.col("rate").last())
        .sort("due_ns")
    )
    if due.is_empty():
        return None
    time_ns: np.ndarray[tuple[int], np.dtype[np.int64]] = due["due_ns"].to_numpy()
    return FundingSeries(symbol=symbol, name=name, time_ns=time_ns, rate=due["rate"].to_numpy())
