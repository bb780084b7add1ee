"""Stopping: a stop-loss, for all of the position or for a part of it."""

from decimal import Decimal
from typing import Unpack

from perplab.agents.context import Context, Script
from perplab.agents.entries import Entry, enter
from perplab.agents.parameters import demand_shares
from perplab.agents.views import PositionView


def stop(
    ctx: Context, *, distance: Decimal | None = None, on: str = "last", **entry: Unpack[Entry]
) -> Script:
    """Place a stop-loss order for the whole position.

    distance: from the entry price, as a share of it: 5%; without it half of 1 / leverage, where
        half of the initial margin is lost
    on: the price that triggers it, last or mark
    """
    demand_shares(distance=distance)
    position = yield from enter(ctx, **entry)
    if position:
        ctx.stop(_price(ctx, position, distance), symbol=position.symbol, on=on, side=position.side)


def partial_stop(
    ctx: Context,
    *,
    part: Decimal = Decimal("0.5"),
    distance: Decimal | None = None,
    on: str = "last",
    **entry: Unpack[Entry],
) -> Script:
    """Place a stop-loss order for a part of the position, and hold the rest.

    part: how much of the position the stop closes, as a share: 50%
    distance: from the entry price, as a share of it: 5%; without it half of 1 / leverage, where
        half of the initial margin is lost
    on: the price that triggers it, last or mark
    """
    demand_shares(part=part, distance=distance)
    position = yield from enter(ctx, **entry)
    if position:
        price = _price(ctx, position, distance)
        ctx.stop(price, part * 100, position.symbol, on=on, side=position.side)


def _price(ctx: Context, position: PositionView, distance: Decimal | None) -> Decimal:
    """Return the price at which a share of the entry price is lost."""
    lost = Decimal("0.5") / ctx.leverage(position.symbol) if distance is None else distance
    return ctx.round_price(position.price_at(-lost), position.symbol)
