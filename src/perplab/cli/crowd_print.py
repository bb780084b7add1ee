"""A run of very many accounts for people: counted by their terms, and a few of them by name."""

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from perplab.cli.look import plain_table
from perplab.cli.replay_print import percent_change
from perplab.cli.running import Told
from perplab.domain.numbers import ONE, divide_half_up
from perplab.lab.amounts import exact, moment, rounded, span
from perplab.lab.crowd import Count, Member, counts_of, crowd_of, worst_of
from perplab.lab.fate import Verdict

_WORST, _FIRST = 10, 5
_HEADS = {
    "accounts": "accounts",
    "called": "margin\ncalled",
    "liquidated": "liquidated",
    "partly": "in part",
    "lived": "lived",
    "unopened": "never\nopened",
    "paid_in": "paid in\nUSDT",
    "change": "won or lost\nUSDT",
}
_MONEY = {"paid_in", "change"}
_SELDOM = {"partly", "unopened"}


def crowd_tables(told: Told) -> list[Table]:
    """Return the counts of a run's accounts, and those that lost most beside the first ones."""
    members = crowd_of(told.courses, told.fates, told.outcome.state)
    plan = told.setup.plan
    title = (
        f"{plan.name or 'run'}: {moment(plan.start_ns)} to {moment(plan.end_ns)} UTC,"
        f" {len(members):,} accounts"
    )
    worst = worst_of(members, _WORST)
    return [
        _counts(title, counts_of(members)),
        _some("lost most", worst),
        _some("the first", members[:_FIRST]),
    ]


def _titled(title: str) -> Table:
    table = plain_table()
    table.title, table.title_justify, table.title_style = Text(title), "left", "bold"
    return table


def _counts(title: str, counts: Sequence[Count]) -> Table:
    """Return a row for each of the terms, and one for all."""
    table = _titled(title)
    kept = [
        name
        for name in _HEADS
        if name not in _SELDOM or any(getattr(count, name) for count in counts)
    ]
    table.add_column("terms", no_wrap=True)
    for name in kept:
        table.add_column(_HEADS[name], justify="right", no_wrap=True)
    for count in counts:
        last = count is counts[-1] and len(counts) > 1
        if last:
            table.add_section()
        cells = [_cell(name, getattr(count, name)) for name in kept]
        table.add_row(count.terms, *cells, style="bold" if last else None)
    return table


def _cell(name: str, value: int) -> str:
    return exact(divide_half_up(value, ONE) * ONE) if name in _MONEY else f"{value:,}"


def _some(title: str, members: Iterable[Member]) -> Table:
    table = _titled(title)
    table.add_column("account", overflow="fold")
    table.add_column("terms", no_wrap=True)
    table.add_column("what became of it")
    for head in ("paid in\nUSDT", "at the end\nUSDT", "won or\nlost"):
        table.add_column(head, justify="right", no_wrap=True)
    for member in members:
        fate = member.fate
        table.add_row(
            Text(member.course.account),
            member.terms,
            _became(member),
            rounded(fate.tally.deposited),
            rounded(fate.worth),
            percent_change(fate) if fate.tally.deposited else "",
        )
    return table


def _became(member: Member) -> Text:
    course, fate = member.course, member.fate
    survived = fate.verdict.survived and fate.verdict is not Verdict.NEVER_OPENED
    text = fate.verdict.value
    if fate.liquidation is not None:
        text = f"{text} after {span(fate.liquidation.time_ns - course.opened_ns)}"
    return Text(text, style="green" if survived else "red")
