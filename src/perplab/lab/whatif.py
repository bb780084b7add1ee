"""What if: several decisions at one point of a log, each run to the end, in parallel processes."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from perplab.lab.comparison import Branch, Watcher
from perplab.lab.finding import tapes_of_log
from perplab.lab.forking import Decision, Fork, fork_of
from perplab.lab.parting import ForkError
from perplab.lab.recorded import run_recorded
from perplab.lab.workers import worker_pool
from perplab.venue.venue import Prices


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One branch to be run: its name, what is decided, and the log to keep, if any."""

    name: str
    decision: Decision
    out: Path | None = None


def run_fork(
    fork: Fork,
    name: str,
    out: Path | None,
    *,
    every_tick: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Branch:
    """Run a fork, proving on the way that it begins as its parent did, and return what it came to.

    It has the figures of the account that decides. A log that is there already is gone on with if
    it is this fork's, and refused otherwise.
    """
    setup = fork.setup
    watcher = Watcher(setup.config, (fork.account,))
    outcome = run_recorded(
        setup,
        out,
        every_tick=every_tick,
        listeners=[watcher],
        progress=progress,
        parent_log=fork.log,
    )
    return Branch(
        name=name,
        outcomes=watcher.outcomes(setup.plan.end_ns, setup.prices.streams),
        facts=watcher.facts(),
        head=outcome.head,
        end_ns=setup.plan.end_ns,
        log=out,
        parent=setup.parent,
        do=setup.plan.forks[-1].do,
        faults=tuple(fault.sentence for fault in outcome.faults),
    )


def branches_of(
    log: Path, tries: Sequence[Try], prices: Prices, places: Sequence[Path], jobs: int
) -> Iterator[tuple[int, Branch]]:
    """Yield each try's place and branch as it is done, by so many processes; one job: by this one.

    Every try is read and checked before the first one runs.
    """
    forks = [fork_of(log, one.decision, prices, places) for one in tries]
    if jobs == 1 or len(tries) == 1:
        for place, (fork, one) in enumerate(zip(forks, tries, strict=True)):
            yield place, run_fork(fork, one.name, one.out)
        return
    with worker_pool(min(jobs, len(tries))) as pool:
        begun = {
            pool.submit(_branch, log, one, tuple(places)): place for place, one in enumerate(tries)
        }
        try:
            for future in as_completed(begun):
                yield begun[future], future.result()
        except BrokenProcessPool as error:
            raise ForkError(
                "a process died while it ran a branch; try again with --jobs 1"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _branch(log: Path, one: Try, places: tuple[Path, ...]) -> Branch:
    """Run one try in a process of its own, which reads the tapes again."""
    fork = fork_of(log, one.decision, tapes_of_log(log, places), places)
    return run_fork(fork, one.name, one.out)
