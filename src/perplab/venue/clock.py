"""Clock: integer time, and turns that say who goes first when two things share a moment."""

from collections.abc import Callable, Generator
from enum import IntEnum
from heapq import heappop, heappush
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

    `disturbed` tells that loop that something was scheduled or done since it last asked. Calls
    stand in the one order of all events, and cost a tenth of one.
    """

    disturbed = True

    def __init__(self, initial_time: int) -> None:
        super().__init__(initial_time)
        self._calls: list[tuple[int, int, int, Callable[[], None]]] = []

    def schedule(self, *args: Any, **more: Any) -> None:
        """Schedule an event, as SimPy does."""
        self.disturbed = True
        super().schedule(*args, **more)

    def call(self, time_ns: int, call: Callable[[], None]) -> None:
        """Call somebody at a time in the turn of agents, as if an event were scheduled for it."""
        self.disturbed = True
        heappush(self._calls, (time_ns, Turn.AGENT, next(self._eid), call))

    def peek(self) -> float:
        """Return the time of the next event or call."""
        soonest = super().peek()
        return min(soonest, self._calls[0][0]) if self._calls else soonest

    def step(self) -> None:
        """Do what comes next."""
        calls = self._calls
        if calls and (not self._queue or calls[0][:3] < self._queue[0][:3]):
            self._now, _, _, call = heappop(calls)
            call()
        else:
            super().step()

    def disturb(self) -> None:
        """Stop that loop after the present tick."""
        self.disturbed = True


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

    def fire_at_once(self) -> None:
        """Let who waits go on before anything else: from a call, in which no process is active."""
        self._ok = True
        self._value = None
        callbacks = self.callbacks or []
        self.callbacks = None  # type: ignore[assignment]  # SimPy's mark of an event that is over
        for callback in callbacks:
            callback(self)
