"""Events of trading: the life of orders, and what their fills did to positions."""

from perplab.domain.absent import absent
from perplab.domain.commands import (
    MarginMode,
    OrderType,
    PositionSide,
    Side,
    TimeInForce,
    TriggerOn,
)
from perplab.domain.message import message
from perplab.domain.numbers import Money, Price, Qty, Rate, Value
from perplab.domain.reasons import Cancellation, Expiry, Reason


@message
class OrderAccepted:
    """An order is open. `number` is its arrival, which orders the queue.

    `extreme` is the price from which a trailing stop begins.
    """

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
    callback_rate: Rate = absent(Rate(0))
    activation_price: Price = absent(Price(0))
    extreme: Price = absent(Price(0))
    price_protect: bool = absent(default=False)
    good_till_ns: int = absent(0)


@message
class OrderRejected:
    """An order was refused."""

    account: str
    symbol: str
    order_id: str
    reason: Reason


@message
class OrderAmended:
    """A resting order has a new price, quantity and place in the queue."""

    account: str
    symbol: str
    order_id: str
    number: int
    price: Price
    quantity: Qty


@message
class AmendmentRejected:
    """An amendment was refused; the order stays as it was."""

    account: str
    order_id: str
    reason: Reason


@message
class OrderTriggered:
    """A stop's or take-profit's trigger was reached at this price; it goes to the market.

    `extreme` is the price that a trailing stop fell back from; `number` the place in the queue of
    one that comes to the book with a limit.
    """

    account: str
    symbol: str
    order_id: str
    price: Price
    extreme: Price = absent(Price(0))
    number: int = absent(0)


@message
class OrderQueued:
    """So much is now ahead of a resting order at its price, of what others have there."""

    account: str
    symbol: str
    order_id: str
    ahead: Qty


@message
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


@message
class OrderCanceled:
    """An open order was cancelled."""

    account: str
    symbol: str
    order_id: str
    cancellation: Cancellation


@message
class CancellationRejected:
    """There was no such order to cancel."""

    account: str
    order_id: str
    reason: Reason


@message
class OrderExpired:
    """What was left of an order ended without trading."""

    account: str
    symbol: str
    order_id: str
    expiry: Expiry


@message
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


@message
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


@message
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


@message
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
