"""The chronicle: follows a run's batches, event by event, and keeps the story of each account."""

from collections.abc import Collection

from perplab.domain import events as ev
from perplab.domain.batch import Batch
from perplab.domain.commands import Command, Observation
from perplab.domain.evolve import evolve, observe
from perplab.domain.instrument import Config
from perplab.domain.state import State
from perplab.journal.errors import JournalError
from perplab.journal.journal import Journal
from perplab.lab.marks import Marks
from perplab.lab.story import Story
from perplab.venue.writer import Listener


class Chronicle:
    """A listener with a state of its own, so that each event is seen with what it did.

    After a batch only the accounts that it changed are looked at: what the marks did to the others
    is looked up on the tape. With `only`, no other account has a story.
    """

    def __init__(self, config: Config, only: Collection[str] | None = None) -> None:
        self.state = State(config)
        self.only = only
        self.stories: dict[str, Story] = {}
        self._marks = Marks()
        self._wide: dict[str, Story] = {}

    def __call__(self, batch: Batch, _state: State) -> None:
        """Take the next batch of the run."""
        state, command = self.state, batch.command
        state.time_ns = batch.time_ns
        self._marks.batch += 1
        moved = False
        if isinstance(command, Observation):
            observe(state, command, batch.time_ns)
            moved = self._marks.note(state, command.symbol)
        changed: dict[str, Story] = {}
        for event in batch.events:
            evolve(state, event)
            self._take(event, command)
            changed |= self._concerned(event)
        for name, story in self._wide.items() if moved else ():
            if name not in changed:
                story.watch(state)
        for name, story in changed.items():
            if story.follow(state):
                self._wide[name] = story
            else:
                self._wide.pop(name, None)

    def _take(self, event: ev.Event, command: Command) -> None:
        if isinstance(event, ev.AccountOpened | ev.HolderOpened) and (
            self.only is None or event.account in self.only
        ):
            self.stories[event.account] = Story(event.account, marks=self._marks)
        for story in self._concerned(event).values():
            story.take(self.state, event, command)

    def _concerned(self, event: ev.Event) -> dict[str, Story]:
        """Return the stories of the accounts that an event is about."""
        if isinstance(event, ev.BracketsChanged):
            return self.stories
        name = getattr(event, "account", None)
        return {name: self.stories[name]} if name in self.stories else {}


def follow(journal: Journal, listener: Listener, state: State) -> None:
    """Tell a listener of each batch of a log; `JournalError` for one about what does not exist."""
    try:
        for _, _, batch in journal.batches():
            listener(batch, state)
    except KeyError as error:
        raise JournalError(f"it is about {error}, which does not exist").at(journal.path) from error
