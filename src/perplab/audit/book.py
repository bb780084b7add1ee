"""Book: what an auditor knows at a moment: prices, wallets, positions and orders."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from perplab.audit.config import Config, Instrument, Settings
from perplab.audit.exact import ZERO

LIMITED = ("limit", "stop", "take_profit")
"""Order types that come to the book with a limit price."""


class Pool(NamedTuple):
    """A margin pool: an isolated position, or with an empty symbol the account's cross pool."""

    account: str
    symbol: str
    side: str


class Leg(NamedTuple):
    """A position of a pool, with its symbol and side."""

    symbol: str
    side: str
    position: "Position"


@dataclass(slots=True)
class Prices:
    """A symbol's current prices, 0 before the first, and the times at which they were seen."""

    mark: Fraction = ZERO
    mark_ns: int = 0
    last: Fraction = ZERO
    last_ns: int = 0
    bid: Fraction = ZERO
    ask: Fraction = ZERO
    quote_ns: int = 0


@dataclass(slots=True)
class Position:
    """Signed quantity and cost; `margin` is an isolated position's own wallet."""

    margin_mode: str
    quantity: Fraction = ZERO
    cost: Fraction = ZERO
    margin: Fraction = ZERO
    auto_add: bool = False
    called: bool = False


@dataclass(slots=True)
class Order:
    """An open order."""

    account: str
    symbol: str
    order_id: str
    number: int
    side: str
    order_type: str
    position_side: str
    quantity: Fraction
    remaining: Fraction
    price: Fraction
    trigger_price: Fraction
    trigger_on: str
    time_in_force: str
    reduce_only: bool
    close_position: bool
    callback_rate: Fraction
    activation_price: Fraction
    price_protect: bool
    good_till_ns: int
    extreme: Fraction = ZERO
    ahead: Fraction = ZERO
    triggered: bool = False

    @property
    def sign(self) -> int:
        """Return +1 for a buy, -1 for a sell."""
        return 1 if self.side == "buy" else -1

    @property
    def trails(self) -> bool:
        """Return whether it is a trailing stop."""
        return self.order_type == "trailing_stop_market"

    @property
    def waits(self) -> bool:
        """Return whether it waits for its trigger, off the book."""
        return not self.triggered and self.order_type not in {"market", "limit"}

    @property
    def limited(self) -> bool:
        """Return whether it comes to the book with a limit."""
        return self.order_type in LIMITED

    @property
    def falls(self) -> bool:
        """Return whether a falling price triggers it."""
        takes_profit = self.order_type in {"take_profit", "take_profit_market"}
        return (self.side == "sell") != takes_profit

    @property
    def closes(self) -> bool:
        """Return whether it may only reduce a position. Rule 18.7."""
        hedge_close = (self.position_side, self.side) in {("long", "sell"), ("short", "buy")}
        return self.reduce_only or self.close_position or hedge_close


@dataclass(slots=True)
class Account:
    """A user: wallets, choices, positions and orders."""

    name: str
    number: int
    position_mode: str
    wallets: dict[str, Fraction] = field(
        default_factory=lambda: {"spot": ZERO, "funding": ZERO, "futures": ZERO}
    )
    called: bool = False
    leverage: dict[str, int] = field(default_factory=dict)
    margin_mode: dict[str, str] = field(default_factory=dict)
    positions: dict[tuple[str, str], Position] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)

    @property
    def futures(self) -> Fraction:
        """Return the cross wallet's balance."""
        return self.wallets["futures"]

    def isolated(self, symbol: str) -> bool:
        """Return whether a symbol is in isolated margin mode: cross until chosen. Rule 3.1."""
        return self.margin_mode.get(symbol) == "isolated"

    def held(self, symbol: str, side: str) -> Fraction:
        """Return a position's signed quantity, 0 where there is none."""
        position = self.positions.get((symbol, side))
        return position.quantity if position else ZERO

    def holds(self, symbol: str) -> bool:
        """Return whether there is a position of a symbol."""
        return any(held == symbol for held, _ in self.positions)

    @property
    def in_cross(self) -> bool:
        """Return whether any position shares the futures wallet."""
        return any(position.margin_mode == "cross" for position in self.positions.values())


class Book:
    """Everything at one moment."""

    def __init__(self, config: Config) -> None:
        self.settings: Settings = config.settings
        self.instruments: dict[str, Instrument] = {one.symbol: one for one in config.instruments}
        self.prices: dict[str, Prices] = {symbol: Prices() for symbol in self.instruments}
        self.accounts: dict[str, Account] = {}
        self.orders: dict[int, Order] = {}
        self.ledger: dict[str, Fraction] = dict.fromkeys(
            ("outside", "market", "fees", "insurance"), ZERO
        )
        self.touched: dict[str, None] = {}
        """Accounts that a fact has changed since somebody last looked."""
        self.next_number = 1
        self.time_ns = 0
        self.started = False
        self.ended = False

    def leverage_of(self, account: Account, symbol: str) -> int:
        """Return a symbol's leverage: as chosen, else the default or first bracket's. Rule 3.4."""
        chosen = account.leverage.get(symbol)
        most = self.instruments[symbol].table.most_leverage
        return min(self.settings.default_leverage, most) if chosen is None else chosen

    def total(self) -> Fraction:
        """Return the sum of all money: zero. Rule 1.4."""
        total = sum(self.ledger.values(), ZERO)
        for account in self.accounts.values():
            total += sum(account.wallets.values(), ZERO)
            total += sum((held.margin for held in account.positions.values()), ZERO)
        return total

    def observe(self, kind: str, symbol: str, time_ns: int, price: Fraction, ask: Fraction) -> None:
        """Make a row of a price stream the current price; `price` is a quote's bid. Rule 8.2."""
        prices, streams = self.prices[symbol], self.instruments[symbol].streams
        if kind == "quote":
            prices.bid, prices.ask, prices.quote_ns = price, ask, time_ns
        if kind == "mark" or (kind == "trade" and "mark" not in streams):
            prices.mark, prices.mark_ns = price, time_ns
        if kind == "trade" or (kind == "mark" and "trade" not in streams):
            prices.last, prices.last_ns = price, time_ns

    def trailing(self, kind: str, symbol: str) -> list[Order]:
        """Return the trailing stops that watch a price stream."""
        return [
            order
            for order in self.orders.values()
            if order.trails
            and order.waits
            and order.symbol == symbol
            and self.watched(order) == kind
        ]

    def watched(self, order: Order) -> str:
        """Return the price stream that a waiting order goes by."""
        instrument = self.instruments[order.symbol]
        return instrument.mark_stream if order.trigger_on == "mark" else instrument.last_stream

    def reference(self, order: Order) -> Fraction:
        """Return the current price that a waiting order goes by, 0 before the first."""
        prices = self.prices[order.symbol]
        return prices.mark if order.trigger_on == "mark" else prices.last

    def pools(self, account: Account) -> Iterator[Pool]:
        """Yield an account's margin pools: cross first, then isolated ones by symbol and side."""
        if account.in_cross:
            yield Pool(account.name, "", "both")
        for (symbol, side), position in sorted(account.positions.items(), key=lambda one: one[0]):
            if position.margin_mode == "isolated":
                yield Pool(account.name, symbol, side)

    def legs(self, pool: Pool) -> list[Leg]:
        """Return a pool's positions that hold something, by symbol and side."""
        account = self.accounts[pool.account]
        return [
            Leg(symbol, side, position)
            for (symbol, side), position in sorted(account.positions.items(), key=lambda o: o[0])
            if position.quantity
            and ((symbol, side) == pool[1:] if pool.symbol else position.margin_mode == "cross")
        ]

    def wallet(self, pool: Pool) -> Fraction:
        """Return a pool's wallet: the isolated margin, or the futures wallet. Rule 3.1."""
        account = self.accounts[pool.account]
        if not pool.symbol:
            return account.futures
        position = account.positions.get((pool.symbol, pool.side))
        return position.margin if position else ZERO

    def set_called(self, pool: Pool, *, called: bool) -> None:
        """Make a pool's margin call stand or end."""
        account = self.accounts[pool.account]
        if not pool.symbol:
            account.called = called
            return
        position = account.positions.get((pool.symbol, pool.side))
        if position is not None:
            position.called = called

    def is_called(self, pool: Pool) -> bool:
        """Return whether a pool's margin call stands."""
        account = self.accounts[pool.account]
        if not pool.symbol:
            return account.called
        position = account.positions.get((pool.symbol, pool.side))
        return position is not None and position.called
