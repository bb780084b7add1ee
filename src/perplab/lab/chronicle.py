"""The chronicle: follows a run's batches, event by event, and keeps the story of each account."""

from perplab.domain import events as ev
from perplab.domain.batch import Batch
from perplab.domain.commands import Command, Observation
from perplab.domain.evolve import evolve, observe
from perplab.domain.instrument import Config
from perplab.domain.state import State
from perplab.lab.story import Story


class Chronicle:
    """A listener with a state of its own, so that each event is seen with what it did."""

    def __init__(self, config: Config) -> None:
        self.state = State(config)
        self.stories: dict[str, Story] = {}

    def __call__(self, batch: Batch, _state: State) -> None:
        """Take the next batch of the run."""
        state = self.state
        state.time_ns = batch.time_ns
        if isinstance(batch.command, Observation):
            observe(state, batch.command, batch.time_ns)
        for event in batch.events:
            evolve(state, event)
            self._take(event, batch.command)
        for story in self.stories.values():
            story.watch(state)

    def _take(self, event: ev.Event, command: Command) -> None:
        if isinstance(event, ev.AccountOpened):
            self.stories[event.account] = Story(event.account)
        name = getattr(event, "account", None)
        if name in self.stories:
            self.stories[name].take(self.state, event, command)
        elif isinstance(event, ev.BracketsChanged):
            for story in self.stories.values():
                story.take(self.state, event, command)
