"""How the study of forced orders is printed: how near fills are to the implied price, by class."""

from fractions import Fraction
from typing import Any

from rich.console import Console

from perplab.audit.exact import written
from perplab.audit.foreign.forced import percent
from perplab.audit.foreign.study import Study
from perplab.cli.look import bullet, plain_table


def print_study(console: Console, study: Study) -> None:
    """Print the table and what it means."""
    table = plain_table()
    table.add_column("class", no_wrap=True)
    table.add_column("criterion")
    for name in ("orders", "within 0.1%", "median", "nine in ten"):
        table.add_column(name, no_wrap=True, justify="right")
    for row in study.rows:
        shares = (_share(share) for share in (row.near, row.median, row.worst_tenth))
        table.add_row(row.name, row.criterion, f"{row.orders:,}", *shares)
    console.print("Fills, and the liquidation price that each order's limit implies:")
    console.print(table)
    for sentence in study.sentences:
        bullet(console, "note", sentence)


def study_json(study: Study) -> dict[str, Any]:
    """Return the study as a JSON object; shares are decimal text of 1."""
    return {
        "rows": [
            {
                "class": row.name,
                "criterion": row.criterion,
                "orders": row.orders,
                "within_0.1_percent": _text(row.near),
                "median": _text(row.median),
                "nine_in_ten_within": _text(row.worst_tenth),
            }
            for row in study.rows
        ],
        "recorded": study.recorded,
        "repeated": study.repeated,
        "without_average": study.without_average,
        "without_brackets": study.without_brackets,
    }


def _share(share: Fraction | None) -> str:
    return "-" if share is None else percent(share)


def _text(share: Fraction | None) -> str | None:
    return None if share is None else written(Fraction(round(share * 10**8), 10**8))
