"""Events of trading: the life of orders, and what their fills did to positions."""

from dataclasses import dataclass

from perplab.domain.commands import (
    MarginMode,
    OrderType,
    PositionSide,
    Side,
    TimeInForce,
    TriggerOn,
)
from perplab.domain.numbers import Money, Price, Qty, Value
from perplab.domain.reasons import Cancellation, Expiry, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAccepted:
    """An order is open. `number` is its arrival, which orders the queue."""

    account: str
    symbol: str
    order_id: str
    number: int
    side: Side
    order_type: OrderType
    quantity: Qty
    position_side: PositionSide
    price: Price
    trigger_price: Price
    trigger_on: TriggerOn
    time_in_force: TimeInForce
    reduce_only: bool
    close_position: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRejected:
    """An order was refused."""

    account: str
    symbol: str
    order_id: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAmended:
    """A resting order has a new price, quantity and place in the queue."""

    account: str
    symbol: str
    order_id: str
    number: int
    price: Price
    quantity: Qty


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendmentRejected:
    """An amendment was refused; the order stays as it was."""

    account: str
    order_id: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTriggered:
    """A stop's or take-profit's trigger was reached at this price; it goes to the market."""

    account: str
    symbol: str
    order_id: str
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilled:
    """An order traded; the position event that follows moves the money."""

    account: str
    symbol: str
    order_id: str
    side: Side
    price: Price
    quantity: Qty
    remaining: Qty
    maker: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCanceled:
    """An open order was cancelled."""

    account: str
    symbol: str
    order_id: str
    cancellation: Cancellation


@dataclass(frozen=True, slots=True, kw_only=True)
class CancellationRejected:
    """There was no such order to cancel."""

    account: str
    order_id: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderExpired:
    """What was left of an order ended without trading."""

    account: str
    symbol: str
    order_id: str
    expiry: Expiry


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionOpened:
    """A position came to be. `futures` and `isolated` are what the two wallets changed by.

    `quantity` is signed; `cost` is its signed sum of price times quantity, 1e-16.
    """

    account: str
    symbol: str
    position_side: PositionSide
    margin_mode: MarginMode
    quantity: Qty
    cost: Value
    fee: Money
    futures: Money
    isolated: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionIncreased:
    """A position grew by `quantity` at `cost`; as `PositionOpened`."""

    account: str
    symbol: str
    position_side: PositionSide
    margin_mode: MarginMode
    quantity: Qty
    cost: Value
    fee: Money
    futures: Money
    isolated: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionReduced:
    """A position shrank: `quantity` and `cost` are the signed changes."""

    account: str
    symbol: str
    position_side: PositionSide
    margin_mode: MarginMode
    quantity: Qty
    cost: Value
    realized_pnl: Money
    fee: Money
    futures: Money
    isolated: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionClosed:
    """Nothing of a position is left; as `PositionReduced`."""

    account: str
    symbol: str
    position_side: PositionSide
    margin_mode: MarginMode
    quantity: Qty
    cost: Value
    realized_pnl: Money
    fee: Money
    futures: Money
    isolated: Money
