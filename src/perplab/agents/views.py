"""Views: what an agent sees of its account, as values of the moment at which it looked."""

from dataclasses import dataclass
from decimal import Decimal

from perplab.agents.values import decimal_of, ratio_of
from perplab.domain.commands import MarginMode, PositionSide
from perplab.domain.numbers import divide_half_up
from perplab.domain.state import Account, Order, State
from perplab.engine.outlook import Zone, outlook
from perplab.engine.risk import Leg, notional, unrealized

_FINE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionView:
    """A position: signed quantity in base currency, money in quote currency.

    It is falsy where nothing is held; then only `symbol`, `side` and `mark` say anything.
    """

    symbol: str
    side: PositionSide
    mark: Decimal
    quantity: Decimal = Decimal(0)
    entry: Decimal = Decimal(0)
    margin: Decimal = Decimal(0)
    unrealized: Decimal = Decimal(0)
    notional: Decimal = Decimal(0)
    margin_mode: MarginMode = MarginMode.CROSS
    auto_add: bool = False

    def __bool__(self) -> bool:
        return bool(self.quantity)

    @property
    def is_long(self) -> bool:
        """Return whether it gains when the price rises."""
        return self.quantity > 0

    @property
    def direction(self) -> str:
        """Return long or short, or empty text where nothing is held."""
        return ("long" if self.is_long else "short") if self else ""

    def price_at(self, gain: Decimal) -> Decimal:
        """Return the price at which it has gained a share of its entry price, or lost below 0."""
        return self.entry * (1 + gain if self.is_long else 1 - gain)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlookView:
    """How near a position's margin pool is to liquidation.

    `margin_ratio` is maintenance / equity, None where equity is not above zero. Liquidation is at
    1. `liquidation_price` is the nearer of the prices `below` and `above` at which the pool is
    liquidated if only this symbol's mark moves, `distance` the way to it as a share of the mark;
    None where there is none.
    """

    margin_ratio: Decimal | None
    equity_ratio: Decimal
    zone: Zone
    below: Decimal | None
    above: Decimal | None
    liquidation_price: Decimal | None
    distance: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An open order."""

    order_id: str
    symbol: str
    side: str
    order_type: str
    quantity: Decimal
    remaining: Decimal
    price: Decimal
    trigger_price: Decimal


def position_view(state: State, account: Account, symbol: str, side: PositionSide) -> PositionView:
    """Return a position as it stands; the entry price is the average, half up to 1e-8."""
    mark = decimal_of(state.prices[symbol].mark)
    position = account.positions.get((symbol, side))
    if position is None or not position.quantity:
        return PositionView(symbol=symbol, side=side, mark=mark)
    leg = Leg(symbol, side, position)
    return PositionView(
        symbol=symbol,
        side=side,
        mark=mark,
        quantity=decimal_of(position.quantity),
        entry=decimal_of(divide_half_up(abs(position.cost), abs(position.quantity))),
        margin=decimal_of(position.margin),
        unrealized=decimal_of(unrealized(state, leg), _FINE),
        notional=decimal_of(notional(state, leg), _FINE),
        margin_mode=position.margin_mode,
        auto_add=position.auto_add,
    )


def outlook_view(
    state: State, account: Account, symbol: str, side: PositionSide
) -> OutlookView | None:
    """Return how a position's pool stands, None where nothing is held."""
    view = outlook(state, account, symbol, side)
    if view is None:
        return None
    below = None if view.below is None else decimal_of(view.below)
    above = None if view.above is None else decimal_of(view.above)
    mark = decimal_of(view.mark)
    prices = [price for price in (below, above) if price is not None]
    return OutlookView(
        margin_ratio=None if view.margin_ratio is None else ratio_of(view.margin_ratio),
        equity_ratio=ratio_of(view.equity_ratio),
        zone=view.zone,
        below=below,
        above=above,
        liquidation_price=min(prices, key=lambda price: abs(price - mark), default=None),
        distance=None if view.distance is None else ratio_of(view.distance),
    )


def order_view(order: Order) -> OrderView:
    """Return an order as it stands."""
    return OrderView(
        order_id=order.order_id,
        symbol=order.symbol,
        side=order.side.value,
        order_type=order.order_type.value,
        quantity=decimal_of(order.quantity),
        remaining=decimal_of(order.remaining),
        price=decimal_of(order.price),
        trigger_price=decimal_of(order.trigger_price),
    )
