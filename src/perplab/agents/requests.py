"""Requests: what an agent asked for, and the exchange's answer once it has arrived."""

from collections.abc import Callable
from dataclasses import dataclass, field

from perplab.domain import events as ev
from perplab.domain.commands import Command, PlaceOrder
from perplab.domain.events import Event
from perplab.domain.reasons import Reason


@dataclass(slots=True, eq=False)
class Request:
    """Commands on their way to the exchange.

    Without latency they have arrived when the agent gets this. `events` are those that they
    caused, consequences included.
    """

    commands: tuple[Command, ...]
    events: tuple[Event, ...] = ()
    arrived: bool = False
    on_arrival: list[Callable[[], None]] = field(default_factory=list, repr=False)

    @property
    def order_id(self) -> str:
        """Return the ID of the order that was asked for, empty if none was."""
        for command in self.commands:
            if isinstance(command, PlaceOrder):
                return command.order_id
        return ""

    @property
    def refused(self) -> Reason | None:
        """Return why the exchange refused, None if it did not or has not been asked yet."""
        for event in self.events:
            if isinstance(event, ev.Refusal):
                return event.reason
        return None

    def answer(self, events: tuple[Event, ...]) -> None:
        """Take the exchange's answer, and tell who waits for it."""
        self.events, self.arrived = events, True
        for tell in self.on_arrival:
            tell()
