"""Times: whatever a column holds becomes nanoseconds since the epoch, in order."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from perplab.domain.numbers import INT64_MAX
from perplab.tape.errors import TapeError
from perplab.tape.sheet import Sheet

TOLERATED_DISORDER_NS = 1_000_000_000
"""A row may be this much earlier than one before it, and is then sorted in."""

NS_PER_SECOND = 1_000_000_000
NS_PER_MS = 1_000_000

_UNITS = (
    # digits of a time between 1973 and 2286, what it counts, nanoseconds in it
    (range(9, 11), "seconds", NS_PER_SECOND),
    (range(12, 14), "milliseconds", NS_PER_MS),
    (range(15, 17), "microseconds", 1_000),
    (range(18, 20), "nanoseconds", 1),
)
_ZONE = r"(Z| ?UTC|[+-]00:?00)$"
_TEXT = r"^[0-9]{4}(-[0-9]{2}){2}([ T][0-9]{2}(:[0-9]{2}){2}(\.[0-9]{1,9})?)?(Z| ?UTC|[+-]00:?00)?$"
_SECONDS = r"^[0-9]{9,10}\.[0-9]{1,9}$"
_DATE_LENGTH = 10


def nanoseconds(sheet: Sheet, role: str = "time") -> NDArray[np.int64]:
    """Return a column of times in nanoseconds: integers by their digits, texts as UTC.

    Raises TapeError at the first cell that is empty, not a time, or in another unit.
    """
    values = sheet.frame[role]
    if values.null_count():
        raise sheet.refusal(role, int(values.is_null().arg_true()[0]), "a time")
    if values.dtype == pl.Int64:
        return _from_integers(sheet, role, values.to_numpy())
    if values.dtype == pl.String:
        values = _from_texts(sheet, role, values)
    if values.dtype not in (pl.Datetime, pl.Date):
        raise TapeError(
            sheet.table.path,
            column=sheet.roles[role],
            found=f"times of type {values.dtype}",
            expected="integers, dates with time, or texts like 2024-01-31 12:00:00.5",
        )
    times = values.cast(pl.Datetime("ns")).to_physical().to_numpy()
    if (times <= 0).any():
        raise sheet.refusal(role, int((times <= 0).argmax()), "a time after 1970")
    return times


def in_order(
    sheet: Sheet, time_ns: NDArray[np.int64], tie: NDArray[np.int64] | None = None
) -> tuple[NDArray[np.int64] | None, int]:
    """Return the order that sorts rows by time, None if they are, and how many came too late.

    Equal times are ordered by `tie`, or keep their order. Raises TapeError where the clock goes
    back by more than a second.
    """
    if tie is None and not (time_ns[1:] < time_ns[:-1]).any():
        return None, 0
    behind = np.maximum.accumulate(time_ns) - time_ns
    if behind.max() > TOLERATED_DISORDER_NS:
        index = int((behind > TOLERATED_DISORDER_NS).argmax())
        raise sheet.refusal(
            "time",
            index,
            f"rows in time order: this one is {behind[index] / NS_PER_SECOND:.3f} s "
            "earlier than one before it",
            advice="Rows up to one second late are sorted in; sort the file, or split it.",
        )
    order = np.argsort(time_ns, kind="stable") if tie is None else np.lexsort((tie, time_ns))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    late = int(np.count_nonzero(rank < np.maximum.accumulate(rank)))
    return (order, late) if late else (None, 0)


def _from_integers(sheet: Sheet, role: str, values: NDArray[np.int64]) -> NDArray[np.int64]:
    digits = len(str(int(values[0]))) if values[0] > 0 else 0
    unit = next((unit for unit in _UNITS if digits in unit[0]), None)
    if unit is None:
        raise sheet.refusal(role, 0, "a time in s, ms, µs or ns since 1970")
    lengths, name, factor = unit
    lowest = 10 ** (lengths[0] - 1)
    highest = min(10 ** lengths[-1] - 1, INT64_MAX // factor)
    if values.min() < lowest or values.max() > highest:
        outside = (values < lowest) | (values > highest)
        raise sheet.refusal(role, int(outside.argmax()), f"{name} since 1970, as in the first row")
    return values * factor if factor > 1 else values


def _from_texts(sheet: Sheet, role: str, texts: pl.Series) -> pl.Series:
    """Return texts of dates, or of seconds with decimals, as datetimes of nanoseconds."""
    cells = texts.str.strip_chars()
    if cells.str.contains(_SECONDS).all():
        whole = cells.str.extract(r"^([0-9]+)").cast(pl.Int64)
        fraction = cells.str.extract(r"\.([0-9]+)$").str.pad_end(9, "0").cast(pl.Int64)
        return (whole * NS_PER_SECOND + fraction).cast(pl.Datetime("ns"))
    plain = cells.str.replace("T", " ", literal=True).str.replace(_ZONE, "")
    dates = plain.str.len_chars() == _DATE_LENGTH
    if dates.any():
        plain = pl.select(pl.when(dates).then(plain + " 00:00:00").otherwise(plain)).to_series()
    times = plain.str.strptime(pl.Datetime("ns"), "%Y-%m-%d %H:%M:%S%.f", strict=False)
    bad = ~cells.str.contains(_TEXT) | times.is_null()
    if bad.any():
        index = int(bad.arg_true()[0])
        raise sheet.refusal(role, index, "a UTC time like 2024-01-31 12:00:00.5")
    return times
