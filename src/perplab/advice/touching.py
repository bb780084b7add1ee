"""Touching: how likely a price is to touch a level within a time, at a measured volatility.

All of it is decimal arithmetic with a fixed number of digits, rounded by the standard's rules, so
that every machine gets the same digits; a probability is rounded to four decimals at last.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

from perplab.domain.numbers import ONE, Rate

_DIGITS = Context(prec=60)
"""For erf's series, whose terms are far larger than their sum."""
_LOGS = Context(prec=30)
_PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459")
_SURE = 6
"""Beyond so many standard deviations times the root of two nothing is left of four decimals."""
_FEWEST = 3
_PLACES = Decimal("0.0001")
_FINE_PLACES = Decimal("0.000001")
_HOUR_NS = 3_600_000_000_000


class Volatility(NamedTuple):
    """Realized variance of the log of a price: the sum of its squared moves over a span.

    The price was taken at every multiple of `grid_ns`; `moves` counts the differences.
    """

    variance: Decimal
    span_ns: int
    grid_ns: int
    moves: int

    @property
    def hourly(self) -> Rate:
        """Return one standard deviation of an hour's move, to six decimals, in 1e-8."""
        share = _DIGITS.divide(Decimal(_HOUR_NS), Decimal(self.span_ns))
        deviation = _DIGITS.sqrt(_DIGITS.multiply(self.variance, share))
        return _rate(deviation, _FINE_PLACES)


def volatility_of(prices: Sequence[int], grid_ns: int) -> Volatility | None:
    """Return the realized volatility of prices that lie `grid_ns` apart, None of fewer than three.

    The sum of squared log returns: Andersen, Bollerslev, Diebold and Labys, "The distribution of
    realized exchange rate volatility", 2001.
    """
    if len(prices) < _FEWEST:
        return None
    variance, before = Decimal(0), _LOGS.ln(Decimal(prices[0]))
    for price in prices[1:]:
        now = _LOGS.ln(Decimal(price))
        move = _LOGS.subtract(now, before)
        variance = _LOGS.fma(move, move, variance)
        before = now
    moves = len(prices) - 1
    return Volatility(variance, moves * grid_ns, grid_ns, moves)


def touch_probability(price: int, level: int, within_ns: int, volatility: Volatility) -> Rate:
    """Return the probability that the price touches the level in time, to four decimals, in 1e-8.

    P = 2 * Phi(-|ln(level / price)| / (sigma * sqrt(T))): the first passage of a log-normal price
    whose logarithm has no drift, by the reflection principle (Karatzas and Shreve, Brownian Motion
    and Stochastic Calculus, section 2.6). The logarithm is what has no drift: the price itself then
    rises by sigma^2 / 2 a year, which within a day is far less than the volatility is known to.
    Computed as erfc(x / sqrt(2)).
    """
    if price == level:
        return Rate(ONE)
    if not volatility.variance:
        return Rate(0)
    distance = abs(_DIGITS.subtract(_DIGITS.ln(Decimal(level)), _DIGITS.ln(Decimal(price))))
    share = _DIGITS.divide(Decimal(2 * within_ns), Decimal(volatility.span_ns))
    spread = _DIGITS.sqrt(_DIGITS.multiply(volatility.variance, share))
    return _rate(_erfc(_DIGITS.divide(distance, spread)), _PLACES)


def _erfc(point: Decimal) -> Decimal:
    """Return 1 - erf of a point not below zero, by erf's Taylor series."""
    if point >= _SURE:
        return Decimal(0)
    square = _DIGITS.multiply(point, point)
    term, total, number = point, point, 0
    while abs(term) > Decimal("1e-40"):
        number += 1
        term = _DIGITS.divide(_DIGITS.multiply(-term, square), Decimal(number))
        total = _DIGITS.add(total, _DIGITS.divide(term, Decimal(2 * number + 1)))
    scale = _DIGITS.divide(Decimal(2), _DIGITS.sqrt(_PI))
    return _DIGITS.subtract(Decimal(1), _DIGITS.multiply(scale, total))


def _rate(number: Decimal, places: Decimal) -> Rate:
    rounded = number.quantize(places, rounding=ROUND_HALF_UP, context=_DIGITS)
    return Rate(int(_DIGITS.multiply(rounded, Decimal(ONE))))
