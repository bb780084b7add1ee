"""Averaging: buy more of what is losing, so that the average entry price comes nearer."""

from decimal import Decimal
from typing import Unpack

from perplab.agents.context import Context, Script
from perplab.agents.entries import Entry, enter
from perplab.agents.parameters import demand_shares


def average_down(
    ctx: Context,
    *,
    step: Decimal = Decimal("0.02"),
    times: int = 5,
    **entry: Unpack[Entry],
) -> Script:
    """Average the entry price: add for the same notional again at every step against it.

    step: the loss from one addition to the next, as a share of the first entry price: 2%
    times: how many additions at most; one that the exchange refuses is the last, and below a
        price of zero there is none
    """
    demand_shares(step=step)
    first = yield from enter(ctx, **entry)
    if not first:
        return
    symbol, worth = first.symbol, first.entry * abs(first.quantity)
    closed = ctx.position_closed(symbol, first.side)
    for number in range(1, times + 1):
        price = ctx.round_price(first.price_at(-step * number), symbol)
        if price <= 0:
            return  # so much cannot be lost
        wait = ctx.falls_to if first.is_long else ctx.rises_to
        if (yield ctx.any_of(closed, wait(price, symbol))) is closed:
            return
        trade = ctx.buy if first.is_long else ctx.sell
        order = trade(ctx.round_quantity(worth / ctx.mark(symbol), symbol), symbol)
        yield ctx.ended(order)
        if order.refused:
            return
