"""Trial: a copy of one account on which a close or an addition is tried, exactly as it would be."""

from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction

from perplab.domain import events as ev
from perplab.domain.commands import MarginMode, PositionSide, Side
from perplab.domain.evolve import evolve
from perplab.domain.instrument import Config
from perplab.domain.numbers import ONE, SQUARE, Money, divide_up
from perplab.domain.state import Account, PoolKey, State
from perplab.engine.margin import initial_margin
from perplab.engine.market import taker_price
from perplab.engine.outlook import Outlook, outlook, pool_key
from perplab.engine.risk import Leg, legs_of, notional, unrealized, wallet_of
from perplab.engine.trade import Execution, shrink


@dataclass(frozen=True, slots=True)
class Place:
    """A position of an account, in a state that may be a trial's."""

    state: State
    account: Account
    symbol: str
    side: PositionSide

    @property
    def leg(self) -> Leg:
        """The position itself."""
        return Leg(self.symbol, self.side, self.account.positions[self.symbol, self.side])

    @property
    def isolated(self) -> bool:
        """Whether it has a margin of its own."""
        return self.leg.position.margin_mode is MarginMode.ISOLATED

    @property
    def sign(self) -> int:
        """+1 for a long, -1 for a short."""
        return 1 if self.leg.position.quantity > 0 else -1

    @property
    def closing(self) -> Side:
        """The side of an order that closes it."""
        return Side.SELL if self.sign > 0 else Side.BUY

    @property
    def mark(self) -> int:
        """The mark price."""
        return self.state.prices[self.symbol].mark

    @property
    def view(self) -> Outlook:
        """How its pool stands."""
        view = outlook(self.state, self.account, self.symbol, self.side)
        assert view is not None
        return view

    @property
    def bound(self) -> Money:
        """The margin that it holds: its isolated margin, or in cross notional / leverage."""
        if self.isolated:
            return self.leg.position.margin
        leverage = self.state.leverage_of(self.account, self.symbol)
        return initial_margin(notional(self.state, self.leg), leverage)

    @property
    def balance(self) -> Money:
        """The account's margin: the futures wallet and all isolated margins."""
        margins = sum(position.margin for position in self.account.positions.values())
        return Money(self.account.futures + margins)

    def trial(self) -> "Place":
        """Return the same position in a copy of the account, with the same prices."""
        state = State(Config(settings=self.state.settings, instruments=()))
        state.instruments, state.prices = self.state.instruments, self.state.prices
        state.time_ns = self.state.time_ns
        account = deepcopy(self.account)
        state.accounts[account.name] = account
        return Place(state, account, self.symbol, self.side)

    def closed(self, quantity: int) -> "Place":
        """Return a trial in which a part of the position is closed at the market, fee paid."""
        other = self.trial()
        price = taker_price(self.state, self.symbol, self.closing)
        fee_rate = self.state.settings.taker_fee
        trade = Execution(self.symbol, self.side, -self.sign * quantity, price, fee_rate)
        evolve(other.state, shrink(other.account, trade, release=True))
        return other

    def topped_up(self, amount: int) -> "Place":
        """Return a trial with money moved in: from the futures wallet, or in cross from outside.

        In cross it does not matter here whether the spot or the funding wallet gives it.
        """
        other = self.trial()
        if not self.isolated:
            other.account.futures = Money(other.account.futures + amount)
            return other
        event = ev.MarginAdded(
            account=self.account.name,
            symbol=self.symbol,
            position_side=self.side,
            amount=Money(amount),
        )
        evolve(other.state, event)
        return other


def shortfall(place: Place, distance: int) -> Money:
    """Return the least money that puts liquidation at least so far from the mark; 0 if it is.

    `distance` is a share in 1e-8, up and down, if only this symbol moves. With slack f(p) =
    equity - maintenance at the mark p, money M lifts it to f(p) + M, and the pool is liquidated
    where that is zero: so M = -f(p), rounded up to 1e-8. f is concave in p, so what holds at both
    ends holds between them.
    """
    ends = (Fraction(place.mark * (ONE + sign * distance), ONE) for sign in (-1, 1))
    return Money(max(0, *(_lack(place, end) for end in ends)))


def _lack(place: Place, price: Fraction) -> int:
    """Return the money that equity lacks to meet maintenance at a mark; below zero, the slack."""
    state, account = place.state, place.account
    key = pool_key(account, place.symbol, place.side)
    assert key is not None
    slack = Fraction(_fixed(state, account, key, place.symbol))
    instrument = state.instruments[place.symbol]
    for leg in legs_of(account, key):
        if leg.symbol != place.symbol:
            continue
        quantity, cost = leg.position.quantity, leg.position.cost
        size = abs(quantity) * price
        # A cap is inclusive and whole: a size and its next whole number have the same bracket.
        row = instrument.brackets[
            instrument.bracket_at(divide_up(size.numerator, size.denominator))
        ]
        slack += (quantity * price - cost) * ONE - (size * row.rate - row.amount * SQUARE)
    return divide_up(-slack.numerator, slack.denominator * SQUARE)


def _fixed(state: State, account: Account, key: PoolKey, symbol: str) -> int:
    """Return the slack that does not depend on a symbol's mark, 1e-24."""
    fixed = wallet_of(account, key) * SQUARE
    for leg in legs_of(account, key):
        if leg.symbol != symbol:
            needed = state.instruments[leg.symbol].maintenance_at(notional(state, leg))
            fixed += unrealized(state, leg) * ONE - needed
    return fixed
