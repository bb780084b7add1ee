"""Runs side by side, for people and as JSON: a column for each branch, a row for each figure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from perplab.cli.look import bullet, plain_table
from perplab.lab.amounts import iso, moment, percent, rounded, signed
from perplab.lab.comparison import Branch, Difference, Side, difference_of
from perplab.lab.fate import Verdict
from perplab.lab.outcome import AccountOutcome

_LABEL = 24
_COLUMN = 12
"""Columns of the terminal for a figure's name, and at least for each branch."""
_UNKNOWN = "unknown"
_NOTHING = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is put side by side; the first branch is what the others are held to."""

    title: str
    accounts: tuple[str, ...]
    branches: tuple[Branch, ...]


def print_sheet(console: Console, sheet: Sheet) -> None:
    """Print every account's table, then in words where each branch differs, and what failed."""
    if sheet.title:
        console.print(Text(sheet.title, style="bold"))
    base = sheet.branches[0]
    for account in sheet.accounts:
        if len(sheet.accounts) > 1:
            console.print(Text(f"account {account}", style="bold"))
        for branches in _parts(_shown(sheet.branches, account), console.width):
            console.print(_table(branches, account))
        for branch in sheet.branches[1:]:
            _tell(console, base, branch, account)
    for branch in sheet.branches:
        for fault in branch.faults:
            bullet(console, branch.name, fault)
        if not branch.finished:
            text = f"its run is unfinished; its figures end at {moment(branch.end_ns)} UTC"
            bullet(console, branch.name, text)


def sheet_json(sheet: Sheet) -> dict[str, Any]:
    """Return the branches with their accounts' figures and differences."""
    base = sheet.branches[0]
    return {
        "branches": [
            {
                "name": branch.name,
                "do": list(branch.do),
                "log": None if branch.log is None else str(branch.log),
                "hash": branch.head,
                "finished": branch.finished,
                "faults": list(branch.faults),
                "accounts": {
                    account: _account_json(base, branch, account)
                    for account in sheet.accounts
                    if account in branch.outcomes
                },
            }
            for branch in sheet.branches
        ]
    }


def _account_json(base: Branch, branch: Branch, account: str) -> dict[str, Any]:
    outcome = branch.outcomes[account]
    found = None if branch is base else difference_of(base, branch, account)
    return {
        **outcome.row(),
        "refusals": list(outcome.refusals),
        "differs_from_first": None if found is None else _difference_json(found),
    }


def _difference_json(found: Difference) -> dict[str, Any]:
    return {
        "first": _side_json(found.first),
        "then": None if found.then is None else _side_json(found.then),
    }


def _side_json(side: Side) -> dict[str, Any]:
    fact = side.fact
    return {
        "in": "this" if side.own else "the first",
        "record": fact.seq,
        "time": iso(fact.time_ns),
        "type": fact.type,
        "says": fact.says,
    }


def _shown(branches: tuple[Branch, ...], account: str) -> tuple[Branch, ...]:
    """Return the branches that get a column: not the first, if another is the same as it."""
    base, *rest = branches
    twins = [branch for branch in rest if _is_same(base, branch, account)]
    if not twins:
        return branches
    return twins[0], *(branch for branch in rest if branch is not twins[0])


def _is_same(base: Branch, branch: Branch, account: str) -> bool:
    same = base.outcomes.get(account) == branch.outcomes.get(account)
    return same and difference_of(base, branch, account) is None


def _parts(branches: tuple[Branch, ...], width: int) -> Iterator[tuple[Branch, ...]]:
    """Yield as many branches as fit beside each other, each time with the first one."""
    fit = max(1, (width - _LABEL) // _COLUMN - 1)
    rest = branches[1:]
    for start in range(0, max(1, len(rest)), fit):
        yield branches[0], *rest[start : start + fit]


def _table(branches: Sequence[Branch], account: str) -> Table:
    table = plain_table()
    table.add_column("USDT", no_wrap=True)
    for branch in branches:
        table.add_column(Text(branch.name), justify="right", min_width=_COLUMN - 2, overflow="fold")
    outcomes = [branch.outcomes.get(account) for branch in branches]
    for name, figure in _ROWS:
        cells = [Text(_NOTHING) if one is None else figure(one) for one in outcomes]
        if name not in _SELDOM or any(cell.plain not in {"0", ""} for cell in cells):
            table.add_row(name, *cells)
    return table


def _verdict(outcome: AccountOutcome) -> Text:
    fine = outcome.survived and outcome.verdict is not Verdict.NEVER_OPENED
    return Text(outcome.verdict.value, style="bold green" if fine else "bold red")


def _when(outcome: AccountOutcome) -> Text:
    time_ns = outcome.liquidated_at
    return Text("" if time_ns is None else moment(time_ns).replace(" ", "\n"))


def _nearest(outcome: AccountOutcome) -> Text:
    if outcome.lowest_distance is not None:
        return Text(percent(outcome.lowest_distance))
    return Text(_UNKNOWN if outcome.drawdown is None else _NOTHING)


def _drawdown(outcome: AccountOutcome) -> Text:
    return Text(_UNKNOWN if outcome.drawdown is None else rounded(outcome.drawdown))


def _final(outcome: AccountOutcome) -> Text:
    return Text(signed(outcome.final_pnl), style="bold")


def _money(name: str, *, plus: bool = True) -> Callable[[AccountOutcome], Text]:
    show = signed if plus else rounded
    return lambda outcome: Text(show(getattr(outcome, name)))


def _refused(outcome: AccountOutcome) -> Text:
    return Text(str(len(outcome.refusals)), style="bold red" if outcome.refusals else "")


_ROWS: tuple[tuple[str, Callable[[AccountOutcome], Text]], ...] = (
    ("what became of it", _verdict),
    ("liquidated at, UTC", _when),
    ("nearest to liquidation", _nearest),
    ("margin calls", lambda outcome: Text(str(outcome.margin_calls))),
    ("margin put in", _money("margin_added", plus=False)),
    ("  of it by auto-add", _money("auto_added", plus=False)),
    ("realized PnL", _money("realized_pnl")),
    ("fees", _money("fees")),
    ("funding", _money("funding")),
    ("lost to liquidation", _money("liquidation_cost")),
    ("final PnL, all in", _final),
    ("worst drawdown", _drawdown),
    ("refused", _refused),
)
_SELDOM = {"liquidated at, UTC", "  of it by auto-add", "refused"}


def _tell(console: Console, base: Branch, branch: Branch, account: str) -> None:
    """Print where a branch differs, and what was refused in it and not in the first."""
    found = difference_of(base, branch, account)
    if found is None:
        bullet(console, branch.name, f"the same as {base.name}, event by event")
        return
    text = f"first differs {_side(found.first, base)}"
    if found.then is not None:
        text += f"; then {_side(found.then, base)}"
    bullet(console, branch.name, text)


def _side(side: Side, base: Branch) -> str:
    fact = side.fact
    where = "" if side.own else f"in {base.name} alone, "
    return f"{where}{moment(fact.time_ns)}, record {fact.seq}: {fact.says}"
