"""Deleveraged: Hyperliquid's auto-deleveraging events, what little of them can be checked."""

from collections.abc import Sequence
from fractions import Fraction

from perplab.audit.exact import written
from perplab.audit.foreign.content import Content
from perplab.audit.foreign.report import Report
from perplab.audit.foreign.rows import Row

CHECK = "hl-deleveraging"
NO_RANK = "all accounts of that moment: without them nobody can tell whose turn it was"
_FLOAT = Fraction(1, 10**9)
"""The files were written by a program with floating point: that much of a figure is noise."""


def audit_deleveraged(contents: Sequence[Content], report: Report) -> None:
    """Check of each event that a profitable position was closed, and its printed figures."""
    for content in contents:
        for row in content.rows:
            _check(row, report)
            report.cannot(CHECK, NO_RANK, row=row, time_ns=row.time_ns(), counted=False)


def _check(row: Row, report: Report) -> None:
    price, closed = row.positive("price"), row.positive("closed")
    held, entry = row.number_of("held"), row.positive("entry")
    for name, due in (
        ("notional", price * closed),
        ("profit", held * (price - entry)),
    ):
        printed = row.number_of(name)
        if abs(printed - due) > abs(due) * _FLOAT + _FLOAT:
            _wrong(row, f"the {name} of {row.text('coin')}", printed, due, report)
            return
    if closed > abs(held) * (1 + _FLOAT):
        _wrong(row, f"more {row.text('coin')} was closed than was held", closed, held, report)
        return
    report.right(CHECK)


def _wrong(row: Row, what: str, found: Fraction, expected: Fraction, report: Report) -> None:
    report.violated(
        CHECK,
        what,
        found=written(found),
        expected=written(expected),
        rule="16.1",
        time_ns=row.time_ns(),
        account=row.text("user"),
        symbol=row.text("coin"),
        row=row,
    )
