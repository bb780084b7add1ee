"""A crowd: what became of very many accounts, counted by their terms, and who lost most."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import groupby
from pathlib import Path

from perplab.domain.batch import Batch
from perplab.domain.commands import MarginMode
from perplab.domain.state import Account, State
from perplab.journal.journal import Journal
from perplab.journal.manifest import config_of
from perplab.lab.chronicle import Chronicle, follow
from perplab.lab.course import Course
from perplab.lab.fate import Fate, Verdict, fate_of
from perplab.lab.roll import Roll

MOST = 40
"""So many accounts are still shown one by one."""
_GROUPS = 30


@dataclass(frozen=True, slots=True)
class Member:
    """One account of a crowd: its margin modes and leverages in words, and how it fared."""

    mode: str
    leverages: tuple[int, ...]
    course: Course
    fate: Fate

    @property
    def terms(self) -> str:
        """Return its mode and its leverages in words: isolated 20x."""
        return f"{self.mode} {'/'.join(f'{times}x' for times in self.leverages)}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How accounts of the same terms fared: how many they are, and their money in 1e-8."""

    terms: str
    accounts: int
    called: int
    liquidated: int
    partly: int
    lived: int
    unopened: int
    paid_in: int
    change: int


def crowd_of(
    courses: Mapping[str, Course], fates: Mapping[str, Fate], state: State
) -> list[Member]:
    """Return a run's accounts in their order, as they are in its last state."""
    return [_member(state.accounts[name], courses[name], fate) for name, fate in fates.items()]


def crowd_of_log(log: Path) -> list[Member]:
    """Return the accounts that a log holds, as they are at its end."""
    with Journal.open(log) as journal:
        folded, roll = Chronicle(config_of(journal.manifest.config), only=()), Roll()

        def both(batch: Batch, state: State) -> None:
            folded(batch, state)
            roll(batch, state)

        follow(journal, both, folded.state)
    fates = {name: fate_of(course, folded.state) for name, course in roll.courses.items()}
    return crowd_of(roll.courses, fates, folded.state)


def names_of(log: Path) -> list[str]:
    """Return the accounts that a log opened, in order."""
    sql = (
        "SELECT json_extract(body, '$.account') AS account FROM records"
        " WHERE kind = 'event' AND type IN ('AccountOpened', 'HolderOpened') ORDER BY seq"
    )
    with Journal.open(log) as journal:
        return [str(row["account"]) for row in journal.query(sql, [])]


def counts_of(members: Sequence[Member]) -> list[Count]:
    """Return a count for each of the terms, for each mode where terms are many, and of all."""
    by_mode = len({(member.mode, member.leverages) for member in members}) > _GROUPS

    def terms(member: Member) -> tuple[str, tuple[int, ...]]:
        return member.mode, () if by_mode else member.leverages

    counts = []
    for _, group in groupby(sorted(members, key=terms), terms):
        some = list(group)
        counts.append(_count(some[0].mode if by_mode else some[0].terms, some))
    return [*counts, _count("all", members)] if len(counts) > 1 else counts


def worst_of(members: Iterable[Member], most: int) -> list[Member]:
    """Return so many of those that lost most, the worst first."""
    return nsmallest(most, members, key=lambda member: member.fate.change)


def _member(account: Account, course: Course, fate: Fate) -> Member:
    modes = {mode.value for mode in account.margin_mode.values()} or {MarginMode.CROSS.value}
    leverages = tuple(sorted(set(account.leverage.values())))
    return Member(" and ".join(sorted(modes)), leverages, course, fate)


def _count(terms: str, some: Sequence[Member]) -> Count:
    verdicts = [member.fate.verdict for member in some]
    whole, partly = verdicts.count(Verdict.LIQUIDATED), verdicts.count(Verdict.PARTLY)
    unopened = verdicts.count(Verdict.NEVER_OPENED)
    return Count(
        terms=terms,
        accounts=len(some),
        called=sum(member.course.margin_calls > 0 for member in some),
        liquidated=whole,
        partly=partly,
        lived=len(some) - whole - partly - unopened,
        unopened=unopened,
        paid_in=sum(member.fate.tally.deposited for member in some),
        change=sum(member.fate.change for member in some),
    )
