"""Outcomes: what became of each account as tables, and in words where branches differ."""

from collections.abc import Sequence

from perplab.lab.amounts import exact, moment, percent
from perplab.lab.comparison import difference_of
from perplab.lab.outcome import AccountOutcome
from perplab.report.markup import Cell, bullets, table
from perplab.report.source import Opened

_HEADS = (
    "account",
    "what became of it",
    "liquidated at, UTC",
    "nearest to liquidation",
    "margin calls",
    "margin put in",
    "of it by auto-add",
    "realized PnL",
    "fees",
    "funding",
    "lost to liquidation",
    "final PnL, all in",
    "worst drawdown",
    "refused",
)
_MONEY = ("margin_added", "auto_added", "realized_pnl", "fees", "funding", "liquidation_cost")
_SELDOM = {
    "liquidated at, UTC",
    "margin put in",
    "of it by auto-add",
    "funding",
    "lost to liquidation",
    "refused",
}
_UNKNOWN, _NOTHING = "unknown", "-"
_EMPTY = {"0", _NOTHING}


def outcome_tables(logs: Sequence[Opened], accounts: Sequence[str]) -> list[str]:
    """Return a table of the accounts, or for each account one of the branches."""
    if len(logs) == 1:
        outcomes = logs[0].branch.outcomes
        rows = [_figures(name, outcomes[name]) for name in accounts]
        return [_table("Accounts; money in the quote currency, exact", "account", rows)]
    parts = []
    for name in accounts:
        rows = [
            _figures(one.name, one.branch.outcomes[name])
            for one in logs
            if name in one.branch.outcomes
        ]
        caption = f"Account {name}; money in the quote currency, exact"
        parts.append(_table(caption, "branch", rows))
        parts.append(bullets(_differences(logs, name)))
    return parts


def _table(caption: str, first: str, rows: list[list[Cell]]) -> str:
    """Return a table of figures; a column without anything in it is left out."""
    heads = (first, *_HEADS[1:])
    kept = [
        place
        for place, head in enumerate(heads)
        if head not in _SELDOM or any(row[place].text not in _EMPTY for row in rows)
    ]
    return table(caption, [heads[k] for k in kept], [[row[k] for k in kept] for row in rows])


def _figures(name: str, outcome: AccountOutcome) -> list[Cell]:
    fine = outcome.survived
    path = outcome.drawdown is not None
    at = outcome.liquidated_at
    distance = outcome.lowest_distance
    fall = _UNKNOWN if outcome.drawdown is None else exact(outcome.drawdown)
    nearest = (_NOTHING if path else _UNKNOWN) if distance is None else percent(distance)
    figures = [
        _NOTHING if at is None else moment(at),
        nearest,
        str(outcome.margin_calls),
        *(exact(getattr(outcome, field)) for field in _MONEY),
        exact(outcome.final_pnl),
        fall,
        str(len(outcome.refusals)),
    ]
    verdict = ("✓ " if fine else "✖ ") + outcome.verdict.value
    return [
        Cell(name),
        Cell(verdict, "good" if fine else "bad"),
        Cell(figures[0], "number none" if at is None else "number time"),
        *(Cell(text, "number none" if text in _EMPTY else "number") for text in figures[1:]),
    ]


def _differences(logs: Sequence[Opened], account: str) -> list[str]:
    """Return in words where each branch first differs from the first."""
    base = logs[0].branch
    texts = []
    for one in logs[1:]:
        found = difference_of(base, one.branch, account)
        if found is None:
            texts.append(f"{one.name}: the same as {base.name}, event by event")
            continue
        sides = [found.first] if found.then is None else [found.first, found.then]
        told = [
            f"{'' if side.own else f'in {base.name} alone, '}{moment(side.fact.time_ns)},"
            f" record {side.fact.seq}: {side.fact.says}"
            for side in sides
        ]
        texts.append(f"{one.name}: first differs {'; then '.join(told)}")
    return texts
