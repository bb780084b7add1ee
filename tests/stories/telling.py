"""Telling: each event in the few words by which a story expects it."""

from typing import Any

from perplab.domain import events as ev
from perplab.domain.numbers import format_units

LOUD = (
    ev.AccountRejected,
    ev.TransferRejected,
    ev.LeverageRejected,
    ev.MarginModeRejected,
    ev.PositionModeRejected,
    ev.MarginAdjustmentRejected,
    ev.OrderRejected,
    ev.AmendmentRejected,
    ev.CancellationRejected,
    ev.FundingRejected,
    ev.BracketsRejected,
    ev.MarginCalled,
    ev.MarginAutoAdded,
    ev.OrderTriggered,
    ev.OrderExpired,
    ev.LiquidationStarted,
    ev.LiquidationOrdered,
    ev.PositionTakenOver,
    ev.PositionDeleveraged,
    ev.BankruptcyCovered,
)
"""What must not happen in a story without the story saying so."""


def tell(event: ev.Event) -> str:
    """Return the event's words; those that a story leaves out at the end do not matter."""
    words = _WORDS.get(type(event))
    if words is None:
        return "refused " + str(getattr(event, "reason", event)) + _limit(event)
    shown = {name: _shown(name, getattr(event, name)) for name in event.__dataclass_fields__}
    return words.format(**shown)


def _limit(event: Any) -> str:
    limit = getattr(event, "limit", None)
    return "" if limit is None else f" beyond {format_units(limit)}"


def _shown(name: str, value: Any) -> Any:
    if name == "maker":
        return "maker" if value else "taker"
    if name == "on":
        return "on" if value else "off"
    if type(value) is not int or name in {"bracket", "leverage", "number"}:
        return value
    return format_units(value)


_POSITION = "{quantity} realizing {realized_pnl} fee {fee}"
_WORDS: dict[type[Any], str] = {
    ev.RunStarted: "run started",
    ev.RunEnded: "run ended",
    ev.AccountOpened: "account opened",
    ev.Deposited: "deposited {amount}",
    ev.Withdrawn: "withdrawn {amount}",
    ev.Transferred: "transferred {amount}",
    ev.LeverageSet: "leverage {leverage}",
    ev.MarginModeSet: "{margin_mode}",
    ev.PositionModeSet: "{position_mode}",
    ev.AutoAddMarginSet: "auto-add {on}",
    ev.MarginAdded: "added {amount}",
    ev.MarginReduced: "removed {amount}",
    ev.MarginAutoAdded: "auto-added {amount}",
    ev.OrderAccepted: "accepted",
    ev.OrderAmended: "amended",
    ev.OrderTriggered: "triggered at {price}",
    ev.OrderQueued: "queued behind {ahead}",
    ev.OrderFilled: "filled {quantity} at {price} {maker}",
    ev.OrderCanceled: "canceled {cancellation}",
    ev.OrderExpired: "expired {expiry}",
    ev.PositionOpened: "opened {quantity}",
    ev.PositionIncreased: "increased {quantity}",
    ev.PositionReduced: f"reduced {_POSITION}",
    ev.PositionClosed: f"closed {_POSITION}",
    ev.MarginCalled: "margin call",
    ev.MarginCallCleared: "call cleared",
    ev.LiquidationStarted: "liquidation",
    ev.LiquidationOrdered: "order {quantity} limit {bankruptcy_price} bracket {bracket}",
    ev.LiquidationFilled: "{taker} takes {quantity} at {price}",
    ev.LiquidationFeeCharged: "clearance fee {amount}",
    ev.PositionTakenOver: "fund result {result} at {market_price}",
    ev.PositionDeleveraged: "deleveraged {quantity} at {price}",
    ev.BankruptcyCovered: "covered {amount} exchange {exchange}",
    ev.LiquidationEnded: "ended {outcome} returned {returned} forfeited {forfeited}",
    ev.FundingPaid: "funding {amount}",
    ev.BracketsChanged: "brackets changed",
}
