"""Stretches: the times in which a margin pool did not change, to be looked up on the tape.

Skipping records few ticks; how near a position came to liquidation between them is on the tape.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from perplab.domain.numbers import Price
from perplab.domain.state import Account, PoolKey, State
from perplab.engine.risk import pools_of
from perplab.lab.extremes import ON_TAPE, Sight
from perplab.lab.marks import Marks, Seen
from perplab.lab.pool import Pool, pool_of
from perplab.tape.stream import Stream


@dataclass(frozen=True, slots=True)
class Stretch:
    """A pool of one symbol from one batch to another, and the mark at which it began."""

    pool: Pool
    mark: Price
    start: Seen
    end: Seen = Seen(ON_TAPE, ON_TAPE)

    @property
    def symbol(self) -> str:
        """Return the symbol that it holds."""
        return self.pool.shares[0].instrument.symbol


@dataclass(slots=True)
class Stretches:
    """One account's stretches. A cross pool of several symbols has none: its prices all move."""

    marks: Marks
    over: list[Stretch] = field(default_factory=list)
    _open: dict[PoolKey, Stretch] = field(default_factory=dict)

    def follow(self, state: State, account: Account) -> list[Pool]:
        """Take the account's pools as they are after a batch; return those of several symbols."""
        pools = [pool_of(state, account, key) for key in pools_of(account)]
        wide = [pool for pool in pools if pool is not None and pool.wide]
        now = {pool.key: pool for pool in pools if pool is not None and not pool.wide}
        seen = Seen(self.marks.batch, state.time_ns)
        for key, stretch in list(self._open.items()):
            if now.get(key) != stretch.pool:
                self.over.append(replace(self._open.pop(key), end=seen))
        for key, pool in now.items():
            if key not in self._open:
                mark = state.prices[pool.shares[0].instrument.symbol].mark
                self._open[key] = Stretch(pool, mark, seen)
        return wide

    def crossed(self, state: State, key: PoolKey) -> Fraction | None:
        """Return the liquidation price that the mark of a pool has reached.

        None where the pool changed as well since its prices were reckoned, or has none.
        """
        stretch = self._open.get(key)
        if stretch is None or pool_of(state, state.accounts[key.account], key) != stretch.pool:
            return None
        mark = state.prices[stretch.symbol].mark
        prices = stretch.pool.prices(stretch.mark)
        return min(prices, key=lambda price: abs(price - mark), default=None)

    def close(self, end_ns: int) -> None:
        """End what is still open with the run."""
        end = Seen(ON_TAPE, end_ns)
        self.over += [replace(stretch, end=end) for stretch in self._open.values()]
        self._open.clear()

    def sights(self, streams: Iterable[Stream]) -> Iterator[Sight]:
        """Yield each stretch where it begins, and at its lowest and highest mark.

        Of equal marks a batch's comes before the tape's. Between them nothing is nearer: a pool
        of one symbol has its highest ratio and its least distance at one of the two ends.
        """
        tapes = {(stream.symbol, stream.kind): stream for stream in streams}
        for stretch in self.over:
            pool = stretch.pool
            prices = pool.prices(stretch.mark)
            tape = tapes[stretch.symbol, pool.shares[0].instrument.mark_stream]
            for mark, seen in self._extremes(stretch, tape):
                gaps = [abs(mark - price) for price in prices]
                distance = min(gaps) / mark if gaps else None
                yield Sight(*seen, mark, pool.ratio(mark), distance)

    def _extremes(self, stretch: Stretch, tape: Stream) -> Iterator[tuple[int, Seen]]:
        symbol, start, end = stretch.symbol, stretch.start, stretch.end
        yield stretch.mark, start
        found = set(self.marks.at(symbol, start, end))
        first = tape.last_row_at(start.time_ns) + 1
        last = tape.last_row_at(end.time_ns - 1) + 1
        if first < last:
            found.update(tape.index.range_of(first, last))
        if not found:
            return
        for mark, bounds in ((low := min(found), (low, None)), (high := max(found), (None, high))):
            seen = self.marks.first(symbol, mark, start.batch, end.batch)
            yield mark, seen or Seen(ON_TAPE, _time_of(tape, first, *bounds))


def _time_of(tape: Stream, first: int, low: int | None, high: int | None) -> int:
    row = tape.index.first(first, low, high)
    assert row is not None, "the range is that of rows that are there"
    return int(tape.time_ns[row])
