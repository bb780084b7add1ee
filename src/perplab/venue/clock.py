"""Clock: integer time, and turns that say who goes first when two things share a moment."""

from collections.abc import Generator
from enum import IntEnum
from typing import Any

import simpy
from simpy.events import Event

Process = Generator[Event, None, None]
"""What a SimPy process is written as."""


class Turn(IntEnum):
    """The order of things at one time: SimPy's queue priority."""

    MARKET = 10
    FORK = 11
    FUNDING = 12
    TIMER = 13
    AGENT = 14
    END = 15


class Clock(simpy.Environment):
    """SimPy's loop, whose time a plain loop may move on as far as nothing is scheduled.

    `disturbed` tells that loop that something was scheduled or done since it last asked.
    """

    disturbed = True

    def schedule(self, *args: Any, **more: Any) -> None:
        """Schedule an event, as SimPy does."""
        self.disturbed = True
        super().schedule(*args, **more)

    def disturb(self) -> None:
        """Stop that loop after the present tick."""
        self.disturbed = True

    def advance(self, time_ns: int) -> None:
        """Go on to a time that is before everything scheduled: `peek` is later."""
        self._now = time_ns


class At(Event):
    """An event of a given time and turn."""

    def __init__(self, env: simpy.Environment, time_ns: int, turn: Turn) -> None:
        super().__init__(env)
        if time_ns < env.now:
            raise ValueError(f"{time_ns} ns is before now, {int(env.now)} ns")
        self._ok = True
        self._value = None
        # SimPy's own delays may be floats; ours is the difference of two integers.
        env.schedule(self, priority=turn, delay=time_ns - env.now)  # type: ignore[arg-type]


class Signal(Event):
    """An event that somebody else fires; who waits resumes in the turn of agents."""

    withdrawn = False
    """Whether nobody waits for it any more."""

    def fire(self) -> None:
        """Let who waits go on, at the present time."""
        self._ok = True
        self._value = None
        self.env.schedule(self, priority=Turn.AGENT)  # type: ignore[arg-type]
