"""Events of liquidation: the story from its trigger to the last unit of money."""

from enum import StrEnum

from perplab.domain.commands import MarginMode, PositionSide, Side
from perplab.domain.message import message
from perplab.domain.numbers import Fine, Money, Price, Qty, Value


class Taker(StrEnum):
    """Who took the other side of a liquidation."""

    MARKET = "market"
    HEDGE = "hedge"
    INSURANCE_FUND = "insurance_fund"
    DELEVERAGING = "deleveraging"


class Outcome(StrEnum):
    """How a liquidation ended: the pool is safe again, or it has no position left."""

    RECOVERED = "recovered"
    CLOSED = "closed"


@message
class LiquidationStarted:
    """A pool's equity is at or below its maintenance margin; the pool as in `MarginCalled`."""

    account: str
    symbol: str
    position_side: PositionSide
    equity: Value
    maintenance: Fine


@message
class LiquidationOrdered:
    """An immediate-or-cancel order of the exchange, limited at the bankruptcy price.

    `bracket` counts from 1; equity and maintenance are the pool's at this moment.
    """

    account: str
    symbol: str
    position_side: PositionSide
    side: Side
    quantity: Qty
    bankruptcy_price: Price
    mark: Price
    bracket: int
    equity: Value
    maintenance: Fine


@message
class LiquidationFilled:
    """A part of a position was liquidated; the position event that follows moves the money."""

    account: str
    symbol: str
    position_side: PositionSide
    side: Side
    quantity: Qty
    price: Price
    taker: Taker


@message
class LiquidationFeeCharged:
    """The insurance fund took its clearance fee from the pool."""

    account: str
    symbol: str
    position_side: PositionSide
    margin_mode: MarginMode
    amount: Money


@message
class PositionTakenOver:
    """The insurance fund took a position at its bankruptcy price and closed it at the market.

    `quantity` is signed as the position was; `result` is what the fund won, below zero lost.
    """

    account: str
    symbol: str
    quantity: Qty
    bankruptcy_price: Price
    market_price: Price
    result: Money


@message
class PositionDeleveraged:
    """A profitable opposite position was closed against a bankrupt one, at its bankruptcy price."""

    account: str
    symbol: str
    position_side: PositionSide
    against: str
    side: Side
    quantity: Qty
    price: Price


@message
class BankruptcyCovered:
    """A wallet's negative balance was paid back to zero (symbol empty: the futures wallet).

    The insurance fund paid all but `exchange`, which the exchange itself had to pay.
    """

    account: str
    symbol: str
    position_side: PositionSide
    amount: Money
    exchange: Money


@message
class LiquidationEnded:
    """A liquidation is over. `returned` went from the isolated margin to the futures wallet.

    `forfeited` went to the insurance fund.
    """

    account: str
    symbol: str
    position_side: PositionSide
    outcome: Outcome
    returned: Money
    forfeited: Money
