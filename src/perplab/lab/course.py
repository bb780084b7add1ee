"""The course: how an account has fared so far, added up from its events at little cost."""

from dataclasses import dataclass, field, replace
from typing import get_args

from perplab.domain import events as ev
from perplab.domain.commands import OrderType
from perplab.lab.refusals import NAMES
from perplab.lab.tally import MOVES, Tally

_NOTED = frozenset(
    (
        ev.OrderAccepted,
        ev.OrderTriggered,
        ev.HolderOpened,
        ev.PositionOpened,
        ev.PositionClosed,
        ev.MarginCalled,
        ev.LiquidationStarted,
        ev.LiquidationEnded,
        *get_args(ev.Refusal),
    )
)


@dataclass(frozen=True, slots=True)
class Liquidation:
    """A liquidation: when it began, of which symbol, at which mark, and how it ended.

    `crossed` is the liquidation price that the mark reached, None where more than a price moved.
    """

    time_ns: int
    symbol: str
    mark: int
    crossed: int | None = None
    outcome: ev.Outcome | None = None


@dataclass(slots=True)
class Course:
    """An account's money, its liquidations, and how its last position that closed ended.

    A course has no state beside it, so that its liquidations have no marks: a `Story` has them.
    """

    account: str
    tally: Tally = field(default_factory=Tally)
    liquidations: list[Liquidation] = field(default_factory=list)
    opened: bool = False
    opened_ns: int = 0
    ending: str = ""
    """How the last position that closed ended: liquidated, a stop, a take-profit, or closed."""
    margin_calls: int = 0
    refusals: int = 0
    triggered_ns: int = 0
    """When an order of it was last triggered, 0 for never."""
    _triggered: str = ""
    _orders: dict[str, OrderType] = field(default_factory=dict)

    def count(self, event: ev.Event, time_ns: int) -> None:
        """Take an event of the account."""
        # Most events move no money and are not noted: that is found out by one look each.
        kind = type(event)
        if kind in MOVES:
            self.tally.count(event)
        if kind in _NOTED:
            self._note(event, time_ns)

    def _note(self, event: ev.Event, time_ns: int) -> None:
        match event:
            case ev.OrderAccepted() if event.order_type.conditional:
                self._orders[event.order_id] = event.order_type
            case ev.OrderTriggered():
                self.triggered_ns = time_ns
                self._triggered = NAMES[self._orders[event.order_id]]
            case ev.HolderOpened() | ev.PositionOpened() if not self.opened:
                self.opened, self.opened_ns = True, time_ns
            case ev.PositionClosed():
                self.ending = self._how(time_ns)
            case ev.MarginCalled():
                self.margin_calls += 1
            case ev.LiquidationStarted():
                self.liquidations.append(Liquidation(time_ns, event.symbol, 0))
            case ev.LiquidationEnded():
                self.liquidations[-1] = replace(self.liquidations[-1], outcome=event.outcome)
            case _ if isinstance(event, ev.Refusal):
                self.refusals += 1
            case _:
                pass

    @property
    def liquidating(self) -> bool:
        """Return whether a liquidation has begun that is not over."""
        return bool(self.liquidations) and self.liquidations[-1].outcome is None

    def _how(self, time_ns: int) -> str:
        """Return how a position closed that closes now."""
        if self.liquidating:
            return "liquidated"
        return self._triggered if self.triggered_ns == time_ns else "closed"
