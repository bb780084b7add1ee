"""Trailing: the exchange's own trailing stop follows the price, and closes on the way back."""

from decimal import Decimal
from typing import Unpack

from perplab.agents.context import Context, Script
from perplab.agents.entries import Entry, enter
from perplab.agents.parameters import demand_shares


def trailing_stop(
    ctx: Context,
    *,
    callback: Decimal = Decimal("0.02"),
    activation: Decimal | None = None,
    on: str = "last",
    **entry: Unpack[Entry],
) -> Script:
    """Place a trailing stop order for the whole position.

    callback: the way back from the best price at which it closes, as a share: 0.1% to 10%
    activation: the gain on the entry price from which it follows, as a share: 1%; without it at
        once
    on: the price that it follows, last or mark
    """
    demand_shares(callback=callback)
    position = yield from enter(ctx, **entry)
    if not position:
        return
    start = None
    if activation is not None:
        start = ctx.round_price(position.price_at(activation), position.symbol)
    ctx.trail(callback * 100, symbol=position.symbol, activation=start, on=on, side=position.side)
