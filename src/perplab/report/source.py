"""Sources: the logs of a page, what is known of each before it is followed, and their prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from perplab.domain.instrument import Config
from perplab.journal.journal import Journal
from perplab.journal.manifest import Manifest, config_of
from perplab.lab.comparison import Branch, branch_of
from perplab.lab.crowd import MOST, Member, crowd_of_log, names_of, worst_of
from perplab.lab.recorded import plan_of
from perplab.report.kinds import FOCUS_TYPES
from perplab.tape.stream import Stream
from perplab.venue.plan import Plan


class ReportError(ValueError):
    """A report that cannot be made: what was found, and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A log and what to call it; without streams only the recorded prices are drawn.

    `note` says why there are none, or what else is to be said of its prices.
    """

    log: Path
    name: str
    streams: Sequence[Stream] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A source with its manifest, its outcome, and the moments worth a closer look.

    `focus` are the times of its loud events by account, by weight; `fork_ns` is when it parted
    from its parent, `shared` how many records it has in common with an earlier log of the page.
    """

    source: Source
    branch: Branch
    manifest: Manifest
    plan: Plan
    config: Config
    focus: dict[str, list[int]]
    fork_ns: int | None
    shared: int

    @property
    def name(self) -> str:
        """Return what to call it."""
        return self.source.name

    @property
    def drawn_from_ns(self) -> int | None:
        """Return from when on it is drawn, None for all of it."""
        return self.fork_ns if self.shared else None


@dataclass(frozen=True, slots=True)
class Shown:
    """The accounts of a page; `crowd` are all those of its first log, if they are very many."""

    names: tuple[str, ...]
    crowd: tuple[Member, ...] = ()


def shown_of(sources: Sequence[Source], account: str | None) -> Shown:
    """Return which accounts a page shows: all, one, or of very many those that lost most.

    Those that a fork decided for come first. Raises `ReportError` for one that no log has.
    """
    logs = [source.log for source in sources]
    names = list(dict.fromkeys(name for log in logs for name in names_of(log)))
    if account is not None and account not in names:
        few = f"{', '.join(names[:MOST])}{' and more' if len(names) > MOST else ''}"
        raise ReportError(f"--account: found {account!r}, expected one of {few}")
    if account is not None or len(names) <= MOST:
        return Shown(tuple(names if account is None else [account]))
    crowd = crowd_of_log(logs[0])
    forked = [fork.account for log in logs for fork in plan_of(log).forks if fork.account]
    worst = [member.course.account for member in worst_of(crowd, MOST)]
    return Shown(tuple(dict.fromkeys([*forked, *worst]))[:MOST], tuple(crowd))


def opened(sources: Sequence[Source], only: Sequence[str]) -> list[Opened]:
    """Return the sources with these accounts; `JournalError` for a log that is none."""
    found: list[Opened] = []
    for source in sources:
        branch = branch_of(source.log, source.name, source.streams, only)
        with Journal.open(source.log) as journal:
            manifest = journal.manifest
            focus = _focus(journal)
        plan = Plan.model_validate(manifest.scenario)
        one = Opened(
            source=source,
            branch=branch,
            manifest=manifest,
            plan=plan,
            config=config_of(manifest.config),
            focus=focus,
            fork_ns=plan.forks[-1].time_ns if plan.forks else None,
            shared=_shared(manifest, [other.source.log for other in found]),
        )
        found.append(one)
    return found


def _focus(journal: Journal) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    sql = (
        "SELECT json_extract(body, '$.account') AS account, time_ns FROM records"
        " WHERE kind = 'event' AND type = ? ORDER BY seq"
    )
    for kind in FOCUS_TYPES:
        for row in journal.query(sql, [kind]):
            found.setdefault(str(row["account"]), []).append(row["time_ns"])
    return found


def _shared(manifest: Manifest, logs: Sequence[Path]) -> int:
    """Return how many records a fork has in common with one of the logs, 0 if it is of none."""
    parent = manifest.parent
    if parent is None:
        return 0
    for log in logs:
        with Journal.open(log) as journal:
            sql = "SELECT count(*) AS found FROM batches WHERE hash = ?"
            (row,) = journal.query(sql, [parent.hash])
            if row["found"]:
                return parent.seq + 1
    return 0
