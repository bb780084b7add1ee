"""Zones: waiting for a margin ratio to change its colour, without looking at each tick.

The pool adds its nearest zone edges to the bands of its symbols, as margin calls do.
"""

from dataclasses import dataclass

from simpy.events import Event

from perplab.agents.waits import Bell, Wait, Waiting
from perplab.domain.commands import PositionSide
from perplab.domain.state import State
from perplab.engine.outlook import RED_FROM, YELLOW_FROM, Zone, pool_key, zone_of
from perplab.engine.risk import assess
from perplab.engine.standing import reaches_at
from perplab.venue.clock import At, Turn


def zone_at(state: State, account: str, symbol: str, side: PositionSide) -> Zone | None:
    """Return the zone of a position's margin pool, None where nothing is held."""
    key = pool_key(state.accounts[account], symbol, side)
    return None if key is None else zone_of(assess(state, key))


@dataclass(eq=False)
class ZoneWait(Wait):
    """Until a position's zone is another than now; it brings the new one, None if it is gone."""

    account: str
    symbol: str
    side: PositionSide

    def arm(self, waiting: Waiting) -> None:
        """Watch the edges of the present zone, and draw them again after whatever moves them."""
        _ZoneWatch(self, waiting).draw()


class _ZoneWatch:
    def __init__(self, wait: ZoneWait, waiting: Waiting) -> None:
        self._wait = wait
        self._waiting = waiting
        self._desk = waiting.desk
        self._bell = Bell(waiting, self.look)
        self._zone = self._now(self._desk.state)
        self._looking = False
        waiting.news.follow(waiting, self.look)

    def look(self) -> None:
        """Look at the zone once all ticks of the moment are in, as agents do."""
        if self._looking:
            return
        self._looking = True
        alarm = At(self._desk.env, self._desk.now, Turn.AGENT)
        assert alarm.callbacks is not None
        alarm.callbacks.append(self._judge)

    def _judge(self, _alarm: Event) -> None:
        """Wake the agent if the zone has changed, else go on watching."""
        self._looking = False
        if self._waiting.over:
            return
        zone = self._now(self._desk.state)
        if zone is self._zone:
            self.draw()
        else:
            self._waiting.wake(self._wait, zone)

    def draw(self) -> None:
        """Watch the prices at which the zone may change."""
        self._bell.silent = True
        self._bell = Bell(self._waiting, self.look)
        state, wait = self._desk.present, self._wait
        key = pool_key(state.accounts[wait.account], wait.symbol, wait.side)
        if key is None:
            return
        risk = assess(state, key)
        levels = (YELLOW_FROM, RED_FROM)
        above = [level for level in levels if risk.maintenance and risk.slack(level) > 0]
        below = [level for level in levels if level not in above]
        for symbol, low, high in reaches_at(state, key, above, below):
            stream = self._desk.stream_of(symbol, on_mark=True)
            self._desk.watch_band(stream, low, high, self._bell)

    def _now(self, state: State) -> Zone | None:
        return zone_at(state, self._wait.account, self._wait.symbol, self._wait.side)
