"""Notes: sentences on what was found in a file, and what its ids tell of missing rows."""

import numpy as np
import polars as pl

from perplab.tape.sheet import Sheet, rises


def counted(number: int, one: str, many: str) -> str:
    """Return a number and what it counts.

    >>> counted(1, "row is", "rows are"), counted(2, "row is", "rows are")
    ('1 row is', '2 rows are')
    """
    return f"{number} {one if number == 1 else many}"


def notes_on_ids(sheet: Sheet, role: str) -> list[str]:
    """Return notes on distinct ids that should count without a gap: missing ones, and disorder."""
    ids = sheet.frame[role]
    if ids.dtype != pl.Int64 or ids.null_count():
        return []
    numbers = ids.to_numpy()
    if rises(numbers) and numbers[-1] - numbers[0] == len(numbers) - 1:
        return []
    notes = []
    lower = np.flatnonzero(numbers[1:] < numbers[:-1])
    order = np.argsort(numbers, kind="stable") if len(lower) else np.arange(len(numbers))
    ordered = numbers[order]
    if missing := int(ordered[-1]) - int(ordered[0]) + 1 - len(ordered):
        gap = int(np.flatnonzero(ordered[1:] - ordered[:-1] != 1)[0])
        before, after = (sheet.row_of(int(place)) for place in order[gap : gap + 2])
        notes.append(
            f"{counted(missing, 'id is', 'ids are')} missing, "
            f"the first between rows {before} and {after}: trades may be missing."
        )
    if len(lower):
        row = sheet.row_of(int(lower[0]) + 1)
        ids_are = counted(len(lower), "id is", "ids are")
        notes.append(f"{ids_are} lower than the one before, first in row {row}.")
    return notes
