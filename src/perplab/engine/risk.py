"""Risk: a margin pool's equity and maintenance margin, exact, and how far prices may move.

A pool's slack at a level c is f = c * equity - maintenance, counted in 1e-24. The pool is at
the level when f <= 0: c = 1 liquidates, c = 0.8 calls for margin. As long as no position leaves
its bracket, f is linear in every price, which is what the bands below are made of.
"""

from collections.abc import Sequence
from typing import NamedTuple

from perplab.domain.commands import MarginMode, PositionSide
from perplab.domain.numbers import ONE, Fine, Money, Price, Value, divide_down, divide_up
from perplab.domain.state import Account, PoolKey, Position, State, cross_pool
from perplab.engine.lone import Lone


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


def reaches(state: State, key: PoolKey) -> list[Reach]:
    """Return, for each symbol of the pool, the marks at which it must be looked at again."""
    settings = state.settings
    if is_called(state.accounts[key.account], key):
        # A call is cleared above zero: at the first price strictly beyond that root.
        return reaches_of(state, key, falls_to=[ONE], rises_above=[settings.margin_call_rearm])
    falling = min(ONE, settings.margin_call_ratio)
    return reaches_of(state, key, falls_to=[falling], rises_above=[])


def reaches_of(
    state: State, key: PoolKey, *, falls_to: Sequence[int], rises_above: Sequence[int]
) -> list[Reach]:
    """Return, for each symbol of the pool, between which marks it cannot reach these levels.

    It stands above the levels of `falls_to` and at or below those of `rises_above`. Each of the n
    symbols may use an nth of the pool's slack, so that no combination of prices inside all the
    intervals changes the pool's standing. With one position the bounds are exact; with one symbol
    they are exact, or the edges of a bracket.
    """
    account = state.accounts[key.account]
    legs = legs_of(account, key)
    if len(legs) == 1:
        ((symbol, _, position),) = legs
        brackets = state.instruments[symbol].brackets
        if max([bracket.rate for bracket in brackets]) < min(*falls_to, *rises_above, ONE):
            alone = Lone(brackets, position, wallet_of(account, key), state.prices[symbol].mark)
            return [Reach(symbol, *alone.reach(falls_to, rises_above))]
    risk = assess(state, key)
    segments = _segments(state, legs)
    result = []
    for symbol, segment in segments.items():
        mark = state.prices[symbol].mark
        low, high = segment.low, segment.high
        for level in falls_to:
            if slope := segment.slope(level):
                # f = 0 lies slack / |slope| away; at or beyond it the level is reached.
                move = divide_up(max(0, risk.slack(level)), len(segments) * abs(slope))
                low, high = _tighten(low, high, mark, -move if slope > 0 else move)
        for level in rises_above:
            if slope := segment.slope(level):
                gap = max(0, -risk.slack(level))
                move = divide_down(gap, len(segments) * abs(slope)) + 1
                low, high = _tighten(low, high, mark, move if slope > 0 else -move)
        result.append(Reach(symbol, low, high))
    return result


class Segment(NamedTuple):
    """What is linear around a symbol's mark: until a leg leaves its bracket at low or high."""

    net: int
    """Signed quantity of all legs."""
    weight: int
    """Sum of rate * |quantity|, 1e-16."""
    low: int | None
    high: int | None

    def slope(self, level: int) -> int:
        """Return df/dprice, 1e-16."""
        return level * self.net - self.weight


def _segments(state: State, legs: list[Leg]) -> dict[str, Segment]:
    """Return each symbol's segment at its mark, in the order of the legs."""
    found: dict[str, Segment] = {}
    for symbol, _, position in legs:
        brackets = state.instruments[symbol].brackets
        size = abs(position.quantity)
        if not size:
            continue
        index = state.instruments[symbol].bracket_at(size * state.prices[symbol].mark)
        net, weight, low, high = found.get(symbol, Segment(0, 0, None, None))
        if index > 0:
            below = divide_down(brackets[index - 1].cap * ONE, size)
            low = below if low is None else max(low, below)
        if index < len(brackets) - 1:
            above = divide_down(brackets[index].cap * ONE, size) + 1
            high = above if high is None else min(high, above)
        net, weight = net + position.quantity, weight + brackets[index].rate * size
        found[symbol] = Segment(net, weight, low, high)
    return found


def _tighten(
    low: int | None, high: int | None, mark: int, move: int
) -> tuple[int | None, int | None]:
    """Return the interval cut at mark + move, below or above."""
    if move <= 0:
        low = mark + move if low is None else max(low, mark + move)
    if move >= 0:
        high = mark + move if high is None else min(high, mark + move)
    return low, high


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
