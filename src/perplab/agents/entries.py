"""Entries: how a built-in agent opens its position, from the parameters that all of them share."""

from collections.abc import Generator
from decimal import Decimal
from typing import Any, TypedDict

from perplab.agents.context import Context
from perplab.agents.errors import AgentError
from perplab.agents.views import PositionView
from perplab.agents.waits import Wait


class Size(TypedDict, total=False):
    """How much to trade, in one of three ways; the quantity is cut to the symbol's step.

    quantity: in base currency, as 0.1 BTC
    notional: in USDT, the worth of the position at the mark price
    margin: in USDT, the notional divided by the leverage
    """

    quantity: Decimal
    notional: Decimal
    margin: Decimal


class Entry(Size, total=False):
    """What to open: nothing is needed where a position is held already, which is then taken over.

    symbol: the first symbol of the run if not given
    side: long or short; the one that is held, or long, if not given
    """

    symbol: str
    side: str


def enter(
    ctx: Context,
    *,
    symbol: str | None = None,
    side: str | None = None,
    quantity: Decimal | None = None,
    notional: Decimal | None = None,
    margin: Decimal | None = None,
) -> Generator[Wait, Any, PositionView]:
    """Open a position at the market, or take over the one that is held, and return it.

    What comes back is falsy where the exchange refused; its reason is in the log.
    """
    if side not in {None, "long", "short"}:
        raise AgentError(f"side: found {side!r}, expected long or short")
    held = ctx.position(symbol, side)
    if held:
        if side not in {None, held.direction}:
            raise AgentError(f"side: found {side}, but the account holds a {held.direction}")
        return held
    quantity = size_of(ctx, symbol, quantity=quantity, notional=notional, margin=margin)
    trade = ctx.sell if side == "short" else ctx.buy
    yield ctx.ended(trade(quantity, symbol))
    return ctx.position(symbol, side or "long")


def size_of(
    ctx: Context,
    symbol: str | None = None,
    *,
    quantity: Decimal | None = None,
    notional: Decimal | None = None,
    margin: Decimal | None = None,
) -> Decimal:
    """Return a quantity at the present mark price, or `AgentError` unless one size is given."""
    sizes = [size for size in (quantity, notional, margin) if size is not None]
    if len(sizes) != 1:
        found = f"{len(sizes)} of them" if sizes else "none of them"
        raise AgentError(
            f"one of the parameters quantity, notional, margin is needed; found {found}"
        )
    if margin is not None:
        notional = margin * ctx.leverage(symbol)
    if notional is not None:
        quantity = ctx.round_quantity(notional / ctx.mark(symbol), symbol)
    assert quantity is not None
    if quantity <= 0:
        raise AgentError(
            f"a size of {sizes[0]} buys nothing: it is less than the smallest quantity"
        )
    return quantity
