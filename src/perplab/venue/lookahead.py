"""Lookahead: when a pool of several symbols has to be looked at, known from the tape ahead.

Its bands give each symbol a part of the pool's slack. Where the slack is small or the prices make
up for each other they are touched all the time and nothing happens. So a pool whose band was
touched for nothing is summed up over the coming rows, as far as they are worth it, and left alone
until the moment that this finds; unless it changes, which draws its bands anew.
"""

from collections.abc import Sequence
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from perplab.domain.state import PoolKey
from perplab.engine.bands import StreamKey
from perplab.engine.exchange import Exchange
from perplab.engine.risk import legs_of
from perplab.engine.standing import standing
from perplab.tape.combined import Part, first_fall
from perplab.venue.source import Due, Source

_EFFORT = 1 << 12
_MOST_EFFORT = 1 << 22
"""How many rows are summed up for a pool at first and at most; each time that it was worth it
twice as many as the time before."""
_NEAR = 16
"""A look that reaches no farther than so many rows of a stream was in vain."""
_MOST_VAIN = 10
"""After n looks in vain, at most after so many, the next 2**n - 1 touches are left to the bands."""


class _Appointment(NamedTuple):
    """A pool and the tick with which it is looked at again."""

    due: Due
    number: int
    key: PoolKey
    effort: int


class Lookahead:
    """Postpones pools that are due for nothing, and keeps when each is looked at again."""

    def __init__(self, exchange: Exchange, sources: Sequence[Source]) -> None:
        self._exchange = exchange
        self._sources = sources
        self._by_key = {source.key: source for source in sources}
        self._queue: list[_Appointment] = []
        self._latest: dict[PoolKey, _Appointment] = {}
        self._efforts: dict[PoolKey, int] = {}
        self._vain: dict[PoolKey, int] = {}
        self._left_alone: dict[PoolKey, int] = {}
        self._numbers = count()

    def next_due(self) -> Due | None:
        """Return the first tick with which a pool is looked at again."""
        while self._queue and not self._holds(self._queue[0]):
            heappop(self._queue)
        return self._queue[0].due if self._queue else None

    def expect(self, due: Due) -> None:
        """Have the pools looked at that were left alone until this tick, which comes next."""
        self._efforts.clear()
        while self.next_due() == due:
            _, _, key, effort = heappop(self._queue)
            self._efforts[key] = min(2 * effort, _MOST_EFFORT)
            self._exchange.expect(key, self._sources[due.turn].key)

    def look(self) -> None:
        """Look ahead for the pools to which nothing happened just now."""
        for key in self._exchange.unmoved:
            if self._is_worth_it(key) and self._is_joint(key):
                self._look_for(key, self._efforts.get(key, _EFFORT))

    def _is_joint(self, key: PoolKey) -> bool:
        """Return whether a pool has several symbols; the bands of one are exact."""
        account = self._exchange.state.accounts[key.account]
        if key.symbol or len(account.positions) == 1:
            return False
        legs = legs_of(account, key)
        return any(leg.symbol != legs[0].symbol for leg in legs)

    def _is_worth_it(self, key: PoolKey) -> bool:
        """Return whether to look; not so soon where looks were in vain, as at a bracket's edge."""
        left = self._left_alone.get(key, 0)
        if left:
            self._left_alone[key] = left - 1
        return not left

    def _look_for(self, key: PoolKey, effort: int) -> None:
        state = self._exchange.state
        pool = standing(state, key)
        parts = []
        for symbol, mark, low, high, slopes in pool.symbols:
            source = self._by_key[StreamKey(symbol, state.instruments[symbol].mark_stream)]
            part = Part(source.stream, source.row, source.end, mark, slopes, low, high)
            parts.append((source.turn, part))
        parts.sort(key=lambda part: part[0])
        found = first_fall([part for _, part in parts], pool.distances, effort)
        self._latest.pop(key, None)
        if found is not None:
            turn, part = parts[found.part]
            if found.row < part.row + _NEAR:
                self._vain[key] = vain = min(self._vain.get(key, 0) + 1, _MOST_VAIN)
                self._left_alone[key] = 2**vain - 1
                return
            due = Due(int(part.stream.time_ns[found.row]), turn, found.row)
            self._latest[key] = appointment = _Appointment(due, next(self._numbers), key, effort)
            heappush(self._queue, appointment)
        self._vain.pop(key, None)
        self._exchange.postpone(key)

    def _holds(self, appointment: _Appointment) -> bool:
        """Return whether the pool has not changed since."""
        key = appointment.key
        return self._latest.get(key) is appointment and self._exchange.is_postponed(key)
