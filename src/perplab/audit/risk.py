"""Risk: a pool's equity and maintenance margin at the current marks. Rules 6, 7, 10, 14.1."""

from fractions import Fraction
from typing import NamedTuple

from perplab.audit.book import Book, Leg, Pool
from perplab.audit.exact import UNIT, ZERO, down, up


class Risk(NamedTuple):
    """Equity and maintenance margin, exact, in quote currency."""

    equity: Fraction
    maintenance: Fraction

    @property
    def due(self) -> bool:
        """Return whether the pool is to be liquidated: equity <= maintenance. Rule 14.1."""
        return self.maintenance > 0 and self.equity <= self.maintenance

    def reaches(self, ratio: Fraction) -> bool:
        """Return whether maintenance / equity is at or above a ratio. Rule 7.1."""
        return self.maintenance > 0 and self.maintenance >= ratio * self.equity

    def is_below(self, ratio: Fraction) -> bool:
        """Return whether maintenance / equity is below a ratio."""
        return self.maintenance < ratio * self.equity


def profit(book: Book, leg: Leg) -> Fraction:
    """Return a position's unrealized profit at the mark. Rule 1.1."""
    return leg.position.quantity * book.prices[leg.symbol].mark - leg.position.cost


def notional(book: Book, leg: Leg) -> Fraction:
    """Return a position's size at the mark."""
    return abs(leg.position.quantity) * book.prices[leg.symbol].mark


def maintenance(book: Book, leg: Leg) -> Fraction:
    """Return a position's maintenance margin at the mark. Rule 6.1."""
    return book.instruments[leg.symbol].table.maintenance(notional(book, leg))


def assess(book: Book, pool: Pool) -> Risk:
    """Return a pool's equity and maintenance margin."""
    legs = book.legs(pool)
    equity = sum((profit(book, leg) for leg in legs), book.wallet(pool))
    return Risk(equity, sum((maintenance(book, leg) for leg in legs), ZERO))


def bankruptcy_price(book: Book, pool: Pool, leg: Leg) -> Fraction:
    """Return a leg's price at which its pool's equity is zero, other marks fixed. Rules 1.3, 10.1.

    Rounded to the side on which the position keeps more, and never below the last decimal.
    """
    rest = assess(book, pool).equity - profit(book, leg)
    exact = (leg.position.cost - rest) / leg.position.quantity
    return max(UNIT, up(exact) if leg.position.quantity > 0 else down(exact))
