"""The chronicle's naive twin: looks at every position after every batch, and reads every row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from perplab.domain import events as ev
from perplab.domain.batch import Batch
from perplab.domain.commands import Observation
from perplab.domain.evolve import evolve, observe
from perplab.domain.instrument import Config, Instrument
from perplab.domain.numbers import ONE
from perplab.domain.state import Account, PoolKey, State, cross_pool
from perplab.engine.outlook import liquidation_prices, margin_ratio, outlook
from perplab.engine.risk import Risk, legs_of, pools_of, wallet_of
from perplab.lab.drawdown import Drawdown
from perplab.lab.tally import Tally
from perplab.tape.stream import Stream


class Pool(NamedTuple):
    """A margin pool of one symbol: what it is made of."""

    key: PoolKey
    instrument: Instrument
    wallet: int
    legs: tuple[tuple[int, int], ...]


class Stretch(NamedTuple):
    """A pool with its liquidation prices, from a time to another."""

    pool: Pool
    prices: tuple[Fraction, ...]
    from_ns: int
    to_ns: int


@dataclass(slots=True)
class Life:
    """One account: its extremes, as a story has them, and what it had between its changes."""

    tally: Tally = field(default_factory=Tally)
    drawdown: Drawdown = field(default_factory=Drawdown)
    ratio: Fraction | None = None
    ratio_ns: int = 0
    distance: Fraction | None = None
    distance_ns: int = 0
    distance_mark: int = 0
    over: list[Stretch] = field(default_factory=list)
    open: dict[PoolKey, Stretch] = field(default_factory=dict)
    crossed: list[Fraction | None] = field(default_factory=list)

    def see(
        self, time_ns: int, mark: int, ratio: Fraction | None, distance: Fraction | None
    ) -> None:
        gone = self.ratio is None and self.ratio_ns
        if ratio is not None and not gone and (self.ratio is None or ratio > self.ratio):
            self.ratio, self.ratio_ns = ratio, time_ns
        if distance is not None and (self.distance is None or distance < self.distance):
            self.distance, self.distance_ns, self.distance_mark = distance, time_ns, mark

    def end(self, time_ns: int, mark: int, ratio: Fraction | None) -> None:
        self.see(time_ns, mark, ratio, Fraction(0))
        if ratio is None and (self.ratio is not None or not self.ratio_ns):
            self.ratio, self.ratio_ns = None, time_ns


class Exhaustive:
    """A listener that watches everything after every batch."""

    def __init__(self, config: Config) -> None:
        self.state = State(config)
        self.lives: dict[str, Life] = {}

    def __call__(self, batch: Batch, _state: State) -> None:
        state = self.state
        state.time_ns = batch.time_ns
        if isinstance(batch.command, Observation):
            observe(state, batch.command, batch.time_ns)
        for event in batch.events:
            evolve(state, event)
            self._take(event)
        for name, life in self.lives.items():
            account = state.accounts[name]
            for symbol, side in account.positions:
                if view := outlook(state, account, symbol, side):
                    life.see(state.time_ns, view.mark, view.margin_ratio, view.distance)
            self._follow(life, account)
            life.drawdown.follow(state, account, life.tally.deposited)

    def close(self, end_ns: int, streams: Sequence[Stream]) -> None:
        """Look at every row between the batches that changed a pool."""
        marks = {(stream.symbol, stream.kind): stream for stream in streams}
        for life in self.lives.values():
            life.over += [one._replace(to_ns=end_ns) for one in life.open.values()]
            for stretch in life.over:
                instrument = stretch.pool.instrument
                _read(life, stretch, marks[instrument.symbol, instrument.mark_stream])

    def _take(self, event: ev.Event) -> None:
        name = getattr(event, "account", "")
        if isinstance(event, ev.AccountOpened | ev.HolderOpened):
            self.lives[name] = Life()
        if name not in self.lives:
            return
        life, state = self.lives[name], self.state
        life.tally.count(event)
        if isinstance(event, ev.LiquidationStarted):
            key = cross_pool(name)
            if event.symbol:
                key = PoolKey(name, event.symbol, event.position_side)
            mark = state.prices[event.symbol].mark if event.symbol else 0
            life.end(state.time_ns, mark, margin_ratio(Risk(event.equity, event.maintenance)))
            life.crossed.append(self._crossed(life, key))

    def _crossed(self, life: Life, key: PoolKey) -> Fraction | None:
        pools = {pool.key: pool for pool in _pools(self.state, self.state.accounts[key.account])}
        pool, stretch = pools.get(key), life.open.get(key)
        if pool is None or stretch is None or stretch.pool != pool or not stretch.prices:
            return None
        mark = self.state.prices[pool.instrument.symbol].mark
        return min(stretch.prices, key=lambda price: abs(price - mark))

    def _follow(self, life: Life, account: Account) -> None:
        pools = {pool.key: pool for pool in _pools(self.state, account)}
        for key, stretch in list(life.open.items()):
            if pools.get(key) != stretch.pool:
                life.over.append(life.open.pop(key)._replace(to_ns=self.state.time_ns))
        for key, pool in pools.items():
            if key not in life.open:
                prices = liquidation_prices(self.state, key, pool.instrument.symbol)
                found = tuple(price for price in prices if price is not None and price > 0)
                life.open[key] = Stretch(pool, found, self.state.time_ns, 0)


def _pools(state: State, account: Account) -> list[Pool]:
    pools = []
    for key in pools_of(account):
        legs = legs_of(account, key)
        if len({leg.symbol for leg in legs}) == 1:
            held = tuple((leg.position.quantity, leg.position.cost) for leg in legs)
            instrument = state.instruments[legs[0].symbol]
            pools.append(Pool(key, instrument, wallet_of(account, key), held))
    return pools


def _read(life: Life, stretch: Stretch, stream: Stream) -> None:
    """See the first of the lowest and the first of the highest rows strictly between."""
    rows = [
        (int(price), int(time_ns))
        for time_ns, price in zip(stream.time_ns, stream.price, strict=True)
        if stretch.from_ns < time_ns < stretch.to_ns
    ]
    if not rows:
        return
    low, high = min(rows), min(rows, key=lambda row: (-row[0], row[1]))
    for mark, time_ns in (low, high):
        gaps = [abs(mark - price) for price in stretch.prices]
        distance = min(gaps) / mark if gaps else None
        life.see(time_ns, mark, _ratio(stretch.pool, mark), distance)


def _ratio(pool: Pool, mark: int) -> Fraction | None:
    equity, needed = pool.wallet * ONE, 0
    for quantity, cost in pool.legs:
        equity += quantity * mark - cost
        needed += pool.instrument.maintenance_at(abs(quantity) * mark)
    return Fraction(needed, equity * ONE) if equity > 0 else None
