"""Lone: the exact prices at which a pool of one position comes to a level, brackets and all.

Along a bracket the slack f = level * equity - maintenance is a line in the price. Going down or
up from the mark, bracket by bracket, the first price at which f is at or below zero, or above it,
is found with one division each; so no edge of a bracket has to be watched.
"""

from collections.abc import Sequence

from perplab.domain.instrument import Bracket
from perplab.domain.numbers import ONE, SQUARE, divide_down, divide_up
from perplab.domain.state import Position


class Lone:
    """One position and its pool's money, at a mark, and the brackets of its symbol."""

    __slots__ = ("_brackets", "_index", "_mark", "_position", "_size", "_worth")

    def __init__(
        self, brackets: tuple[Bracket, ...], position: Position, wallet: int, mark: int
    ) -> None:
        self._brackets = brackets
        self._position = position
        self._worth = wallet * ONE - position.cost
        self._size = abs(position.quantity)
        self._mark = mark
        self._index = len(brackets) - 1
        for index, bracket in enumerate(brackets):
            if self._size * mark <= bracket.cap * ONE:
                self._index = index
                break

    def reach(
        self, falls_to: Sequence[int], rises_above: Sequence[int]
    ) -> tuple[int | None, int | None]:
        """Return the nearest prices below and above the mark at which a level is come to.

        It stands above the levels of `falls_to` and at or below those of `rises_above`.
        """
        lows: list[int] = []
        highs: list[int] = []
        long = self._position.quantity > 0
        for level in falls_to:
            (lows if long else highs).append(self._first(level, down=long, rising=False))
        for level in rises_above:
            (highs if long else lows).append(self._first(level, down=not long, rising=True))
        return max(lows, default=None), min(highs, default=None)

    def _first(self, level: int, *, down: bool, rising: bool) -> int:
        """Return the first price going down or up at which f <= 0, or with `rising` f > 0."""
        brackets, size = self._brackets, self._size
        index, nearest = self._index, self._mark
        while True:
            bracket = brackets[index]
            slope = level * self._position.quantity - bracket.rate * size
            start = level * self._worth + bracket.amount * SQUARE
            # f = slope * price + start; the slope has the sign of what is held
            if down:
                edge = divide_down(brackets[index - 1].cap * ONE, size) if index else 0
                price = _highest(slope, start, rising=rising)
                if price > edge or not index:
                    return min(price, nearest)
                nearest, index = edge, index - 1
            else:
                last = index == len(brackets) - 1
                price = _lowest(slope, start, rising=rising)
                if last or price <= (edge := divide_down(bracket.cap * ONE, size)):
                    return max(price, nearest)
                nearest, index = edge + 1, index + 1


def _highest(slope: int, start: int, *, rising: bool) -> int:
    """Return the highest price with slope * price + start <= 0, or > 0 with `rising`."""
    return divide_up(start, -slope) - 1 if rising else divide_down(-start, slope)


def _lowest(slope: int, start: int, *, rising: bool) -> int:
    """Return the lowest price with slope * price + start <= 0, or > 0 with `rising`."""
    return divide_down(-start, slope) + 1 if rising else divide_up(start, -slope)
