"""The context: all that an agent sees and can do."""

from collections.abc import Callable, Generator, Sequence
from inspect import GEN_CREATED, getgeneratorstate, isgenerator
from types import UnionType
from typing import Any

from perplab.agents import waits
from perplab.agents.advising import AdviceView, Adviser
from perplab.agents.asking import Asking
from perplab.agents.bars import Bar, BarWait, bar_of, next_end
from perplab.agents.errors import AgentError, shown
from perplab.agents.pairs import pair, protect
from perplab.agents.requests import Request
from perplab.agents.values import Number, decimal_of, units_of
from perplab.agents.zones import ZoneWait
from perplab.domain import events as ev
from perplab.domain.events import Event
from perplab.venue.moments import Touch, format_time, parse_duration, parse_time

Script = Generator[waits.Wait, Any, Any]
"""What an agent is written as: it yields waits, and is resumed with what they brought."""

_UNFILLED = ev.OrderCanceled | ev.OrderExpired | ev.OrderRejected
"""How an order ends that is not filled, or not filled whole."""
_BAR, _ADVICE = 30, 2_500
"""What readings of the past cost, in turns of a loop."""


class Context(Asking):
    """One account, seen from inside the venue: reading, asking, waiting.

    Numbers are `Decimal`; where one is wanted, text, integers and floats do as well. Of several
    symbols the first is meant unless one is named. `random` is the agent's own generator of
    chances, seeded by the run's seed and the account's name.
    """

    begin: Callable[[Script], None]
    """What makes another generator of the agent run."""
    adviser: Adviser

    def spawn(self, script: Script) -> None:
        """Run another generator of the agent beside this one, as `ctx.spawn(guard(ctx))`."""
        given: Any = script
        if not isgenerator(given) or getgeneratorstate(given) != GEN_CREATED:
            raise AgentError(
                f"spawn: found {shown(given)}, expected a generator that has not begun,"
                " as ctx.spawn(guard(ctx))"
            )
        self._count()
        self.begin(script)

    def until(self, moment: str | int) -> waits.TimeWait:
        """Wait until a time: ISO 8601 (UTC), +30m from the agent's start, or ns since 1970."""
        if not isinstance(moment, str | int):
            raise AgentError(f"until: found {shown(moment)}, expected a time as text or in ns")
        time_ns = moment if isinstance(moment, int) else parse_time(moment, self.start_ns)
        if time_ns < self.now:
            raise AgentError(
                f"waits for {format_time(time_ns)}, which is before now, {format_time(self.now)}"
            )
        return waits.TimeWait(time_ns)

    def sleep(self, duration: str) -> waits.TimeWait:
        """Wait for a length of time, as `250ms`, `5s`, `15m`, `8h`, `1d`."""
        return waits.TimeWait(self.now + _duration(duration))

    def crosses(
        self, price: Number, symbol: str | None = None, *, on: str = "mark"
    ) -> waits.PriceWait:
        """Wait until the mark or last price touches a price, from whichever side it is now."""
        return self._price(price, symbol, on, falls=None)

    def falls_to(
        self, price: Number, symbol: str | None = None, *, on: str = "mark"
    ) -> waits.PriceWait:
        """Wait until the mark or last price is at or below a price."""
        return self._price(price, symbol, on, falls=True)

    def rises_to(
        self, price: Number, symbol: str | None = None, *, on: str = "mark"
    ) -> waits.PriceWait:
        """Wait until the mark or last price is at or above a price."""
        return self._price(price, symbol, on, falls=False)

    def fill(self, order: Request | str | None = None) -> waits.EventWait:
        """Wait for a fill, of one order or of any; it brings the `OrderFilled`.

        Fills since the agent last woke count. Where the order ends without one it brings None.
        """
        wanted = _order_id(order)

        def matches(event: Event) -> bool:
            if isinstance(event, ev.OrderFilled):
                return wanted in {None, event.order_id}
            return isinstance(event, _UNFILLED) and event.order_id == wanted

        return waits.EventWait(matches, over=self._is_over(order), brings=ev.OrderFilled)

    def ended(self, order: Request | str) -> waits.Wait:
        """Wait until an order is open no more: filled, cancelled, expired or rejected.

        It brings the event, or None where it had ended before.
        """
        wanted = _order_id(order)

        def matches(event: Event) -> bool:
            if isinstance(event, ev.OrderFilled):
                return event.order_id == wanted and not event.remaining
            return isinstance(event, _UNFILLED) and event.order_id == wanted

        return waits.EventWait(matches, over=self._is_over(order))

    def margin_call(self) -> waits.EventWait:
        """Wait for a margin call; it brings the `MarginCalled`."""
        return self.event(ev.MarginCalled)

    def liquidation(self) -> waits.EventWait:
        """Wait for a liquidation to end; it brings the `LiquidationEnded`."""
        return self.event(ev.LiquidationEnded)

    def position_closed(
        self, symbol: str | None = None, side: str | None = None
    ) -> waits.EventWait:
        """Wait until a position is closed, by whomever; it brings the `PositionClosed`."""
        symbol = self._symbol(symbol)
        place = (symbol, self._side(symbol, side))

        def matches(event: Event) -> bool:
            if not isinstance(event, ev.PositionClosed):
                return False
            return (event.symbol, event.position_side) == place

        return waits.EventWait(matches)

    def event(self, *kinds: type) -> waits.EventWait:
        """Wait for the first event of the account of one of these types, and bring it."""
        if not kinds or not all(isinstance(kind, type | UnionType) for kind in kinds):
            found = ", ".join(map(shown, kinds)) or "nothing"
            raise AgentError(f"event: found {found}, expected classes of perplab.domain.events")
        return waits.EventWait(lambda event: isinstance(event, kinds))

    def zone_change(self, symbol: str | None = None, side: str | None = None) -> ZoneWait:
        """Wait until a position's margin ratio turns green, yellow or red, or it is gone."""
        symbol = self._symbol(symbol)
        return ZoneWait(self.name, symbol, self._side(symbol, side))

    def arrival(self, request: Request) -> waits.ArrivalWait:
        """Wait until the exchange has answered a request."""
        return waits.ArrivalWait(request)

    def any_of(self, *waiting: waits.Wait) -> waits.AnyOf:
        """Wait for whichever comes first; it brings that wait, whose `value` is what it brought."""
        if not waiting:
            raise AgentError("any_of waits for nothing; expected at least one wait")
        return waits.AnyOf(waiting)

    def tick(self, symbol: str | None = None, *, on: str = "last") -> waits.TickWait:
        """Wait for the next tick of the last or mark price, and bring it; every one is seen.

        Keep the wait and yield it again: that is the quick way through a whole tape.
        """
        return waits.TickWait(self._desk.stream_of(self._symbol(symbol), on_mark=_is_mark(on)))

    def bar(self, length: str, symbol: str | None = None, *, on: str = "last") -> BarWait:
        """Wait for the end of the present bar, as of `1h`, and bring it."""
        length_ns = _length(length)
        key = self._desk.stream_of(self._symbol(symbol), on_mark=_is_mark(on))
        return BarWait(next_end(self.now, length_ns), key, length_ns)

    def bars(
        self, length: str, count: int, symbol: str | None = None, *, on: str = "last"
    ) -> tuple[Bar, ...]:
        """Return the last whole bars before now, the oldest first."""
        self.spend(_BAR * max(count, 0))
        length_ns = _length(length)
        stream = self._desk.stream(self._desk.stream_of(self._symbol(symbol), on_mark=_is_mark(on)))
        end = next_end(self.now, length_ns) - length_ns
        starts = range(end - count * length_ns, end, length_ns)
        return tuple(bar_of(stream, start, start + length_ns) for start in starts)

    def advise(
        self,
        symbol: str | None = None,
        side: str | None = None,
        *,
        levels: Sequence[Number] = (),
        stop: Number | None = None,
    ) -> AdviceView | None:
        """Return the adviser's verdict on a position now, None where nothing is held.

        `levels` are prices that must hold, `stop` is where it was meant to end: docs/advice.md.
        """
        self.spend(_ADVICE)
        symbol = self._symbol(symbol)
        return self.adviser.advise(symbol, self._side(symbol, side), levels=levels, stop=stop)

    def oco(self, one: Request, other: Request) -> None:
        """Make two orders a pair: when one fills or ends, the other is cancelled."""
        self.spawn(pair(self, one, other))

    def bracket(
        self,
        entry: Request,
        *,
        stop: Number,
        take_profit: Number,
        symbol: str | None = None,
        side: str | None = None,
    ) -> None:
        """Protect an entry: once it has filled, a stop and a take-profit as a pair.

        Where the price is beyond one of them by then, the position is closed at the market.
        """
        prices = (
            decimal_of(units_of(stop, "stop")),
            decimal_of(units_of(take_profit, "take_profit")),
        )
        self.spawn(protect(self, entry, prices, symbol, side))

    def _is_over(self, order: Request | str | None) -> Callable[[], bool]:
        """Return what says whether an order has arrived and is open no more."""

        def over() -> bool:
            arrived = not isinstance(order, Request) or order.arrived
            return order is not None and arrived and not self.is_open(order)

        return over

    def _price(
        self, price: Number, symbol: str | None, on: str, *, falls: bool | None
    ) -> waits.PriceWait:
        units = units_of(price, "a price to wait for")
        if units <= 0:
            raise AgentError(f"a price to wait for: found {price}, expected more than zero")
        return waits.PriceWait(Touch(self._symbol(symbol), _is_mark(on), falls, units))


def _order_id(order: Request | str | None) -> str | None:
    order_id = order.order_id if isinstance(order, Request) else order
    if order_id == "":
        raise AgentError("the request is not for an order, so there is no fill or end to wait for")
    return order_id


def _is_mark(on: str) -> bool:
    if on not in {"last", "mark"}:
        raise AgentError(f"on: found {on!r}, expected last or mark")
    return on == "mark"


def _duration(text: str) -> int:
    if not isinstance(text, str):
        raise AgentError(f"found {shown(text)}, expected a length of time as text, as '90s'")
    return parse_duration(text)


def _length(length: str) -> int:
    length_ns = _duration(length)
    if not length_ns:
        raise AgentError(f"a bar of {length!r} has no length")
    return length_ns
