"""History: what an account has done and suffered so far, as far as the rules ask for it."""

from bisect import bisect_left
from dataclasses import dataclass, field

from perplab.domain import events as ev
from perplab.domain.commands import MarginMode, OrderType, PositionSide, Side, TriggerOn, Wallet
from perplab.domain.events import Event
from perplab.domain.reasons import Cancellation

Held = tuple[str, PositionSide]
"""A position's symbol and side."""
_STOPS = (OrderType.STOP_MARKET, OrderType.STOP)


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop-loss that was set and did not trigger; a quantity of zero is the whole position."""

    symbol: str
    position_side: PositionSide
    side: Side
    price: int
    trigger_on: TriggerOn
    quantity: int


@dataclass(slots=True)
class Additions:
    """Margin that came to a pool since it was opened: how often, and how much, in 1e-8."""

    count: int = 0
    amount: int = 0

    def take(self, amount: int) -> None:
        """Count one more."""
        self.count += 1
        self.amount += amount


@dataclass(slots=True)
class _Open:
    margin_mode: MarginMode
    since_ns: int
    added: Additions = field(default_factory=Additions)


class History:
    """One account's past, fed with its run's events in their order."""

    def __init__(self, account: str) -> None:
        self.account = account
        self._open: dict[Held, _Open] = {}
        self._cross = Additions()
        self._stops: dict[str, Stop] = {}
        self._given_up: list[Stop] = []
        self._acts: list[tuple[int, bool]] = []
        """Time of each act, and of each loss (True)."""
        self._order = ""
        self._entered = ""

    def take(self, event: Event, time_ns: int) -> None:  # noqa: C901, PLR0912  # one case each
        """Take the next event; those of other accounts are left alone."""
        if getattr(event, "account", None) != self.account:
            return
        match event:
            case ev.PositionOpened() | ev.PositionIncreased():
                self._enter(event, time_ns)
            case ev.HolderOpened():
                held = _Open(event.margin_mode, time_ns)
                self._open[event.symbol, PositionSide.BOTH] = held
            case ev.PositionReduced() | ev.PositionClosed():
                self._leave(event, time_ns)
            case ev.MarginAdded() | ev.MarginAutoAdded():
                self._open[event.symbol, event.position_side].added.take(event.amount)
                if isinstance(event, ev.MarginAdded):
                    self._acts.append((time_ns, False))
            case ev.MarginReduced():
                self._acts.append((time_ns, False))
            case ev.Deposited() if event.wallet is Wallet.FUTURES:
                self._bring(event.amount, time_ns)
            case ev.Transferred() if event.target is Wallet.FUTURES:
                self._bring(event.amount, time_ns)
            case ev.OrderAccepted():
                self._accept(event)
            case ev.OrderCanceled():
                self._cancel(event)
            case ev.OrderTriggered() | ev.OrderExpired():
                self._stops.pop(event.order_id, None)
            case ev.OrderFilled():
                self._order = event.order_id
            case _:
                pass

    def opened_ns(self, symbol: str, side: PositionSide) -> int | None:
        """Return when a position was opened, None where it is not known to be."""
        held = self._open.get((symbol, side))
        return None if held is None else held.since_ns

    def added(self, symbol: str, side: PositionSide) -> Additions:
        """Return the margin that was added to a position since it was opened, by whomever.

        To a cross position belongs what came into the futures wallet while any was open.
        """
        held = self._open.get((symbol, side))
        if held is None:
            return Additions()
        return self._cross if held.margin_mode is MarginMode.CROSS else held.added

    def stops(self, symbol: str, side: PositionSide, closing: Side) -> list[Stop]:
        """Return the stops of a position that close it on this side of the market.

        Those that the user cancelled while it was held are among them.
        """
        place = (symbol, side, closing)
        stops = [*self._stops.values(), *self._given_up]
        return [stop for stop in stops if (stop.symbol, stop.position_side, stop.side) == place]

    def hasty_acts(self, now_ns: int, window_ns: int) -> int | None:
        """Return how many acts followed a loss, None where none fell within the window.

        Acts are margin added or taken out, money brought into the futures wallet while a cross
        position is open, and entries; those after the first loss of the window count.
        """
        recent = self._acts[bisect_left(self._acts, now_ns - window_ns, key=lambda act: act[0]) :]
        losses = [index for index, (_, lost) in enumerate(recent) if lost]
        return sum(not lost for _, lost in recent[losses[0] :]) if losses else None

    def _enter(self, event: ev.PositionGrown, time_ns: int) -> None:
        key = (event.symbol, event.position_side)
        if isinstance(event, ev.PositionOpened):
            self._open[key] = _Open(event.margin_mode, time_ns)
        # An order that fills in pieces is one entry.
        if not self._order or self._order != self._entered:
            self._acts.append((time_ns, False))
        self._entered = self._order

    def _leave(self, event: ev.PositionShrunk, time_ns: int) -> None:
        if event.realized_pnl < event.fee:
            self._acts.append((time_ns, True))
        self._entered = ""
        if isinstance(event, ev.PositionReduced):
            return
        key = (event.symbol, event.position_side)
        self._open.pop(key, None)
        self._given_up = [
            stop for stop in self._given_up if (stop.symbol, stop.position_side) != key
        ]
        if not self._crossed:
            self._cross = Additions()

    @property
    def _crossed(self) -> bool:
        """Whether any cross position is open."""
        return any(held.margin_mode is MarginMode.CROSS for held in self._open.values())

    def _bring(self, amount: int, time_ns: int) -> None:
        if self._crossed:
            self._cross.take(amount)
            self._acts.append((time_ns, False))

    def _accept(self, event: ev.OrderAccepted) -> None:
        if event.order_id == self._entered:
            self._entered = ""
        hedged = {PositionSide.LONG: Side.SELL, PositionSide.SHORT: Side.BUY}
        closes = event.reduce_only or event.close_position
        closes = closes or hedged.get(event.position_side) is event.side
        if event.order_type not in _STOPS or not closes:
            return
        self._stops[event.order_id] = Stop(
            symbol=event.symbol,
            position_side=event.position_side,
            side=event.side,
            price=event.trigger_price,
            trigger_on=event.trigger_on,
            quantity=0 if event.close_position else event.quantity,
        )

    def _cancel(self, event: ev.OrderCanceled) -> None:
        stop = self._stops.pop(event.order_id, None)
        if stop is None or event.cancellation is not Cancellation.USER:
            return
        if (stop.symbol, stop.position_side) in self._open:
            self._given_up.append(stop)
