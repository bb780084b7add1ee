"""A life: what is drawn of one account over time, looked up in a state as it goes by."""

from dataclasses import dataclass, field
from fractions import Fraction

from perplab.domain.commands import PositionSide
from perplab.domain.numbers import ONE, divide_half_up, money_down
from perplab.domain.state import Account, PoolKey, State
from perplab.engine.outlook import liquidation_prices, margin_ratio, pool_key, printed
from perplab.engine.risk import Leg, assess, is_liquidatable, legs_of, pools_of, unrealized
from perplab.lab.tally import balance_of
from perplab.report.lines import Line, Steps
from perplab.report.orders import OrderLines

OVER = 10**6 * ONE
"""What stands for a margin ratio without a number: equity is not above zero."""
FAR = 100
"""A liquidation price so many times the mark is no danger to anybody, and is not drawn."""
_CROSS = "cross"

Held = tuple[str, PositionSide]


@dataclass(slots=True)
class Life:
    """One account's lines: money, margin ratios in percent, prices, and orders.

    All count 1e-8. Ratios are kept by pool, liquidation prices by symbol and pool, entry prices
    by position; a pool's name says its margin mode, and its side where both may be held.
    """

    account: str
    wallet: Steps = field(default_factory=Steps)
    equity: Line = field(default_factory=Line)
    ratios: dict[PoolKey, Line] = field(default_factory=dict)
    below: dict[tuple[str, PoolKey], Steps] = field(default_factory=dict)
    above: dict[tuple[str, PoolKey], Steps] = field(default_factory=dict)
    entries: dict[Held, Steps] = field(default_factory=dict)
    orders: OrderLines = field(default_factory=OrderLines)

    def sample(self, state: State, time_ns: int) -> None:
        """Take what moves with the marks: equity, ratios, and prices of pools of many symbols."""
        account = state.accounts[self.account]
        self.equity.add(time_ns, equity_of(state, account))
        for key in pools_of(account):
            legs = legs_of(account, key)
            if legs:
                self._ratio(state, key, time_ns)
            if len({leg.symbol for leg in legs}) > 1:
                self._liquidation(state, key, time_ns)

    def look(self, state: State, time_ns: int) -> None:
        """Take the account as it is after an event or a batch."""
        account = state.accounts[self.account]
        balance = balance_of(account)
        if not self.wallet.values and not balance:
            return  # nothing was paid in yet
        self.wallet.add(time_ns, balance)
        self.equity.add(time_ns, equity_of(state, account))
        live = {key for key in pools_of(account) if legs_of(account, key)}
        for key in live:
            self._ratio(state, key, time_ns)
            self._liquidation(state, key, time_ns)
        for key, line in self.ratios.items():
            if key not in live:
                line.add(time_ns, None)
        self._end_prices(account, time_ns)
        self._enter(account, time_ns)

    def _ratio(self, state: State, key: PoolKey, time_ns: int) -> None:
        ratio = margin_ratio(assess(state, key))
        self.ratios.setdefault(key, Line()).add(time_ns, percent_units(ratio))

    def _liquidation(self, state: State, key: PoolKey, time_ns: int) -> None:
        """Take where each of a pool's symbols would have to go; nothing is ahead when it is due."""
        due = is_liquidatable(assess(state, key))
        symbols = {leg.symbol for leg in legs_of(state.accounts[self.account], key)}
        for symbol in sorted(symbols):
            prices = liquidation_prices(state, key, symbol)
            mark = state.prices[symbol].mark
            for lines, price in ((self.below, prices.below), (self.above, prices.above)):
                units = None if due else printed(price)
                near = units if units is not None and units < FAR * mark else None
                lines.setdefault((symbol, key), Steps()).add(time_ns, near)

    def _end_prices(self, account: Account, time_ns: int) -> None:
        """End the liquidation prices of what is not held any more."""
        held = {
            (symbol, pool_key(account, symbol, side))
            for (symbol, side), position in account.positions.items()
            if position.quantity
        }
        for lines in (self.below, self.above):
            for place, line in lines.items():
                if place not in held:
                    line.add(time_ns, None)

    def _enter(self, account: Account, time_ns: int) -> None:
        for held, position in account.positions.items():
            if position.quantity:
                entry = divide_half_up(position.cost, position.quantity)
                self.entries.setdefault(held, Steps()).add(time_ns, entry)
        for held, line in self.entries.items():
            position_now = account.positions.get(held)
            if position_now is None or not position_now.quantity:
                line.add(time_ns, None)


def equity_of(state: State, account: Account) -> int:
    """Return what an account is worth at the marks, in 1e-8: balance and unrealized profit."""
    profits = (
        money_down(unrealized(state, Leg(symbol, side, position)))
        for (symbol, side), position in account.positions.items()
        if position.quantity
    )
    return balance_of(account) + sum(profits)


def percent_units(ratio: Fraction | None) -> int:
    """Return a margin ratio in percent, in 1e-8; `OVER` where equity is not above zero."""
    if ratio is None:
        return OVER
    return min(OVER, divide_half_up(ratio.numerator * 100 * ONE, ratio.denominator))


def pool_name(key: PoolKey) -> str:
    """Return what to call a margin pool: cross, isolated, isolated long."""
    if not key.symbol:
        return _CROSS
    side = "" if key.position_side is PositionSide.BOTH else f" {key.position_side}"
    return f"isolated{side}"
