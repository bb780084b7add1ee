"""Events: what has happened. Facts only; the journal is made of them."""

from perplab.domain.events.accounts import (
    AccountOpened,
    AccountRejected,
    BracketsChanged,
    BracketsRejected,
    Deposited,
    HolderOpened,
    HolderRejected,
    LeverageRejected,
    LeverageSet,
    MarginModeRejected,
    MarginModeSet,
    PositionModeRejected,
    PositionModeSet,
    RunEnded,
    RunStarted,
    Transferred,
    TransferRejected,
    Withdrawn,
)
from perplab.domain.events.liquidation import (
    BankruptcyCovered,
    LiquidationEnded,
    LiquidationFeeCharged,
    LiquidationFilled,
    LiquidationOrdered,
    LiquidationStarted,
    Outcome,
    PositionDeleveraged,
    PositionTakenOver,
    Taker,
)
from perplab.domain.events.margin import (
    AutoAddMarginSet,
    FundingPaid,
    FundingRejected,
    MarginAdded,
    MarginAdjustmentRejected,
    MarginAutoAdded,
    MarginCallCleared,
    MarginCalled,
    MarginReduced,
)
from perplab.domain.events.trading import (
    AmendmentRejected,
    CancellationRejected,
    OrderAccepted,
    OrderAmended,
    OrderCanceled,
    OrderExpired,
    OrderFilled,
    OrderQueued,
    OrderRejected,
    OrderTriggered,
    PositionClosed,
    PositionIncreased,
    PositionOpened,
    PositionReduced,
)

PositionGrown = PositionOpened | PositionIncreased
PositionShrunk = PositionReduced | PositionClosed
Refusal = (
    AccountRejected
    | HolderRejected
    | TransferRejected
    | LeverageRejected
    | MarginModeRejected
    | PositionModeRejected
    | MarginAdjustmentRejected
    | OrderRejected
    | AmendmentRejected
    | CancellationRejected
)
"""What an account's own command is refused with; each has a `reason`."""

Event = (
    RunStarted
    | RunEnded
    | AccountOpened
    | AccountRejected
    | HolderOpened
    | HolderRejected
    | Deposited
    | Withdrawn
    | Transferred
    | TransferRejected
    | LeverageSet
    | LeverageRejected
    | MarginModeSet
    | MarginModeRejected
    | PositionModeSet
    | PositionModeRejected
    | AutoAddMarginSet
    | MarginAdded
    | MarginReduced
    | MarginAutoAdded
    | MarginAdjustmentRejected
    | OrderAccepted
    | OrderRejected
    | OrderAmended
    | AmendmentRejected
    | OrderTriggered
    | OrderQueued
    | OrderFilled
    | OrderCanceled
    | CancellationRejected
    | OrderExpired
    | PositionGrown
    | PositionShrunk
    | MarginCalled
    | MarginCallCleared
    | LiquidationStarted
    | LiquidationOrdered
    | LiquidationFilled
    | LiquidationFeeCharged
    | PositionTakenOver
    | PositionDeleveraged
    | BankruptcyCovered
    | LiquidationEnded
    | FundingPaid
    | FundingRejected
    | BracketsChanged
    | BracketsRejected
)

__all__ = [
    "AccountOpened",
    "AccountRejected",
    "AmendmentRejected",
    "AutoAddMarginSet",
    "BankruptcyCovered",
    "BracketsChanged",
    "BracketsRejected",
    "CancellationRejected",
    "Deposited",
    "Event",
    "FundingPaid",
    "FundingRejected",
    "HolderOpened",
    "HolderRejected",
    "LeverageRejected",
    "LeverageSet",
    "LiquidationEnded",
    "LiquidationFeeCharged",
    "LiquidationFilled",
    "LiquidationOrdered",
    "LiquidationStarted",
    "MarginAdded",
    "MarginAdjustmentRejected",
    "MarginAutoAdded",
    "MarginCallCleared",
    "MarginCalled",
    "MarginModeRejected",
    "MarginModeSet",
    "MarginReduced",
    "OrderAccepted",
    "OrderAmended",
    "OrderCanceled",
    "OrderExpired",
    "OrderFilled",
    "OrderQueued",
    "OrderRejected",
    "OrderTriggered",
    "Outcome",
    "PositionClosed",
    "PositionDeleveraged",
    "PositionGrown",
    "PositionIncreased",
    "PositionModeRejected",
    "PositionModeSet",
    "PositionOpened",
    "PositionReduced",
    "PositionShrunk",
    "PositionTakenOver",
    "Refusal",
    "RunEnded",
    "RunStarted",
    "Taker",
    "TransferRejected",
    "Transferred",
    "Withdrawn",
]
