"""Standing: how far a margin pool is from what may happen to it, and how far prices may move.

As long as no position leaves its bracket, a pool's slack is linear in every price: that is what
its bands are made of, and what a look ahead over several streams sums up.
"""

from collections.abc import Sequence
from typing import NamedTuple

from perplab.domain.numbers import ONE, Price, divide_down, divide_up
from perplab.domain.state import PoolKey, State
from perplab.engine.lone import Lone
from perplab.engine.risk import Leg, assess, is_called, legs_of, wallet_of


class Reach(NamedTuple):
    """A symbol's open price interval inside which a pool cannot change its standing."""

    symbol: str
    low: int | None
    high: int | None


class Linear(NamedTuple):
    """A symbol of a pool: between `low` and `high` a mark of 1e-8 more adds its slopes, 1e-16."""

    symbol: str
    mark: Price
    low: int | None
    high: int | None
    slopes: tuple[int, ...]


class Standing(NamedTuple):
    """How far a pool is from some levels, 1e-24: one is reached when its distance is 0 or less."""

    symbols: tuple[Linear, ...]
    distances: tuple[int, ...]


def reaches(state: State, key: PoolKey) -> list[Reach]:
    """Return, for each symbol of a pool, the marks at which it must be looked at again."""
    return reaches_at(state, key, *_levels(state, key))


def reaches_at(
    state: State, key: PoolKey, falls_to: Sequence[int], rises_above: Sequence[int]
) -> list[Reach]:
    """Return, for each symbol, between which marks a pool comes to none of some levels.

    It stands above those of `falls_to`, and at or below those of `rises_above`. With one position
    the bounds are exact.
    """
    account = state.accounts[key.account]
    legs = legs_of(account, key)
    if len(legs) == 1:
        ((symbol, _, position),) = legs
        if state.steepest[symbol] < min(*falls_to, *rises_above, ONE):
            brackets = state.instruments[symbol].brackets
            alone = Lone(brackets, position, wallet_of(account, key), state.prices[symbol].mark)
            return [Reach(symbol, *alone.reach(falls_to, rises_above))]
    return reaches_of(standing_at(state, key, falls_to, rises_above))


def reaches_of(pool: Standing) -> list[Reach]:
    """Return, for each symbol, between which marks no level is reached.

    Each of the n symbols may use an nth of every distance, so that no combination of prices
    inside all the intervals reaches a level. With one symbol the bounds are exact, or the edges of
    a bracket.
    """
    result = []
    for linear in pool.symbols:
        low, high = linear.low, linear.high
        for distance, slope in zip(pool.distances, linear.slopes, strict=True):
            if slope:
                move = divide_up(distance, len(pool.symbols) * abs(slope))
                low, high = _tighten(low, high, linear.mark, -move if slope > 0 else move)
        result.append(Reach(linear.symbol, low, high))
    return result


def standing(state: State, key: PoolKey) -> Standing:
    """Return how far a pool is from the levels at which something happens to it."""
    return standing_at(state, key, *_levels(state, key))


def _levels(state: State, key: PoolKey) -> tuple[Sequence[int], Sequence[int]]:
    """Return the levels to which a pool must not fall, and above which it must not rise."""
    settings = state.settings
    if is_called(state.accounts[key.account], key):
        # A call is cleared above zero: at the first price strictly beyond that root.
        return (ONE,), (settings.margin_call_rearm,)
    return (min(ONE, settings.margin_call_ratio),), ()


def standing_at(
    state: State, key: PoolKey, falls_to: Sequence[int], rises_above: Sequence[int]
) -> Standing:
    """Return how far a pool is from some levels.

    It stands above those of `falls_to`, and at or below those of `rises_above`.
    """
    risk = assess(state, key)
    symbols = []
    segments = _segments(state, legs_of(state.accounts[key.account], key))
    for symbol, (net, weight, low, high) in segments.items():
        # The slack of a level gains level * net - weight with a price of 1 more, 1e-16.
        falling = [level * net - weight for level in falls_to]
        rising = [weight - level * net for level in rises_above]
        symbols.append(Linear(symbol, state.prices[symbol].mark, low, high, (*falling, *rising)))
    down = [max(0, risk.slack(level)) for level in falls_to]
    up = [max(0, -risk.slack(level)) + 1 for level in rises_above]
    return Standing(tuple(symbols), (*down, *up))


_Segment = tuple[int, int, int | None, int | None]
"""What is linear around a symbol's mark: the signed quantity of all legs, the sum of their rates
times |quantity|, 1e-16, and between which marks no leg leaves its bracket."""


def _segments(state: State, legs: list[Leg]) -> dict[str, _Segment]:
    """Return each symbol's segment at its mark, in the order of the legs."""
    found: dict[str, _Segment] = {}
    for symbol, _, position in legs:
        size = abs(position.quantity)
        if not size:
            continue
        instrument = state.instruments[symbol]
        brackets = instrument.brackets
        index = instrument.bracket_at(size * state.prices[symbol].mark)
        net, weight, low, high = found.get(symbol, (0, 0, None, None))
        if index > 0:
            below = divide_down(brackets[index - 1].cap * ONE, size)
            low = below if low is None else max(low, below)
        if index < len(brackets) - 1:
            above = divide_down(brackets[index].cap * ONE, size) + 1
            high = above if high is None else min(high, above)
        net, weight = net + position.quantity, weight + brackets[index].rate * size
        found[symbol] = net, weight, low, high
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
