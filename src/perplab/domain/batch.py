"""A batch: one command and all that it caused, which the journal holds whole or not at all."""

from dataclasses import dataclass

from perplab.domain.commands import Command
from perplab.domain.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One command, the time at which it was decided, and its events in order."""

    time_ns: int
    command: Command
    events: tuple[Event, ...]
