"""Stretches: the times in which a margin pool did not change, to be looked up on the tape.

Skipping records few ticks; how near a position came to liquidation between them is on the tape.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from perplab.domain.instrument import Instrument
from perplab.domain.numbers import ONE
from perplab.domain.state import Account, PoolKey, State
from perplab.engine.outlook import liquidation_prices
from perplab.engine.risk import legs_of, pools_of, wallet_of
from perplab.tape.stream import Stream


@dataclass(frozen=True, slots=True)
class Pool:
    """A margin pool of one symbol: its money, its legs' quantities and costs, its brackets."""

    key: PoolKey
    instrument: Instrument
    wallet: int
    legs: tuple[tuple[int, int], ...]

    def ratio(self, mark: int) -> Fraction | None:
        """Return maintenance / equity at a mark, None where equity is not above zero."""
        equity, needed = self.wallet * ONE, 0
        for quantity, cost in self.legs:
            equity += quantity * mark - cost
            needed += self.instrument.maintenance_at(abs(quantity) * mark)
        return Fraction(needed, equity * ONE) if equity > 0 else None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A pool from one moment to another, and the liquidation prices that it had."""

    pool: Pool
    prices: tuple[Fraction, ...]
    from_ns: int
    to_ns: int = 0


@dataclass(frozen=True, slots=True)
class Sight:
    """A pool at one mark of the tape."""

    time_ns: int
    mark: int
    ratio: Fraction | None
    distance: Fraction | None


@dataclass(slots=True)
class Stretches:
    """One account's stretches. A cross pool of several symbols has none: its prices all move."""

    over: list[Stretch] = field(default_factory=list)
    _open: dict[PoolKey, Stretch] = field(default_factory=dict)

    def follow(self, state: State, account: Account) -> None:
        """Take the account's pools as they are after a batch."""
        pools = {pool.key: pool for pool in _pools(state, account)}
        for key, stretch in list(self._open.items()):
            if pools.get(key) != stretch.pool:
                self.over.append(replace(self._open.pop(key), to_ns=state.time_ns))
        for key, pool in pools.items():
            if key not in self._open:
                prices = liquidation_prices(state, key, pool.instrument.symbol)
                found = tuple(price for price in prices if price is not None and price > 0)
                self._open[key] = Stretch(pool, found, state.time_ns)

    def crossed(self, state: State, key: PoolKey) -> Fraction | None:
        """Return the liquidation price that the mark of a pool has reached.

        None where the pool changed as well since its prices were reckoned, or has none.
        """
        account = state.accounts[key.account]
        pool = next((pool for pool in _pools(state, account) if pool.key == key), None)
        stretch = self._open.get(key)
        if pool is None or stretch is None or stretch.pool != pool or not stretch.prices:
            return None
        mark = state.prices[pool.instrument.symbol].mark
        return min(stretch.prices, key=lambda price: abs(price - mark))

    def close(self, end_ns: int) -> None:
        """End what is still open with the run."""
        self.over += [replace(stretch, to_ns=end_ns) for stretch in self._open.values()]
        self._open.clear()

    def sights(self, streams: Iterable[Stream]) -> Iterator[Sight]:
        """Yield each stretch's lowest and highest mark, strictly between its two moments."""
        marks = {(stream.symbol, stream.kind): stream for stream in streams}
        for stretch in self.over:
            instrument = stretch.pool.instrument
            yield from _extremes(stretch, marks[instrument.symbol, instrument.mark_stream])


def _pools(state: State, account: Account) -> Iterator[Pool]:
    for key in pools_of(account):
        legs = legs_of(account, key)
        if len({leg.symbol for leg in legs}) == 1:
            yield Pool(
                key=key,
                instrument=state.instruments[legs[0].symbol],
                wallet=wallet_of(account, key),
                legs=tuple((leg.position.quantity, leg.position.cost) for leg in legs),
            )


def _extremes(stretch: Stretch, stream: Stream) -> Iterator[Sight]:
    first = stream.last_row_at(stretch.from_ns) + 1
    end = stream.last_row_at(stretch.to_ns - 1) + 1
    if first >= end:
        return
    index = stream.index
    low, high = index.range_of(first, end)
    for row in (index.first(first, low, None), index.first(first, None, high)):
        assert row is not None, "the range is that of rows that are there"
        mark = int(stream.price[row])
        gaps = [abs(mark - price) for price in stretch.prices]
        yield Sight(
            time_ns=int(stream.time_ns[row]),
            mark=mark,
            ratio=stretch.pool.ratio(mark),
            distance=min(gaps) / mark if gaps else None,
        )
