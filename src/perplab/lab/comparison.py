"""Comparison: runs side by side, what each came to, and where it first differs from the first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from perplab.domain import events as ev
from perplab.domain.batch import Batch
from perplab.domain.instrument import Config
from perplab.domain.state import State
from perplab.journal.codec import encode
from perplab.journal.journal import Journal
from perplab.journal.manifest import Parent, config_of
from perplab.lab.chronicle import Chronicle, follow
from perplab.lab.outcome import AccountOutcome, outcomes_of
from perplab.lab.sentences import Sentences
from perplab.tape.stream import Stream
from perplab.venue.plan import Plan


class Fact(NamedTuple):
    """An event of an account, by its record, with its canonical text and what it says."""

    seq: int
    time_ns: int
    type: str
    body: str
    says: str


class Side(NamedTuple):
    """A fact, and whether it is the branch's own or the base's, which the branch lacks."""

    fact: Fact
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Where a branch first differs: the first fact, and the first later one of another kind.

    `first` may be what was decided itself; `then` is what it led to: the first event after that
    moment that has no counterpart of the same type and time on the other side.
    """

    first: Side
    then: Side | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One run of a comparison: its name, its accounts' figures and facts, its log's head hash."""

    name: str
    outcomes: dict[str, AccountOutcome]
    facts: dict[str, tuple[Fact, ...]]
    head: str
    end_ns: int
    finished: bool = True
    log: Path | None = None
    parent: Parent | None = None
    do: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(slots=True)
class Watcher:
    """A listener that keeps what a comparison needs of a run, of all its accounts or of some."""

    config: Config
    only: Collection[str] | None = None
    chronicle: Chronicle = field(init=False)
    _seen: dict[str, list[tuple[int, int, ev.Event]]] = field(default_factory=dict)
    _records: int = 0

    def __post_init__(self) -> None:
        self.chronicle = Chronicle(self.config, self.only)

    def __call__(self, batch: Batch, state: State) -> None:
        """Take the next batch of the run."""
        self.chronicle(batch, state)
        self._records += 1
        for event in batch.events:
            self._records += 1
            account = getattr(event, "account", None)
            if account in self.chronicle.stories:
                self._seen.setdefault(account, []).append((self._records, batch.time_ns, event))

    def outcomes(self, end_ns: int, streams: Sequence[Stream] | None) -> dict[str, AccountOutcome]:
        """Return each account's figures at the end; without streams the path is unknown."""
        return outcomes_of(self.chronicle, end_ns, streams)

    def facts(self) -> dict[str, tuple[Fact, ...]]:
        """Return each account's events that say something, in order."""
        return {account: tuple(self._told(account, seen)) for account, seen in self._seen.items()}

    def _told(self, account: str, seen: list[tuple[int, int, ev.Event]]) -> list[Fact]:
        entries = self.chronicle.stories[account].entries
        says = {id(entry.event): entry.text for entry in entries}
        words = Sentences()
        facts = []
        for seq, time_ns, event in seen:
            # Funding payments in a row are one entry of a story; here each is told.
            paid = words.tell(event) if isinstance(event, ev.FundingPaid) else None
            text = paid or says.get(id(event))
            if text:
                facts.append(Fact(seq, time_ns, type(event).__name__, encode(event), text))
        return facts


def branch_of(
    log: Path, name: str, streams: Sequence[Stream] | None, only: Collection[str] | None = None
) -> Branch:
    """Return what a log holds of all accounts or of some; the rules are not executed again."""
    with Journal.open(log) as journal:
        manifest = journal.manifest
        plan = Plan.model_validate(manifest.scenario)
        watcher = Watcher(config_of(manifest.config), only)
        follow(journal, watcher, watcher.chronicle.state)
        end_ns = plan.end_ns if journal.finished else watcher.chronicle.state.time_ns
        return Branch(
            name=name,
            outcomes=watcher.outcomes(end_ns, streams),
            facts=watcher.facts(),
            head=journal.head,
            end_ns=end_ns,
            finished=journal.finished,
            log=log,
            parent=manifest.parent,
            do=plan.forks[-1].do if plan.forks else (),
        )


def difference_of(base: Branch, branch: Branch, account: str) -> Difference | None:
    """Return where an account's life differs between two runs, None if it does not."""
    one, other = base.facts.get(account, ()), branch.facts.get(account, ())
    first = _first(one, other, exact=True)
    if first is None:
        return None
    moment = first.fact.time_ns
    later = [[fact for fact in facts if fact.time_ns > moment] for facts in (one, other)]
    return Difference(first=first, then=_first(*later, exact=False))


def _first(base: Sequence[Fact], branch: Sequence[Fact], *, exact: bool) -> Side | None:
    """Return the earlier of the first two facts that are not the same, or of the same kind."""
    for theirs, ours in zip_longest(base, branch):
        if ours is None or theirs is None:
            return Side(theirs, own=False) if ours is None else Side(ours, own=True)
        if _key(ours, exact=exact) != _key(theirs, exact=exact):
            own = ours.time_ns <= theirs.time_ns
            return Side(ours if own else theirs, own)
    return None


def _key(fact: Fact, *, exact: bool) -> tuple[int, str, str]:
    return fact.time_ns, fact.type, fact.body if exact else ""
