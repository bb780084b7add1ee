"""Risk: a margin pool's equity and maintenance margin, exact.

A pool's slack at a level c is f = c * equity - maintenance, counted in 1e-24. The pool is at
the level when f <= 0: c = 1 liquidates, c = 0.8 calls for margin.
"""

from typing import NamedTuple

from perplab.domain.commands import MarginMode, PositionSide
from perplab.domain.numbers import ONE, Fine, Money, Price, Value, divide_down, divide_up
from perplab.domain.state import Account, PoolKey, Position, State, cross_pool


class Risk(NamedTuple):
    """A pool at one moment: equity in 1e-16, maintenance margin in 1e-24."""

    equity: Value
    maintenance: Fine

    def slack(self, level: int) -> int:
        """Return level * equity - maintenance, 1e-24; `level` is a `Rate`."""
        return level * self.equity - self.maintenance


class Leg(NamedTuple):
    """One position of a pool, with its key."""

    symbol: str
    side: PositionSide
    position: Position


def is_liquidatable(risk: Risk) -> bool:
    """Return whether equity has fallen to the maintenance margin. docs/rules.md, Liquidation."""
    return 0 < risk.maintenance >= risk.equity * ONE


def pools_of(account: Account) -> list[PoolKey]:
    """Return the account's margin pools: the cross one first, then isolated ones in order."""
    positions = account.positions
    name = account.name
    if len(positions) == 1:
        ((symbol, side), position), *_ = positions.items()
        if position.margin_mode is MarginMode.ISOLATED:
            return [PoolKey(name, symbol, side)]
        return [cross_pool(name)]
    found = []
    if any(position.margin_mode is MarginMode.CROSS for position in positions.values()):
        found.append(cross_pool(name))
    for symbol, side in sorted(positions):
        if positions[symbol, side].margin_mode is MarginMode.ISOLATED:
            found.append(PoolKey(name, symbol, side))
    return found


def legs_of(account: Account, key: PoolKey) -> list[Leg]:
    """Return the positions of a pool, in order of symbol and side."""
    if key.symbol:
        position = account.positions.get((key.symbol, key.position_side))
        # A liquidated position keeps its margin to the end, when it holds nothing any more.
        if position is None or not position.quantity:
            return []
        return [Leg(key.symbol, key.position_side, position)]
    return [
        Leg(symbol, side, position)
        for (symbol, side), position in sorted(account.positions.items())
        if position.margin_mode is MarginMode.CROSS
    ]


def wallet_of(account: Account, key: PoolKey) -> Money:
    """Return a pool's own money: the isolated margin, or the futures wallet."""
    if not key.symbol:
        return account.futures
    position = account.positions.get((key.symbol, key.position_side))
    return position.margin if position else Money(0)


def unrealized(state: State, leg: Leg) -> int:
    """Return a position's profit at the mark, 1e-16: quantity * mark - cost."""
    return leg.position.quantity * state.prices[leg.symbol].mark - leg.position.cost


def notional(state: State, leg: Leg) -> int:
    """Return a position's size at the mark, 1e-16."""
    return abs(leg.position.quantity) * state.prices[leg.symbol].mark


def maintenance(state: State, leg: Leg) -> Fine:
    """Return a position's maintenance margin at the mark, 1e-24."""
    return state.instruments[leg.symbol].maintenance_at(notional(state, leg))


def assess(state: State, key: PoolKey) -> Risk:
    """Return the pool's equity and maintenance margin at the current marks."""
    name, pool_symbol, side = key
    account = state.accounts[name]
    positions = account.positions
    if pool_symbol:
        position = positions.get((pool_symbol, side))
        if position is None:
            return _NOTHING
        mark = state.prices[pool_symbol].mark
        equity = position.margin * ONE + position.quantity * mark - position.cost
        size = abs(position.quantity) * mark
        required: int = state.instruments[pool_symbol].maintenance_at(size) if size else 0
        return Risk(Value(equity), Fine(required))
    equity, required = account.futures * ONE, 0
    for (symbol, _), position in positions.items():
        if position.margin_mode is MarginMode.CROSS:
            mark = state.prices[symbol].mark
            equity += position.quantity * mark - position.cost
            required += state.instruments[symbol].maintenance_at(abs(position.quantity) * mark)
    return Risk(Value(equity), Fine(required))


_NOTHING = Risk(Value(0), Fine(0))


def is_called(account: Account, key: PoolKey) -> bool:
    """Return whether the pool's margin call is standing."""
    if not key.symbol:
        return account.called
    position = account.positions.get((key.symbol, key.position_side))
    return bool(position and position.called)


def bankruptcy_price(state: State, leg: Leg, risk: Risk) -> Price:
    """Return the price of one position at which its pool's equity is zero, other marks fixed.

    Rounded to the side on which the pool keeps the rest, and never below 1e-8.
    """
    quantity = leg.position.quantity
    rest = risk.equity - unrealized(state, leg)
    # rest + quantity * price - cost = 0
    numerator = leg.position.cost - rest
    price = divide_up(numerator, quantity) if quantity > 0 else divide_down(numerator, quantity)
    return Price(max(1, price))
