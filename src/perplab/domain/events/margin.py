"""Events of margin: added, reduced, called for; funding paid."""

from perplab.domain.commands import MarginMode, PositionSide
from perplab.domain.message import message
from perplab.domain.numbers import Fine, Money, Price, Qty, Rate, Value
from perplab.domain.reasons import Reason


@message
class AutoAddMarginSet:
    """Auto-add margin was switched on or off."""

    account: str
    symbol: str
    position_side: PositionSide
    on: bool


@message
class MarginAdded:
    """The user moved money from the futures wallet into an isolated position."""

    account: str
    symbol: str
    position_side: PositionSide
    amount: Money


@message
class MarginReduced:
    """The user took money out of an isolated position."""

    account: str
    symbol: str
    position_side: PositionSide
    amount: Money


@message
class MarginAutoAdded:
    """The exchange moved money into an isolated position that had reached maintenance."""

    account: str
    symbol: str
    position_side: PositionSide
    amount: Money
    mark: Price


@message
class MarginAdjustmentRejected:
    """Adding, reducing or auto-add was refused; `limit` is what would have been allowed."""

    account: str
    symbol: str
    position_side: PositionSide
    amount: Money
    reason: Reason
    limit: Money


@message
class MarginCalled:
    """A pool's margin ratio rose to the margin-call level.

    A pool is an isolated position (symbol and side), or the cross account (symbol empty).
    `equity` counts 1e-16, `maintenance` 1e-24.
    """

    account: str
    symbol: str
    position_side: PositionSide
    equity: Value
    maintenance: Fine


@message
class MarginCallCleared:
    """A pool's margin ratio fell below the re-arming level.

    A call also ends, without this event, when the last position of its pool is closed.
    """

    account: str
    symbol: str
    position_side: PositionSide
    equity: Value
    maintenance: Fine


@message
class FundingPaid:
    """Funding of one position: `amount` came into its wallet, below zero left it."""

    account: str
    symbol: str
    position_side: PositionSide
    margin_mode: MarginMode
    quantity: Qty
    mark: Price
    rate: Rate
    amount: Money


@message
class FundingRejected:
    """Funding could not be settled."""

    symbol: str
    reason: Reason
