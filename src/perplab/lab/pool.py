"""A pool as it stood: kept cheaply at the time, so that how near it was can be asked later."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from perplab.domain.commands import MarginMode, PositionMode, PositionSide
from perplab.domain.instrument import Config, Instrument, Settings
from perplab.domain.numbers import ONE, Money, Price, Qty, Value
from perplab.domain.state import Account, PoolKey, Position, State
from perplab.engine.outlook import Outlook, liquidation_prices, outlook, pool_key
from perplab.engine.risk import legs_of, wallet_of


class Share(NamedTuple):
    """One position of a pool: signed quantity and signed cost."""

    instrument: Instrument
    side: PositionSide
    quantity: Qty
    cost: Value


class Pool(NamedTuple):
    """A margin pool without its marks: its own money and its positions."""

    key: PoolKey
    wallet: Money
    shares: tuple[Share, ...]

    @property
    def wide(self) -> bool:
        """Return whether it holds several symbols, so that several marks move it."""
        first = self.shares[0].instrument
        return any(share.instrument is not first for share in self.shares)

    def ratio(self, mark: int) -> Fraction | None:
        """Return maintenance / equity of a pool of one symbol, None with equity not above zero."""
        equity, needed = self.wallet * ONE, 0
        for instrument, _, quantity, cost in self.shares:
            equity += quantity * mark - cost
            needed += instrument.maintenance_at(abs(quantity) * mark)
        return Fraction(needed, equity * ONE) if equity > 0 else None

    def prices(self, mark: Price) -> tuple[Fraction, ...]:
        """Return the liquidation prices of a pool of one symbol, those nearest to a mark."""
        symbol = self.shares[0].instrument.symbol
        found = liquidation_prices(self.state({symbol: mark}), self.key, symbol)
        return tuple(price for price in found if price is not None and price > 0)

    def state(self, marks: dict[str, Price]) -> State:
        """Return a state that holds nothing but this pool, at these marks."""
        instruments = {share.instrument.symbol: share.instrument for share in self.shares}
        # The settings say what is done about a pool, and nothing of how it stands.
        state = State(Config(settings=Settings(), instruments=tuple(instruments.values())))
        for symbol, mark in marks.items():
            state.prices[symbol].mark = mark
        cross = not self.key.symbol
        account = Account(name=self.key.account, number=0, position_mode=PositionMode.ONE_WAY)
        account.futures = self.wallet if cross else Money(0)
        for instrument, side, quantity, cost in self.shares:
            account.positions[instrument.symbol, side] = Position(
                margin_mode=MarginMode.CROSS if cross else MarginMode.ISOLATED,
                quantity=quantity,
                cost=cost,
                margin=Money(0) if cross else self.wallet,
            )
        state.accounts[account.name] = account
        return state


@dataclass(slots=True)
class Still:
    """A position's pool at one moment; its outlook is reckoned when it is first asked for."""

    pool: Pool
    symbol: str
    side: PositionSide
    marks: dict[str, Price]
    _outlook: Outlook | None = field(default=None, compare=False)

    @property
    def outlook(self) -> Outlook:
        """Return how the pool stood, seen from the position."""
        if self._outlook is None:
            state = self.pool.state(self.marks)
            account = state.accounts[self.pool.key.account]
            self._outlook = outlook(state, account, self.symbol, self.side)
            assert self._outlook is not None, "a still is taken of what is held"
        return self._outlook


def pool_of(state: State, account: Account, key: PoolKey) -> Pool | None:
    """Return a margin pool as it stands, None where it holds nothing."""
    instruments = state.instruments
    shares = tuple(
        Share(instruments[symbol], side, position.quantity, position.cost)
        for symbol, side, position in legs_of(account, key)
    )
    return Pool(key, wallet_of(account, key), shares) if shares else None


def still_of(state: State, account: Account, symbol: str, side: PositionSide) -> Still | None:
    """Return a position's pool and its marks as they are now, None where nothing is held."""
    key = pool_key(account, symbol, side)
    pool = None if key is None else pool_of(state, account, key)
    if pool is None:
        return None
    marks = {share.instrument.symbol: None for share in pool.shares}
    return Still(pool, symbol, side, {name: state.prices[name].mark for name in marks})
