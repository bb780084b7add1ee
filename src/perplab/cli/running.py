"""Running: a setup run into a log with a progress bar, and the stories of its accounts."""

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from perplab.lab.amounts import moment
from perplab.lab.chronicle import Chronicle
from perplab.lab.course import Course
from perplab.lab.fate import Fate, fate_of
from perplab.lab.preparation import Setup
from perplab.lab.recorded import Outcome, run_recorded
from perplab.lab.roll import Roll
from perplab.lab.story import Story
from perplab.venue.plan import Plan

CANDLES = "the path inside a candle is assumed"
"""What the note of every candle tape says."""
_JUMP = (
    "a candle's path jumps between its four prices: a liquidation or a stop inside one fills at"
    " the far end of the jump, so the insurance fund may have to take the position; the"
    " liquidation price itself is exact"
)
_STEPS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A run that is over: what it came to, each account's course and fate, and the stories told."""

    setup: Setup
    outcome: Outcome
    courses: Mapping[str, Course]
    stories: dict[str, Story]
    fates: dict[str, Fate]
    log: Path | None

    @property
    def notes(self) -> list[str]:
        """Return what was assumed, and what a candle's assumed path meant for these accounts."""
        notes = self.setup.notes
        told = any(course.liquidations or course.triggered_ns for course in self.courses.values())
        return [*notes, _JUMP] if told and any(CANDLES in note for note in notes) else notes


def run_told(
    setup: Setup, log: Path | None, *, every_tick: bool, only: Collection[str] | None = None
) -> Told:
    """Run a setup, recorded if a log is given, and listen to it.

    With `only`, no other account's story is told, which very many accounts are too many for.
    """
    chronicle, roll = Chronicle(setup.config, only), Roll()
    nobody = only is not None and not only
    with tape_bar(setup.plan) as progress:
        outcome = run_recorded(
            setup,
            log,
            every_tick=every_tick,
            listeners=[roll] if nobody else [roll, chronicle],
            progress=progress,
        )
    stories = chronicle.stories
    for story in stories.values():
        story.close(setup.plan.end_ns + 1, setup.prices.streams)
    fates = {
        name: fate_of(stories.get(name, course), outcome.state)
        for name, course in roll.courses.items()
    }
    return Told(
        setup=setup,
        outcome=outcome,
        courses=roll.courses,
        stories=stories,
        fates=fates,
        log=log,
    )


def cores() -> int:
    """Return how many cores this process may use; not every system says more than how many."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def tape_bar(plan: Plan) -> Iterator[Callable[[int], None] | None]:
    """Show a bar of the tape's time on a terminal's stderr; what it yields is told the time."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    from rich.progress import (  # noqa: PLC0415 - slow to load, and only a terminal shows it
        BarColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        length = max(1, plan.end_ns - plan.start_ns)
        task = progress.add_task(moment(plan.start_ns), total=length)
        shown = plan.start_ns

        def report(time_ns: int) -> None:
            nonlocal shown
            # A bar that is told every tick would cost more than the ticks.
            if time_ns - shown >= length // _STEPS:
                shown = time_ns
                done = time_ns - plan.start_ns
                progress.update(task, completed=done, description=moment(time_ns))

        yield report
