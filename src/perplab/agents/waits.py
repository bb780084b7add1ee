"""Waits: what an agent may yield. Whatever comes first resumes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from perplab.agents.errors import AgentError, shown
from perplab.agents.requests import Request
from perplab.agents.values import decimal_of
from perplab.domain.events import Event
from perplab.engine.bands import StreamKey
from perplab.venue.clock import At, Signal, Turn
from perplab.venue.desk import Desk
from perplab.venue.moments import Touch, format_time

if TYPE_CHECKING:
    from perplab.agents.news import News


class Waiting:
    """One yield of an agent: the first of its waits that comes true wakes it, the rest end."""

    def __init__(self, desk: Desk, news: "News") -> None:
        self.desk = desk
        self.news = news
        self.signal = Signal(desk.env)
        self.over = False
        self.won: Wait | None = None
        self.value: Any = None
        self.rivals: tuple[EventWait, ...] = ()
        """The waits for events among several waits: the first event decides between them."""
        self.known = 0
        """How many of the events heard belong to what woke the agent, or came before it."""

    def wake(self, wait: "Wait", value: Any) -> None:
        """Resume the agent in its turn of the present moment."""
        if self.over:
            return
        self.over, self.won, self.value = True, wait, value
        self.known = self.news.count
        self.signal.fire()


class Wait:
    """Something to wait for; `value` is what it brought once it came true."""

    value: Any = None

    def arm(self, waiting: Waiting) -> None:
        """See to it that the agent is woken."""
        raise NotImplementedError


@dataclass(slots=True)
class Bell:
    """A price watch that wakes an agent; it is withdrawn once something else has."""

    waiting: Waiting
    ring: Callable[[], None]
    silent: bool = False

    @property
    def withdrawn(self) -> bool:
        """Return whether nobody listens any more."""
        return self.silent or self.waiting.over

    def fire(self) -> None:
        """Wake the agent."""
        self.ring()


@dataclass(eq=False)
class TimeWait(Wait):
    """Until a time in ns, after the ticks and settlements of that time."""

    time_ns: int

    def arm(self, waiting: Waiting) -> None:
        """Set an alarm."""
        now = waiting.desk.now
        if self.time_ns < now:
            raise AgentError(
                f"waits for {format_time(self.time_ns)}, which is before now, {format_time(now)}"
            )
        alarm = At(waiting.desk.env, self.time_ns, Turn.AGENT)
        assert alarm.callbacks is not None
        alarm.callbacks.append(lambda _: waiting.wake(self, self.time_ns))


@dataclass(eq=False)
class PriceWait(Wait):
    """Until a price is touched; nothing is done at the ticks before. It brings the price."""

    touch: Touch

    def arm(self, waiting: Waiting) -> None:
        """Watch the price: it narrows the band of its stream."""

        def ring() -> None:
            prices = waiting.desk.prices(self.touch.symbol)
            waiting.wake(self, decimal_of(prices.mark if self.touch.on_mark else prices.last))

        waiting.desk.watch(self.touch, Bell(waiting, ring))


@dataclass(eq=False)
class EventWait(Wait):
    """Until something happens to the account; what happened since it last woke counts."""

    matches: Callable[[Event], bool]
    over: Callable[[], bool] = bool
    """Whether it has happened before, so that there is nothing to come."""
    brings: type = object
    """What it brings; an event of another type ends the wait with None."""

    def arm(self, waiting: Waiting) -> None:
        """Look at what was heard already, then listen."""
        waiting.news.listen(waiting, self)
        if self.over():
            waiting.wake(self, None)


@dataclass(eq=False)
class ArrivalWait(Wait):
    """Until the exchange has answered a request, which it brings."""

    request: Request

    def arm(self, waiting: Waiting) -> None:
        """Be told of the answer, at once if it is there."""
        if self.request.arrived:
            waiting.wake(self, self.request)
        else:
            self.request.on_arrival.append(lambda: waiting.wake(self, self.request))


@dataclass(eq=False)
class AnyOf(Wait):
    """Until the first of several; it brings the wait that came true."""

    waits: tuple[Wait, ...]

    def arm(self, waiting: Waiting) -> None:
        """Arm each in order, until one is true already."""
        waiting.rivals = tuple(wait for wait in self.waits if isinstance(wait, EventWait))
        for wait in self.waits:
            if isinstance(wait, TickWait):
                raise AgentError("any_of cannot wait for a tick, which is yielded alone")
            if isinstance(wait, AnyOf) or not isinstance(wait, Wait):
                raise AgentError(
                    f"any_of cannot wait for {shown(wait)};"
                    " expected waits one by one, as any_of(one, other)"
                )
            if not waiting.over:
                wait.arm(waiting)


@dataclass(eq=False)
class TickWait(Wait):
    """Until the stream's next tick, which it brings; yielded alone."""

    stream: StreamKey

    def arm(self, _waiting: Waiting) -> None:
        """Refuse: the driver reads ticks in a loop of its own."""
        raise AgentError("a tick is waited for alone")
