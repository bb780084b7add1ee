"""Outlook: how near a margin pool is to liquidation, as exact ratios and prices for reading.

Nothing is decided by these figures: a liquidation is the comparison in `risk.is_liquidatable`.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from perplab.domain.commands import MarginMode, PositionSide
from perplab.domain.instrument import Instrument
from perplab.domain.numbers import ONE, SQUARE, Price, Rate, divide_half_up, divide_up
from perplab.domain.state import Account, PoolKey, State, cross_pool
from perplab.engine.risk import (
    Leg,
    Risk,
    assess,
    is_liquidatable,
    legs_of,
    notional,
    unrealized,
    wallet_of,
)

YELLOW_FROM = Rate(50_000_000)
RED_FROM = Rate(80_000_000)


class Zone(StrEnum):
    """The colour of a margin ratio. docs/rules.md, Margin ratio, equity ratio and zones."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class LiquidationPrices(NamedTuple):
    """The exact marks, in 1e-8, nearest below and above at which a pool is liquidated."""

    below: Fraction | None
    above: Fraction | None


class Outlook(NamedTuple):
    """A pool at the current marks, seen from one symbol of it.

    `margin_ratio` is maintenance / equity, None where equity is not above zero; `equity_ratio`
    equity / notional of the whole pool; `below` and `above` are liquidation prices rounded half
    up, None where there is none above zero; `distance` is the way to the nearer one as a share
    of the mark.
    """

    mark: Price
    margin_ratio: Fraction | None
    equity_ratio: Fraction
    zone: Zone
    below: Price | None
    above: Price | None
    distance: Fraction | None


class _Segment(NamedTuple):
    """Prices low < p <= high in which no leg changes its bracket; no `high`: without end."""

    low: Fraction
    high: Fraction | None


def pool_key(account: Account, symbol: str, side: PositionSide) -> PoolKey | None:
    """Return the margin pool that a position belongs to, None where nothing is held."""
    position = account.positions.get((symbol, side))
    if position is None or not position.quantity:
        return None
    if position.margin_mode is MarginMode.CROSS:
        return cross_pool(account.name)
    return PoolKey(account.name, symbol, side)


def outlook(state: State, account: Account, symbol: str, side: PositionSide) -> Outlook | None:
    """Return how a position's pool stands, None where nothing is held."""
    key = pool_key(account, symbol, side)
    if key is None:
        return None
    risk = assess(state, key)
    size = sum(notional(state, leg) for leg in legs_of(account, key))
    mark = state.prices[symbol].mark
    prices = liquidation_prices(state, key, symbol)
    gaps = [abs(Fraction(mark) - price) for price in prices if price is not None and price > 0]
    return Outlook(
        mark=mark,
        margin_ratio=margin_ratio(risk),
        equity_ratio=Fraction(risk.equity, size),
        zone=zone_of(risk),
        below=printed(prices.below),
        above=printed(prices.above),
        distance=min(gaps) * Fraction(1, mark) if gaps else None,
    )


def margin_ratio(risk: Risk) -> Fraction | None:
    """Return maintenance / equity, None where equity is not above zero."""
    return Fraction(risk.maintenance, risk.equity * ONE) if risk.equity > 0 else None


def zone_of(risk: Risk) -> Zone:
    """Return the zone of a pool: compared, not divided."""
    if risk.maintenance > 0 and risk.slack(RED_FROM) <= 0:
        return Zone.RED
    if risk.maintenance > 0 and risk.slack(YELLOW_FROM) <= 0:
        return Zone.YELLOW
    return Zone.GREEN


def liquidation_prices(state: State, key: PoolKey, symbol: str) -> LiquidationPrices:
    """Return where the pool meets its maintenance margin if only this symbol's mark moves.

    The first such prices from the mark down and up; both are None for a pool that is there
    already. Between two bracket edges the slack is a line, so each segment has one root at most.
    """
    account = state.accounts[key.account]
    legs = legs_of(account, key)
    if is_liquidatable(assess(state, key)):
        return LiquidationPrices(None, None)
    line = _line_of(state, key, legs, symbol)
    mine = [leg for leg in legs if leg.symbol == symbol]
    mark = Fraction(state.prices[symbol].mark)
    edges = _edges(state.instruments[symbol], mine)
    return LiquidationPrices(
        below=next(_roots_down(_down(edges, mark), line), None),
        above=next(_roots_up(_up(edges, mark), line), None),
    )


def printed(price: Fraction | None) -> Price | None:
    """Return a price as the exchange prints it: half up; None at or below zero."""
    if price is None:
        return None
    units = divide_half_up(price.numerator, price.denominator)
    return Price(units) if units > 0 else None


_Line = Callable[[_Segment], tuple[int, int]]
"""The slack in a segment as (slope, level), so that slack = slope * price + level, 1e-24."""


def _line_of(state: State, key: PoolKey, legs: list[Leg], symbol: str) -> _Line:
    instrument = state.instruments[symbol]
    mine = [leg for leg in legs if leg.symbol == symbol]
    fixed = wallet_of(state.accounts[key.account], key) * SQUARE
    for leg in legs:
        if leg.symbol == symbol:
            fixed -= leg.position.cost * ONE
            continue
        size = notional(state, leg)
        fixed += unrealized(state, leg) * ONE - state.instruments[leg.symbol].maintenance_at(size)

    def line(segment: _Segment) -> tuple[int, int]:
        slope, level = 0, fixed
        for leg in mine:
            quantity = leg.position.quantity
            bracket = instrument.brackets[_bracket(instrument, abs(quantity), segment)]
            slope += ONE * quantity - bracket.rate * abs(quantity)
            level += bracket.amount * SQUARE
        return slope, level

    return line


def _bracket(instrument: Instrument, size: int, segment: _Segment) -> int:
    """Return the bracket of a size in a segment: caps are inclusive, so it is the high end's."""
    if segment.high is None:
        return len(instrument.brackets) - 1
    value = segment.high * size
    return instrument.bracket_at(divide_up(value.numerator, value.denominator))


def _edges(instrument: Instrument, legs: list[Leg]) -> list[Fraction]:
    """Return the prices at which a leg stands on its bracket's cap, rising."""
    edges: list[Fraction] = []
    for leg in legs:
        if size := abs(leg.position.quantity):
            edges += [Fraction(row.cap * ONE, size) for row in instrument.brackets[:-1]]
    return sorted(edges)


def _down(edges: list[Fraction], mark: Fraction) -> Iterator[_Segment]:
    high = mark
    for edge in reversed(edges):
        if edge < high:
            yield _Segment(edge, high)
            high = edge
    yield _Segment(Fraction(0), high)


def _up(edges: list[Fraction], mark: Fraction) -> Iterator[_Segment]:
    low = mark
    for edge in edges:
        if edge > low:
            yield _Segment(low, edge)
            low = edge
    yield _Segment(low, None)


def _roots_down(segments: Iterator[_Segment], line: _Line) -> Iterator[Fraction]:
    """Yield the prices at which the slack is gone, from the mark down."""
    for segment in segments:
        slope, level = line(segment)
        assert segment.high is not None
        if slope * segment.high + level <= 0:
            yield segment.high  # a table that is looked up may jump at an edge
        elif slope > 0 and (root := Fraction(-level, slope)) > segment.low:
            yield root


def _roots_up(segments: Iterator[_Segment], line: _Line) -> Iterator[Fraction]:
    """Yield the prices at which the slack is gone, from the mark up."""
    for segment in segments:
        slope, level = line(segment)
        if slope * segment.low + level <= 0:
            yield segment.low
        elif slope < 0:
            root = Fraction(-level, slope)
            if segment.high is None or root <= segment.high:
                yield root
