"""Pairs: two orders of which one ends the other, and a stop and take-profit around an entry."""

from collections.abc import Generator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from perplab.agents.requests import Request
from perplab.agents.waits import Wait

if TYPE_CHECKING:
    from perplab.agents.context import Context

Script = Generator[Wait, Any, Any]


def pair(context: "Context", one: Request, other: Request) -> Script:
    """Cancel the other order when one fills or ends."""
    first, second = context.ended(one), context.ended(other)
    fills = (context.fill(one), context.fill(other))
    won = yield context.any_of(first, second, *fills)
    rest = other if won in {first, fills[0]} else one
    if context.is_open(rest):
        context.cancel(rest)


def protect(
    context: "Context",
    entry: Request,
    prices: tuple[Decimal, Decimal],
    symbol: str | None,
    side: str | None,
) -> Script:
    """Place a stop and a take-profit at two prices once an entry has ended with a position."""
    yield context.ended(entry)
    if not context.position(symbol, side):
        return
    guard = context.stop(prices[0], symbol=symbol, side=side)
    goal = context.take_profit(prices[1], symbol=symbol, side=side)
    yield context.arrival(guard)
    yield context.arrival(goal)
    if guard.refused is None and goal.refused is None:
        yield from pair(context, guard, goal)
        return
    # One of them is beyond the price already, or cannot stand: nothing is left half protected.
    for order in (guard, goal):
        if context.is_open(order):
            context.cancel(order)
    if context.position(symbol, side):
        context.close(symbol=symbol, side=side)
