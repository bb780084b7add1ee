"""What audit does with an exchange's records: brackets and prices read, and the audit made."""

from collections.abc import Sequence
from pathlib import Path

from perplab.audit.foreign import Examined, examine
from perplab.tables.dated import read_dated


def examine_foreign(
    files: Sequence[Path], brackets: Sequence[str], prices: Sequence[str]
) -> Examined:
    """Return the audit of an exchange's records, with the study where there are forced orders.

    `brackets` are `FILE` or `FILE@DATE`, the built-in ones of BTCUSDT and ETHUSDT if there are
    none; `prices` candle or tick files. Raises `TapeError` or `TableError` for what cannot be
    used.
    """
    return examine(files, brackets=read_dated(brackets), prices=[Path(name) for name in prices])
