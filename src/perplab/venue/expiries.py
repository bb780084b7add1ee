"""Expiries: the clock that ends good-till-date orders at their time, after its ticks."""

import simpy
from simpy.events import Event

from perplab.domain import commands as cm, events as ev
from perplab.domain.batch import Batch
from perplab.domain.state import State
from perplab.engine.orders import is_due
from perplab.venue.clock import At, Turn
from perplab.venue.desk import Desk


class Expiries:
    """Listens for accepted orders that end at a time, and tells the exchange when it has come."""

    def __init__(self, env: simpy.Environment, desk: Desk) -> None:
        self._env = env
        self._desk = desk
        self._set: dict[int, None] = {}

    def hear(self, batch: Batch, _state: State) -> None:
        """Set the timer for what a batch accepted."""
        for event in batch.events:
            if isinstance(event, ev.OrderAccepted) and event.good_till_ns:
                self._arm(event.good_till_ns)

    def _arm(self, time_ns: int) -> None:
        if time_ns in self._set:
            return
        self._set[time_ns] = None
        alarm = At(self._env, time_ns, Turn.TIMER)
        assert alarm.callbacks is not None
        alarm.callbacks.append(lambda event: self._ring(time_ns, event))

    def _ring(self, time_ns: int, _event: Event) -> None:
        del self._set[time_ns]
        if any(is_due(order, time_ns) for order in self._desk.state.orders.values()):
            self._desk.submit(cm.ExpireOrders())
