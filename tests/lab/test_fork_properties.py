"""Forks of random runs: nothing decided changes nothing; what is shared is the same to the byte."""

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings, strategies as st

from perplab.agents.builtin import NAMES
from perplab.agents.casting import cast_from
from perplab.journal.chain import Record
from perplab.journal.journal import Journal
from perplab.journal.verify import verify
from perplab.lab.forking import Decision, Fork, fork_of
from perplab.lab.parting import ForkError
from perplab.lab.preparation import Setup
from perplab.lab.recorded import run_recorded, verify_ticks
from perplab.venue.moments import format_time
from perplab.venue.plan import Others
from runs import SCENARIOS, Chance

FORKS = max(10, SCENARIOS // 10)
QUICK = settings(
    max_examples=FORKS,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
AGENTS = ("", "", *(name for name in NAMES if name not in {"carry", "adviser"}))
WORDS = (
    "add-margin 40 {symbol}",
    "reduce-margin 5 {symbol}",
    "transfer 10 futures spot",
    "close {symbol}",
    "close 50% {symbol}",
    "buy 1 {symbol}",
    "sell 1 {symbol} at 101",
    "cancel-all {symbol}",
    "stop 90 {symbol}",
    "auto-add on {symbol}",
    "auto-add off {symbol}",
    "leverage 5 {symbol}",
    "cross {symbol}",
    "isolated {symbol}",
    "agent stop",
    "agent add-once",
)


class Family:
    """A random run in a log, and forks of it in files beside it."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.chance = Chance(seed).draw()
        self.random = random.Random(seed)
        self.folder = folder
        self.log = folder / "parent.db"
        run_recorded(self._setup(), self.log)

    def _setup(self) -> Setup:
        chance, pick = self.chance, self.random.choice
        accounts = tuple(
            account.model_copy(update={"agent": pick(AGENTS), "latency": pick(("0s", "1s", "90s"))})
            for account in chance.plan.accounts
        )
        return Setup(
            config=chance.config,
            plan=chance.plan.model_copy(update={"accounts": accounts}),
            prices=chance.prices,
            cast=cast_from([]),
        )

    def decision(self, log: Path, others: Others, *, deeds: int) -> Decision:
        pick = self.random.choice
        records = [record for record in records_of(log) if record.type != "EndRun"]
        record = pick(records)
        later = self.random.randint(0, max(0, self.chance.end_ns - record.time_ns))
        time = format_time(record.time_ns + pick((0, later)))
        return Decision(
            at=pick((str(record.seq), time)),
            do=tuple(pick(WORDS).format(symbol=pick(self.chance.symbols)) for _ in range(deeds)),
            account=pick(self.chance.plan.accounts).name,
            others=others,
        )

    def fork(self, log: Path, others: Others = Others.AGENTS, *, deeds: int = 0) -> Fork:
        """Return a fork at a random point; points that no fork can have are drawn again."""
        while True:
            try:
                decision = self.decision(log, others, deeds=deeds)
                return fork_of(log, decision, self.chance.prices, [])
            except ForkError:
                continue

    def run(self, fork: Fork, name: str) -> Path:
        path = self.folder / name
        run_recorded(fork.setup, path, parent_log=fork.log)
        return path

    def prove(self, log: Path) -> None:
        found = verify(log)
        assert found.problem is None
        assert found.finished
        prices = self.chance.prices
        verify_ticks(log, prices.streams, prices.funding)


def families(seed: int) -> Iterator[Family]:
    with TemporaryDirectory() as folder:
        yield Family(seed, Path(folder))


def records_of(log: Path) -> list[Record]:
    """Return every record but the manifest."""
    with Journal.open(log) as journal:
        return [record for block in journal.blocks() for record in block.records if block.number]


@QUICK
@given(st.integers(0, 2**40))
def test_a_fork_in_which_nothing_is_decided_is_its_parent(seed: int) -> None:
    for family in families(seed):
        parent = records_of(family.log)
        for others in (Others.AGENTS, Others.RECORDED):
            child = family.run(family.fork(family.log, others), f"{others}.db")
            assert records_of(child) == parent


@QUICK
@given(st.integers(0, 2**40))
def test_what_a_fork_shares_with_its_parent_is_the_same_and_it_is_proven_alone(seed: int) -> None:
    for family in families(seed):
        parent = records_of(family.log)
        for others in Others:
            fork = family.fork(family.log, others, deeds=2)
            child = family.run(fork, f"{others}.db")
            shared = fork.parting.seq
            assert records_of(child)[:shared] == parent[:shared]
            family.prove(child)


@QUICK
@given(st.integers(0, 2**40))
def test_skipping_equals_every_tick_in_forks_and_in_their_forks(seed: int) -> None:
    for family in families(seed):
        log = family.log
        for generation in (1, 2, 3):
            fork = family.fork(log, family.random.choice(list(Others)), deeds=generation % 3)
            slow = run_recorded(fork.setup, None, every_tick=True, parent_log=fork.log)
            log = family.run(fork, f"{generation}.db")
            with Journal.open(log) as journal:
                assert slow.head == journal.head
        family.prove(log)
