"""Advised: ask the adviser, and do what it says."""

from decimal import ROUND_DOWN, Decimal
from typing import Unpack

from perplab.advice.verdict import Verdict
from perplab.agents.advising import AdviceView
from perplab.agents.context import Context, Script
from perplab.agents.entries import Entry, enter
from perplab.agents.parameters import demand_shares
from perplab.agents.topping import top_up
from perplab.agents.views import PositionView


def adviser(
    ctx: Context, *, every: str = "1h", stop: Decimal | None = None, **entry: Unpack[Entry]
) -> Script:
    """Ask the adviser at regular times and at every margin call, and do what it says.

    every: how often to ask, as a length of time: 1h
    stop: where the position was meant to be closed, as a share of the entry price: 5%; the
        adviser closes what is beyond it
    """
    demand_shares(stop=stop)
    position = yield from enter(ctx, **entry)
    symbol, side = position.symbol, position.side
    price = None if stop is None else ctx.round_price(position.price_at(-stop), symbol)
    while advice := ctx.advise(symbol, side, stop=price):
        yield from _follow(ctx, ctx.position(symbol, side), advice)
        closed = ctx.position_closed(symbol, side)
        yield ctx.any_of(ctx.sleep(every), ctx.margin_call(), closed)


def _follow(ctx: Context, position: PositionView, advice: AdviceView) -> Script:
    """Do what the verdict says, and wait until it has arrived."""
    symbol, side = position.symbol, position.side
    match advice.verdict:
        case Verdict.TRAILING_STOP:
            yield ctx.arrival(ctx.trail(_callback(position), symbol=symbol, side=side))
        case Verdict.FULL_STOP:
            yield ctx.arrival(ctx.close(symbol=symbol, side=side))
        case Verdict.PARTIAL_STOP:
            trade = ctx.sell if position.is_long else ctx.buy
            reduces = not ctx.is_hedged
            yield ctx.arrival(trade(advice.quantity, symbol, reduce_only=reduces, side=side))
        case Verdict.ADD_MARGIN | Verdict.LEAVE_IT:
            pass
    for request in top_up(ctx, position, advice.amount):
        yield ctx.arrival(request)


def _callback(position: PositionView) -> Decimal:
    """Return the way back, in percent, that leaves no loss: in tenths, as the exchange has it."""
    share = 100 * position.unrealized / position.notional
    tenths = share.quantize(Decimal("0.1"), ROUND_DOWN)
    return min(max(tenths, Decimal("0.1")), Decimal(10))
