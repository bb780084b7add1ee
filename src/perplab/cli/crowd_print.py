"""A run of very many accounts for people: counted by their terms, and a few of them by name."""

from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest
from typing import NamedTuple

from rich.table import Table
from rich.text import Text

from perplab.cli.look import plain_table
from perplab.cli.replay_print import percent_change
from perplab.cli.running import Told
from perplab.domain.commands import MarginMode
from perplab.domain.numbers import ONE, divide_half_up
from perplab.domain.state import Account
from perplab.lab.amounts import exact, moment, rounded, span
from perplab.lab.course import Course
from perplab.lab.fate import Fate, Verdict

MOST = 40
"""So many accounts are still printed one by one."""
_GROUPS = 30
_WORST, _FIRST = 10, 5
_HEADS = (
    "accounts",
    "margin\ncalled",
    "liquidated",
    "in part",
    "lived",
    "never\nopened",
    "paid in\nUSDT",
    "won or lost\nUSDT",
)
_SELDOM = {"in part", "never\nopened"}


class Member(NamedTuple):
    """One account of a crowd."""

    terms: str
    mode: str
    course: Course
    fate: Fate


def crowd_tables(told: Told) -> list[Table]:
    """Return the counts of a run's accounts, and those that lost most beside the first ones."""
    accounts = told.outcome.state.accounts
    members = [_member(accounts[name], told.courses[name], told.fates[name]) for name in told.fates]
    counts = _counts(members)
    plan = told.setup.plan
    title = (
        f"{plan.name or 'run'}: {moment(plan.start_ns)} to {moment(plan.end_ns)} UTC,"
        f" {len(members):,} accounts"
    )
    counts.title, counts.title_justify, counts.title_style = Text(title), "left", "bold"
    worst = nsmallest(_WORST, members, key=lambda member: member.fate.change)
    return [counts, _some("lost most", worst), _some("the first", members[:_FIRST])]


def _member(account: Account, course: Course, fate: Fate) -> Member:
    modes = sorted(set(account.margin_mode.values())) or [MarginMode.CROSS]
    leverages = sorted(set(account.leverage.values()))
    mode = " and ".join(modes)
    times = "/".join(f"{leverage}x" for leverage in leverages)
    return Member(f"{mode} {times}".strip(), mode, course, fate)


def _counts(members: Sequence[Member]) -> Table:
    """Return a row for the accounts of the same terms; for those of a mode if terms are many."""
    groups: dict[str, list[Member]] = {}
    by_mode = len({member.terms for member in members}) > _GROUPS
    for member in members:
        groups.setdefault(member.mode if by_mode else member.terms, []).append(member)
    rows = [(terms, _figures(some)) for terms, some in sorted(groups.items(), key=_natural)]
    everybody = _figures(members)
    kept = [head for head in _HEADS if head not in _SELDOM or everybody[head]]
    table = plain_table()
    table.add_column("terms", no_wrap=True)
    for head in kept:
        table.add_column(head, justify="right", no_wrap=True)
    for terms, figures in rows:
        table.add_row(terms, *(_cell(head, figures) for head in kept))
    if len(rows) > 1:
        table.add_section()
        table.add_row("all", *(_cell(head, everybody) for head in kept), style="bold")
    return table


def _cell(head: str, figures: Mapping[str, int]) -> str:
    if not head.endswith("USDT"):
        return f"{figures[head]:,}"
    return exact(divide_half_up(figures[head], ONE) * ONE)


def _natural(group: tuple[str, object]) -> tuple[str, int, str]:
    """Return what sorts 5x before 20x."""
    mode, _, times = group[0].rpartition(" ")
    first = times.partition("x")[0]
    return (mode, int(first), group[0]) if first.isdigit() else (*group[:1], 0, "")


def _figures(some: Sequence[Member]) -> dict[str, int]:
    """Return what stands under each head; money in 1e-8."""
    verdicts = [member.fate.verdict for member in some]
    whole, part = verdicts.count(Verdict.LIQUIDATED), verdicts.count(Verdict.PARTLY)
    unopened = verdicts.count(Verdict.NEVER_OPENED)
    figures = (
        len(some),
        sum(member.course.margin_calls > 0 for member in some),
        whole,
        part,
        len(some) - whole - part - unopened,
        unopened,
        sum(member.fate.tally.deposited for member in some),
        sum(member.fate.change for member in some),
    )
    return dict(zip(_HEADS, figures, strict=True))


def _some(title: str, members: Iterable[Member]) -> Table:
    table = plain_table()
    table.title, table.title_justify, table.title_style = Text(title), "left", "bold"
    table.add_column("account", overflow="fold")
    table.add_column("terms", no_wrap=True)
    table.add_column("what became of it")
    for head in ("paid in\nUSDT", "at the end\nUSDT", "won or\nlost"):
        table.add_column(head, justify="right", no_wrap=True)
    for member in members:
        fate, course = member.fate, member.course
        table.add_row(
            Text(course.account),
            member.terms,
            _became(course, fate),
            rounded(fate.tally.deposited),
            rounded(fate.worth),
            percent_change(fate) if fate.tally.deposited else "",
        )
    return table


def _became(course: Course, fate: Fate) -> Text:
    survived = fate.verdict.survived and fate.verdict is not Verdict.NEVER_OPENED
    text = fate.verdict.value
    if fate.liquidation is not None:
        text = f"{text} after {span(fate.liquidation.time_ns - course.opened_ns)}"
    return Text(text, style="green" if survived else "red")
