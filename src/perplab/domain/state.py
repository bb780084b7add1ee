"""State: what the exchange knows. Written by `evolve` alone, read by the rules."""

from dataclasses import dataclass, field
from typing import NamedTuple

from perplab.domain.commands import (
    MarginMode,
    OrderType,
    PositionMode,
    PositionSide,
    Side,
    TimeInForce,
    TriggerOn,
)
from perplab.domain.instrument import Config, Instrument, Kind, Settings
from perplab.domain.numbers import Money, Price, Qty, Rate, Value


class PoolKey(NamedTuple):
    """A margin pool: one isolated position, or the cross account (symbol empty)."""

    account: str
    symbol: str
    position_side: PositionSide


def cross_pool(account: str) -> PoolKey:
    """Return the key of an account's cross pool."""
    return PoolKey(account, "", PositionSide.BOTH)


@dataclass(slots=True)
class Prices:
    """A symbol's current prices, 0 where none was seen yet, and when they were seen."""

    mark: Price = Price(0)
    mark_ns: int = 0
    last: Price = Price(0)
    last_ns: int = 0
    bid: Price = Price(0)
    ask: Price = Price(0)
    quote_ns: int = 0


@dataclass(slots=True)
class Position:
    """Signed quantity and signed cost; `margin` is the isolated wallet, 0 in cross."""

    margin_mode: MarginMode
    quantity: Qty = Qty(0)
    cost: Value = Value(0)
    margin: Money = Money(0)
    auto_add: bool = False
    called: bool = False


@dataclass(slots=True)
class Order:
    """An open order; `remaining` is what has not traded yet."""

    account: str
    symbol: str
    order_id: str
    number: int
    side: Side
    order_type: OrderType
    position_side: PositionSide
    quantity: Qty
    remaining: Qty
    price: Price
    trigger_price: Price
    trigger_on: TriggerOn
    time_in_force: TimeInForce
    reduce_only: bool
    close_position: bool
    callback_rate: Rate = Rate(0)
    activation_price: Price = Price(0)
    price_protect: bool = False
    good_till_ns: int = 0
    triggered: bool = False
    extreme: Price = Price(0)
    """The best price that a trailing stop has seen: the highest for a sell, else the lowest."""
    ahead: Qty = Qty(0)
    """What others have resting at the order's price and must trade before it."""

    @property
    def conditional(self) -> bool:
        """Return whether the order still waits for its trigger, off the book."""
        return self.order_type.conditional and not self.triggered

    @property
    def falls(self) -> bool:
        """Return whether it is a falling price that triggers the order."""
        return (self.side is Side.SELL) != self.order_type.takes_profit

    @property
    def sign(self) -> int:
        """Return +1 for a buy, -1 for a sell."""
        return 1 if self.side is Side.BUY else -1

    @property
    def closes(self) -> bool:
        """Return whether the order may only reduce a position."""
        return (
            self.reduce_only
            or self.close_position
            or (self.position_side is PositionSide.LONG and self.side is Side.SELL)
            or (self.position_side is PositionSide.SHORT and self.side is Side.BUY)
        )


def watched_stream(instrument: Instrument, order: Order) -> Kind:
    """Return the stream whose price a conditional order of this instrument waits for."""
    return instrument.mark_stream if order.trigger_on is TriggerOn.MARK else instrument.last_stream


NO_ORDERS: dict[str, Order] = {}
"""The orders of accounts that came in many at once: shared until the first is accepted."""


@dataclass(slots=True)
class Account:
    """A user: three wallets, positions with their margins, open orders, choices per symbol."""

    name: str
    number: int
    position_mode: PositionMode
    spot: Money = Money(0)
    funding: Money = Money(0)
    futures: Money = Money(0)
    """The cross wallet balance; isolated margins are with their positions."""
    called: bool = False
    leverage: dict[str, int] = field(default_factory=dict)
    margin_mode: dict[str, MarginMode] = field(default_factory=dict)
    positions: dict[tuple[str, PositionSide], Position] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)

    def mode_of(self, symbol: str) -> MarginMode:
        """Return a symbol's margin mode: cross until chosen otherwise."""
        return self.margin_mode.get(symbol, MarginMode.CROSS)

    def held(self, symbol: str, side: PositionSide) -> Qty:
        """Return the signed quantity of a position, 0 where there is none."""
        position = self.positions.get((symbol, side))
        return position.quantity if position else Qty(0)


@dataclass(slots=True)
class Ledger:
    """The exchange's side of the double entry: with all wallets it sums to zero."""

    outside: Money = Money(0)
    market: Money = Money(0)
    fees: Money = Money(0)
    insurance: Money = Money(0)


class State:
    """Everything at one moment. Accounts and orders are in order of arrival."""

    __slots__ = (
        "accounts",
        "ended",
        "instruments",
        "ledger",
        "next_number",
        "orders",
        "prices",
        "settings",
        "steepest",
        "time_ns",
        "trailing",
    )

    def __init__(self, config: Config) -> None:
        self.settings: Settings = config.settings
        self.instruments: dict[str, Instrument] = {i.symbol: i for i in config.instruments}
        self.steepest: dict[str, Rate] = {i.symbol: i.steepest for i in config.instruments}
        """The highest maintenance rate of each symbol's brackets."""
        self.prices: dict[str, Prices] = {symbol: Prices() for symbol in self.instruments}
        self.accounts: dict[str, Account] = {}
        self.orders: dict[int, Order] = {}
        self.trailing: dict[int, Order] = {}
        self.ledger = Ledger()
        self.next_number = 1
        self.time_ns = 0
        self.ended = False

    def leverage_of(self, account: Account, symbol: str) -> int:
        """Return a symbol's leverage: the default, within the first bracket, until chosen."""
        chosen = account.leverage.get(symbol)
        if chosen is not None:
            return chosen
        return min(self.settings.default_leverage, self.instruments[symbol].max_leverage)

    def total(self) -> int:
        """Return the sum of all money, everywhere: always zero."""
        books = self.ledger
        total = books.outside + books.market + books.fees + books.insurance
        for account in self.accounts.values():
            total += account.spot + account.funding + account.futures
            total += sum(position.margin for position in account.positions.values())
        return total
