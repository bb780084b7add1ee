"""Brackets: a symbol's leverage brackets, and the prices that follow. Rules 4, 6, 9."""

from dataclasses import dataclass
from fractions import Fraction

from perplab.audit.exact import ZERO


@dataclass(frozen=True, slots=True)
class Row:
    """One bracket: notionals and the maintenance amount in quote currency, the rate as a share."""

    floor: Fraction
    cap: Fraction
    rate: Fraction
    amount: Fraction
    max_leverage: int


@dataclass(frozen=True, slots=True)
class Table:
    """The brackets of a symbol, rising."""

    rows: tuple[Row, ...]

    def index_at(self, notional: Fraction) -> int:
        """Return the place, from 0, of the row that holds a notional, its cap included. 4.2."""
        for index, row in enumerate(self.rows):
            if notional <= row.cap:
                return index
        return len(self.rows) - 1

    def maintenance(self, notional: Fraction) -> Fraction:
        """Return the maintenance margin: notional * rate - amount. Rule 6.1."""
        row = self.rows[self.index_at(notional)]
        return notional * row.rate - row.amount

    def cap_at(self, leverage: int) -> Fraction:
        """Return the largest notional that a leverage allows, 0 if it allows none. Rule 18.5."""
        return max((row.cap for row in self.rows if row.max_leverage >= leverage), default=ZERO)

    @property
    def most_leverage(self) -> int:
        """Return the leverage of the first bracket."""
        return self.rows[0].max_leverage

    @property
    def continuous(self) -> bool:
        """Return whether the amounts keep the maintenance margin continuous. Rule 4.3."""
        floor, rate, amount = ZERO, ZERO, ZERO
        for row in self.rows:
            amount += floor * (row.rate - rate)
            if row.floor != floor or row.amount != amount:
                return False
            floor, rate = row.cap, row.rate
        return True

    def fault(self) -> str | None:
        """Return what makes the table unusable in words, None if nothing does. Rule 4.3."""
        if not self.rows:
            return "it has no row"
        cap, leverage, rate = ZERO, None, ZERO
        for place, row in enumerate(self.rows, 1):
            if row.cap <= cap:
                return f"row {place}: its cap is not above the row before"
            if not rate <= row.rate <= 1 or not row.rate > 0:
                return f"row {place}: its rate does not rise within 0 and 1"
            if leverage is not None and row.max_leverage > leverage:
                return f"row {place}: its highest leverage rises"
            cap, leverage, rate = row.cap, row.max_leverage, row.rate
        return None


def liquidation_price(
    table: Table, quantity: Fraction, cost: Fraction, wallet: Fraction
) -> Fraction:
    """Return the exact price at which a lone position's equity is its maintenance margin. Rule 9.1.

    `quantity` is signed, `cost` the signed sum of price * quantity; in cross, `wallet` is the
    wallet with the other positions' unrealized profit less their maintenance margin. Zero or
    below: there is none. For continuous tables.
    """
    size = abs(quantity)
    prices = [
        (cost - wallet - row.amount) / (quantity - row.rate * size)
        for row in table.rows
        if quantity != row.rate * size
    ]
    return max(prices) if quantity > 0 else min(prices)
