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
        for event in self._heard:
            if wait.matches(event):
                waiting.wake(wait, event)
                return
        self._listening.append((waiting, wait))

    def forget(self) -> None:
        """Forget what was heard: a tick wakes the agent."""
        self._heard.clear()

    def woken(self, waiting: Waiting) -> None:
        """Forget what was before the event that woke the agent, or all if something else did."""
        self._listening.clear()
        self._following.clear()
        heard = self._heard
        if isinstance(waiting.won, EventWait) and waiting.value is not None:
            place = next(n for n, event in enumerate(heard) if event is waiting.value)
            del heard[: place + 1]
        else:
            heard.clear()
