"""The roll: how each account of a run fares, however many they are."""

from perplab.domain import events as ev
from perplab.domain.batch import Batch
from perplab.domain.state import State
from perplab.lab.course import Course


class Roll:
    """A listener that follows every account's course, without a state of its own."""

    def __init__(self) -> None:
        self.courses: dict[str, Course] = {}

    def __call__(self, batch: Batch, _state: State) -> None:
        """Take the next batch of the run."""
        courses = self.courses
        for event in batch.events:
            course = courses.get(getattr(event, "account", ""))
            if course is not None:
                course.count(event, batch.time_ns)
            elif isinstance(event, ev.AccountOpened | ev.HolderOpened):
                course = courses[event.account] = Course(event.account)
                course.count(event, batch.time_ns)
