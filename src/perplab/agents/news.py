"""News: what happened to an account since its agent last woke, and who waits for it."""

from collections.abc import Callable

from perplab.agents.waits import EventWait, Waiting
from perplab.domain.events import Event


class News:
    """The events of one account, as heard by one running generator."""

    def __init__(self) -> None:
        self._heard: list[Event] = []
        self._listening: list[tuple[Waiting, EventWait]] = []
        self._following: list[tuple[Waiting, Callable[[], None]]] = []

    @property
    def count(self) -> int:
        """Return how many events were heard and are not forgotten."""
        return len(self._heard)

    def hear(self, event: Event) -> None:
        """Take an event, and wake whoever waits for it."""
        self._heard.append(event)
        for waiting, wait in self._listening:
            if not waiting.over and wait.matches(event):
                waiting.wake(wait, event)
        for waiting, look in self._following:
            if not waiting.over:
                look()

    def follow(self, waiting: Waiting, look: Callable[[], None]) -> None:
        """Have a look after every event, until the agent is woken."""
        self._following.append((waiting, look))

    def listen(self, waiting: Waiting, wait: EventWait) -> None:
        """Wake for the first event that matches, among those heard already or to come."""
        if not any(map(wait.matches, self._heard)):
            self._listening.append((waiting, wait))
            return
        for place, event in enumerate(self._heard, 1):
            for one in waiting.rivals or (wait,):
                if not waiting.over and one.matches(event):
                    waiting.wake(one, event)
                    waiting.known = place

    def forget(self) -> None:
        """Forget what was heard: a tick wakes the agent."""
        self._heard.clear()

    def woken(self, waiting: Waiting) -> None:
        """Forget what was heard up to what woke the agent; what came later is news to it."""
        self._listening.clear()
        self._following.clear()
        del self._heard[: waiting.known]
