"""Gridding: limit orders at equal steps around a price, which earn on every swing between them."""

from decimal import Decimal
from typing import Unpack

from perplab.agents.context import Context, Script
from perplab.agents.entries import Size, size_of
from perplab.agents.errors import AgentError
from perplab.agents.parameters import demand_shares
from perplab.domain.commands import Side
from perplab.domain.events import LiquidationEnded, OrderFilled


def grid(
    ctx: Context,
    *,
    symbol: str | None = None,
    step: Decimal = Decimal("0.01"),
    levels: int = 5,
    **size: Unpack[Size],
) -> Script:
    """Keep a grid of limit orders: buys below the price, sells above it.

    An order that fills is answered by one on the other side, a step nearer to where the price
    came from. It needs one-way mode: what it holds is long below the middle, short above it.

    symbol: the first symbol of the run if not given
    step: between two lines, as a share of the price at the start: 1%
    levels: how many lines there are below, and how many above
    quantity, notional, margin: the size of each order
    """
    demand_shares(step=step, depth=step * levels)
    if ctx.is_hedged:
        raise AgentError("a grid needs one-way position mode")
    quantity, middle = size_of(ctx, symbol, **size), ctx.last(symbol)
    line_of: dict[str, int] = {}

    def place(line: int, side: Side) -> None:
        trade = ctx.buy if side is Side.BUY else ctx.sell
        price = ctx.round_price(middle * (1 + step * line), symbol)
        line_of[trade(quantity, symbol, at=price).order_id] = line

    for distance in range(1, levels + 1):
        place(-distance, Side.BUY)
        place(distance, Side.SELL)
    while True:
        event = yield ctx.event(OrderFilled, LiquidationEnded)
        if isinstance(event, LiquidationEnded):
            return
        if event.order_id in line_of and not event.remaining:
            line = line_of.pop(event.order_id)
            if event.side is Side.BUY:
                place(line + 1, Side.SELL)
            else:
                place(line - 1, Side.BUY)
