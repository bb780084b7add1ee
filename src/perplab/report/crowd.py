"""A crowd on a page: how very many accounts fared, counted, and which of them the page shows."""

from collections.abc import Sequence

from perplab.lab.amounts import exact
from perplab.lab.crowd import Count, Member, counts_of
from perplab.report.markup import Cell, paragraph, table

_HEADS = (
    "terms",
    "accounts",
    "margin called",
    "liquidated",
    "in part",
    "lived",
    "never opened",
    "paid in",
    "final PnL, all in",
)


def crowd_parts(crowd: Sequence[Member], shown: int) -> list[str]:
    """Return the counts of very many accounts and what of them is shown; nothing of a few."""
    if not crowd:
        return []
    rows = [_row(count) for count in counts_of(crowd)]
    text = (
        f"Of {len(crowd):,} accounts the page shows {shown}, those that lost most; --account NAME"
        " makes the page of any other."
    )
    return [table("Accounts by their terms at the end", _HEADS, rows), paragraph(text)]


def _row(count: Count) -> list[Cell]:
    numbers = (
        count.accounts,
        count.called,
        count.liquidated,
        count.partly,
        count.lived,
        count.unopened,
    )
    money = (exact(count.paid_in), exact(count.change))
    texts = (*(f"{number:,}" for number in numbers), *money)
    return [Cell(count.terms), *(Cell(text, "number") for text in texts)]
