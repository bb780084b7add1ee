"""Kinds: what each event is shown as, how it is marked on the chart, and which go first."""

from perplab.domain import events as ev
from perplab.domain.events import Event

_KINDS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("liquidation", (ev.LiquidationStarted,)),
    ("call", (ev.MarginCalled,)),
    ("auto-add", (ev.MarginAutoAdded,)),
    ("added", (ev.MarginAdded,)),
    ("removed", (ev.MarginReduced,)),
    ("opened", (ev.HolderOpened, ev.PositionOpened, ev.PositionIncreased)),
    ("closed", (ev.PositionClosed, ev.PositionReduced)),
    (
        "liquidation step",
        (
            ev.LiquidationOrdered,
            ev.LiquidationFeeCharged,
            ev.PositionTakenOver,
            ev.BankruptcyCovered,
            ev.LiquidationEnded,
            ev.PositionDeleveraged,
        ),
    ),
    ("funding", (ev.FundingPaid,)),
    (
        "order",
        (ev.OrderAccepted, ev.OrderAmended, ev.OrderTriggered, ev.OrderCanceled, ev.OrderExpired),
    ),
)
LOUD = ("liquidation", "call", "auto-add", "added", "removed", "opened", "closed")
"""The kinds that a page keeps first when there is no room for all, and zooms to."""
_OTHER, _REFUSED = "other", "refused"
_BY_TYPE = {kind: name for name, types in _KINDS for kind in types}
FOCUS_TYPES = tuple(kind.__name__ for name, types in _KINDS[:5] for kind in types)
"""Types of the events around which more of the tape is drawn, by weight."""


def kind_of_event(event: Event, *, step: bool) -> str:
    """Return what an event is shown as; `step` says that it is a part of a liquidation."""
    kind = _BY_TYPE.get(type(event))
    if kind == "closed" and step:
        return "liquidation step"
    if kind is not None:
        return kind
    return _REFUSED if isinstance(event, ev.Refusal) else _OTHER
