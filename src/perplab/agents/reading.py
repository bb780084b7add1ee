"""Reading: what an agent sees of the market and of its own account."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from random import Random

from perplab.advice.trial import Place, shortfall
from perplab.agents.errors import AgentError
from perplab.agents.values import Number, decimal_of, units_of
from perplab.agents.views import (
    OrderView,
    OutlookView,
    PositionView,
    order_view,
    outlook_view,
    position_view,
)
from perplab.domain.commands import PositionMode, PositionSide, Wallet
from perplab.domain.instrument import Instrument
from perplab.domain.numbers import Qty, divide_down, divide_half_up, money_down
from perplab.domain.state import Account, State
from perplab.engine.margin import addable, available, transferable
from perplab.engine.risk import Leg, unrealized
from perplab.venue.desk import Desk

_GLANCE, _SEARCH, _OUTLOOK = 10, 100, 400
"""What the readings cost."""


class Reading:
    """The present as one account sees it. Reading changes nothing."""

    spend: Callable[[int], None]
    """What counts a reading as so many turns of a loop, so that none goes on for hours."""

    def __init__(self, desk: Desk, name: str, random: Random) -> None:
        self._desk = desk
        self.name = name
        self.random = random
        self.start_ns = desk.now
        self.symbols = tuple(desk.present.instruments)

    @property
    def now(self) -> int:
        """Return the present time in ns since 1970."""
        return self._desk.now

    @property
    def symbol(self) -> str:
        """Return the first symbol of the run, the one that is meant where none is named."""
        return self.symbols[0]

    def mark(self, symbol: str | None = None) -> Decimal:
        """Return the mark price, 0 before there is one."""
        return decimal_of(self._state.prices[self._symbol(symbol)].mark)

    def last(self, symbol: str | None = None) -> Decimal:
        """Return the last price, 0 before there is one."""
        return decimal_of(self._state.prices[self._symbol(symbol)].last)

    def quote(self, symbol: str | None = None) -> tuple[Decimal, Decimal]:
        """Return best bid and best ask, 0 where there are no quotes."""
        prices = self._state.prices[self._symbol(symbol)]
        return decimal_of(prices.bid), decimal_of(prices.ask)

    def instrument(self, symbol: str | None = None) -> Instrument:
        """Return a symbol's filters and brackets, numbers in 1e-8."""
        return self._state.instruments[self._symbol(symbol)]

    def wallet(self, which: str = "futures") -> Decimal:
        """Return what a wallet holds: futures, spot or funding; isolated margin is not in it."""
        known = [wallet.value for wallet in Wallet]
        if which not in known:
            raise AgentError(f"wallet: found {which!r}, expected one of {', '.join(known)}")
        return decimal_of(getattr(self._account, which))

    @property
    def available(self) -> Decimal:
        """Return what new orders may use."""
        state = self._state
        return decimal_of(available(state, state.accounts[self.name]))

    @property
    def addable(self) -> Decimal:
        """Return what may be added to an isolated position now."""
        state = self._state
        return decimal_of(addable(state, state.accounts[self.name]))

    @property
    def transferable(self) -> Decimal:
        """Return what may leave the futures wallet now."""
        state = self._state
        return decimal_of(transferable(state, state.accounts[self.name]))

    @property
    def equity(self) -> Decimal:
        """Return what the account is worth: wallets, margins and unrealized profit."""
        state = self._state
        account = state.accounts[self.name]
        held = account.spot + account.funding + account.futures
        for (symbol, side), position in account.positions.items():
            held += position.margin + money_down(unrealized(state, Leg(symbol, side, position)))
        return decimal_of(held)

    @property
    def is_hedged(self) -> bool:
        """Return whether the account holds longs and shorts side by side."""
        return self._account.position_mode is PositionMode.HEDGE

    def leverage(self, symbol: str | None = None) -> int:
        """Return a symbol's leverage."""
        state = self._state
        return state.leverage_of(state.accounts[self.name], self._symbol(symbol))

    def position(self, symbol: str | None = None, side: str | None = None) -> PositionView:
        """Return a position, falsy where nothing is held; in hedge mode name long or short."""
        symbol = self._symbol(symbol)
        return position_view(self._state, self._account, symbol, self._side(symbol, side))

    def positions(self) -> tuple[PositionView, ...]:
        """Return every open position, in the order in which they were opened."""
        state, account = self._state, self._account
        return tuple(
            position_view(state, account, symbol, side) for symbol, side in account.positions
        )

    def outlook(self, symbol: str | None = None, side: str | None = None) -> OutlookView | None:
        """Return how near a position is to liquidation, None where nothing is held."""
        self.spend(_OUTLOOK)
        symbol = self._symbol(symbol)
        return outlook_view(self._state, self._account, symbol, self._side(symbol, side))

    def margin_for(
        self, distance: Number, symbol: str | None = None, side: str | None = None
    ) -> Decimal:
        """Return the least money that puts liquidation so far from the mark, 0 if it is.

        `distance` is a share of the mark. It is margin to add, or in cross money for the futures
        wallet; 0 where nothing is held.
        """
        self.spend(_SEARCH)
        symbol = self._symbol(symbol)
        state, place = self._state, self._side(symbol, side)
        account = state.accounts[self.name]
        if not account.held(symbol, place):
            return Decimal(0)
        share = units_of(distance, "a distance")
        return decimal_of(shortfall(Place(state, account, symbol, place), share))

    def orders(self, symbol: str | None = None) -> tuple[OrderView, ...]:
        """Return the open orders, of one symbol or of all, in order of arrival."""
        wanted = None if symbol is None else self._symbol(symbol)
        found = self._account.orders.values()
        return tuple(order_view(order) for order in found if wanted in {None, order.symbol})

    def round_price(self, price: Number, symbol: str | None = None) -> Decimal:
        """Return the nearest price that is a multiple of the tick."""
        tick = self.instrument(symbol).tick
        return decimal_of(divide_half_up(_units(price), tick) * tick)

    def round_quantity(self, quantity: Number, symbol: str | None = None) -> Decimal:
        """Return the largest multiple of the step that is not above a quantity."""
        step = self.instrument(symbol).step
        return decimal_of(Qty(divide_down(_units(quantity), step) * step))

    @property
    def _state(self) -> State:
        self.spend(_GLANCE)
        return self._desk.state

    @property
    def _account(self) -> Account:
        return self._state.accounts[self.name]

    def _symbol(self, symbol: str | None) -> str:
        if symbol is None:
            return self.symbols[0]
        if symbol not in self.symbols:
            known = ", ".join(self.symbols)
            raise AgentError(f"symbol: found {symbol!r}, expected one of {known}")
        return symbol

    def _side(self, symbol: str, side: str | None) -> PositionSide:
        """Return the position meant: in hedge mode, unless said, the one there is, long first."""
        if side not in {None, *PositionSide}:
            raise AgentError(f"side: found {side!r}, expected long or short")
        account = self._desk.present.accounts[self.name]
        if account.position_mode is PositionMode.ONE_WAY:
            return PositionSide.BOTH
        if side not in {None, PositionSide.BOTH}:
            return PositionSide(side)
        long = account.held(symbol, PositionSide.LONG)
        return PositionSide.LONG if long else PositionSide.SHORT


def _units(number: Number) -> int:
    """Return a number in 1e-8; what is finer is cut, as it is going to be rounded anyway."""
    with suppress(InvalidOperation):  # not a number, or too large for one: `units_of` says so
        number = Decimal(str(number)).quantize(Decimal("1e-8"))
    return units_of(number, "a number to round")
