"""Risk: a margin pool's equity and maintenance margin, exact, and how far prices may move.

A pool's slack at a level c is f = c * equity - maintenance, counted in 1e-24. The pool is at
the level when f <= 0: c = 1 liquidates, c = 0.8 calls for margin. As long as no position leaves
its bracket, f is linear in every price, which is what the bands below are made of.
"""

from collections.abc import Iterator
from typing import NamedTuple

from perplab.domain.commands import MarginMode, PositionSide
from perplab.domain.instrument import Instrument
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


class Reach(NamedTuple):
    """A symbol's open price interval inside which a pool cannot change its standing."""

    symbol: str
    low: int | None
    high: int | None


def is_liquidatable(risk: Risk) -> bool:
    """Return whether equity has fallen to the maintenance margin. docs/rules.md, Liquidation."""
    return risk.maintenance > 0 and risk.slack(ONE) <= 0


def pools_of(account: Account) -> Iterator[PoolKey]:
    """Yield the account's margin pools: the cross one first, then isolated ones in order."""
    modes = {position.margin_mode for position in account.positions.values()}
    if MarginMode.CROSS in modes:
        yield cross_pool(account.name)
    if MarginMode.ISOLATED in modes:
        for (symbol, side), position in sorted(account.positions.items()):
            if position.margin_mode is MarginMode.ISOLATED:
                yield PoolKey(account.name, symbol, side)


def legs_of(account: Account, key: PoolKey) -> list[Leg]:
    """Return the positions of a pool, in order of symbol and side."""
    if key.symbol:
        position = account.positions.get((key.symbol, key.position_side))
        return [Leg(key.symbol, key.position_side, position)] if position else []
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
    account = state.accounts[key.account]
    equity = wallet_of(account, key) * ONE
    required = 0
    for leg in legs_of(account, key):
        equity += unrealized(state, leg)
        required += maintenance(state, leg)
    return Risk(Value(equity), Fine(required))


def is_called(account: Account, key: PoolKey) -> bool:
    """Return whether the pool's margin call is standing."""
    if not key.symbol:
        return account.called
    position = account.positions.get((key.symbol, key.position_side))
    return bool(position and position.called)


def reaches(state: State, key: PoolKey) -> list[Reach]:
    """Return, for each symbol of the pool, the marks at which it must be looked at again.

    Each of the n symbols may use an nth of the pool's slack, so that no combination of prices
    inside all the intervals changes the pool's standing. With one symbol the bounds are exact.
    """
    account = state.accounts[key.account]
    risk = assess(state, key)
    legs = legs_of(account, key)
    symbols = sorted({leg.symbol for leg in legs})
    falling, rising = _levels(state, called=is_called(account, key))
    result = []
    for symbol in symbols:
        mine = [leg for leg in legs if leg.symbol == symbol]
        mark = state.prices[symbol].mark
        low, high = _bracket_edges(state.instruments[symbol], mine, mark)
        slope = _slope(state, mine, falling)
        share = len(symbols) * abs(slope)
        if slope:
            # f = 0 lies slack/|slope| away; at or beyond it the level is reached.
            move = divide_up(max(0, risk.slack(falling)), share)
            low, high = _tighten(low, high, mark, -move if slope > 0 else move)
        if rising is not None and (slope := _slope(state, mine, rising)):
            # f must come above zero: the first price strictly beyond the root.
            gap = max(0, -risk.slack(rising))
            move = divide_down(gap, len(symbols) * abs(slope)) + 1
            low, high = _tighten(low, high, mark, move if slope > 0 else -move)
        result.append(Reach(symbol, low, high))
    return result


def _levels(state: State, *, called: bool) -> tuple[int, int | None]:
    """Return the level below which the pool must not fall, and the one that clears its call."""
    if called:
        return ONE, state.settings.margin_call_rearm
    return min(ONE, state.settings.margin_call_ratio), None


def _slope(state: State, legs: list[Leg], level: int) -> int:
    """Return df/dprice in 1e-16 while no leg leaves its bracket."""
    slope = 0
    for leg in legs:
        quantity = leg.position.quantity
        instrument = state.instruments[leg.symbol]
        bracket = instrument.brackets[instrument.bracket_at(notional(state, leg))]
        slope += level * quantity - bracket.rate * abs(quantity)
    return slope


def _bracket_edges(
    instrument: Instrument, legs: list[Leg], mark: int
) -> tuple[int | None, int | None]:
    """Return the nearest prices at which a leg is in another bracket."""
    low: int | None = None
    high: int | None = None
    last = len(instrument.brackets) - 1
    for leg in legs:
        size = abs(leg.position.quantity)
        if not size:
            continue
        index = instrument.bracket_at(size * mark)
        if index > 0:
            below = divide_down(instrument.brackets[index - 1].cap * ONE, size)
            low = below if low is None else max(low, below)
        if index < last:
            above = divide_down(instrument.brackets[index].cap * ONE, size) + 1
            high = above if high is None else min(high, above)
    return low, high


def _tighten(
    low: int | None, high: int | None, mark: int, move: int
) -> tuple[int | None, int | None]:
    """Return the interval cut at mark + move, below or above."""
    if move <= 0:
        low = mark + move if low is None else max(low, mark + move)
    if move >= 0:
        high = mark + move if high is None else min(high, mark + move)
    return low, high


def bankruptcy_price(state: State, key: PoolKey, leg: Leg) -> Price:
    """Return the price of one position at which its pool's equity is zero, other marks fixed.

    Rounded to the side on which the pool keeps the rest, and never below 1e-8.
    """
    quantity = leg.position.quantity
    rest = assess(state, key).equity - unrealized(state, leg)
    # rest + quantity * price - cost = 0
    numerator = leg.position.cost - rest
    price = divide_up(numerator, quantity) if quantity > 0 else divide_down(numerator, quantity)
    return Price(max(1, price))
