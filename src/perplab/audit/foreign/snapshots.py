"""Snapshots: the liquidation prices that the exchange printed, derived again. Rule 9.1."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from perplab.audit.brackets import Table, liquidation_price
from perplab.audit.exact import written
from perplab.audit.foreign.dated import LATER, NEEDED, Brackets
from perplab.audit.foreign.records import Snapshot
from perplab.audit.foreign.report import Report

CHECK = "liquidation-price"
NO_WALLET = (
    "the cross wallet and all other cross positions at that moment: a printed liquidation price"
    " in cross mode depends on them"
)


def check_liquidation_prices(
    snapshots: Sequence[Snapshot], brackets: Brackets, report: Report
) -> None:
    """Check the printed liquidation price of every snapshot that holds something."""
    for one in snapshots:
        if one.quantity:
            _check(one, brackets, report)


def _check(one: Snapshot, brackets: Brackets, report: Report) -> None:
    if one.wallet is None:
        _cannot(one, NO_WALLET, report)
        return
    table = brackets.table(one.symbol, one.time_ns)
    if table is None:
        _cannot(one, NEEDED, report)
        return
    if agrees(one, table):
        report.right(CHECK)
        return
    if one.time_ns < 0 or not brackets.is_dated(one.symbol, one.time_ns):
        _cannot(one, LATER, report)
        return
    others = brackets.others(one.symbol, one.time_ns)
    fitting = next((source for source, other in others if agrees(one, other)), None)
    if fitting is not None:
        _cannot(one, f"{NEEDED}: {fitting} gives it, which was not in force by its date", report)
        return
    report.violated(
        CHECK,
        f"the liquidation price of {written(one.quantity)} at {written(one.entry)}, isolated"
        f" wallet {written(one.wallet)}",
        found=printed(one.liquidation, one.liquidation_decimals),
        expected=printed(derived(one, table, one.entry), one.liquidation_decimals),
        rule="9.1",
        time_ns=one.time_ns,
        symbol=one.symbol,
        row=one.row,
    )


def derived(one: Snapshot, table: Table, entry: Fraction) -> Fraction:
    """Return the exact liquidation price of an isolated position; below zero there is none."""
    assert one.wallet is not None
    return max(
        Fraction(0), liquidation_price(table, one.quantity, one.quantity * entry, one.wallet)
    )


def agrees(one: Snapshot, table: Table) -> bool:
    """Return whether the printed price is the derived one, rounded half up to what is printed.

    The entry price is printed cut: one with so many decimals as not to be whole ticks may be up to
    a unit higher in truth. 5 of 22 measured states need that. Rule 1.3.
    """
    exact = derived(one, table, one.entry)
    if rounded(exact, one.liquidation_decimals) == one.liquidation:
        return True
    cut = derived(one, table, one.entry + Fraction(1, 10**one.entry_decimals))
    low, high = sorted((exact, cut))
    unit = Fraction(1, 2 * 10**one.liquidation_decimals)
    return low - unit <= one.liquidation <= high + unit and _was_cut(one)


def _was_cut(one: Snapshot) -> bool:
    """Return whether an entry price has so many digits that it can be an average that was cut."""
    return len(str(one.entry.numerator)) >= 9 and one.entry_decimals >= 5  # noqa: PLR2004 - above


def rounded(value: Fraction, places: int) -> Fraction:
    """Return a price above zero rounded half up to so many decimals."""
    scale = 10**places
    return Fraction(floor(value * scale + Fraction(1, 2)), scale)


def printed(value: Fraction, places: int) -> str:
    """Return a price as it would be printed with so many decimals."""
    return written(rounded(value, places))


def _cannot(one: Snapshot, missing: str, report: Report) -> None:
    report.cannot(CHECK, missing, time_ns=one.time_ns, symbol=one.symbol, row=one.row)
