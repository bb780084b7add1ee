"""Carrying: hold a hedged pair for the funding that it earns."""

from collections import deque
from collections.abc import Generator
from decimal import Decimal
from typing import Any

from perplab.agents.context import Context, Script
from perplab.agents.entries import size_of
from perplab.agents.errors import AgentError
from perplab.agents.parameters import demand_shares
from perplab.agents.waits import Wait
from perplab.domain.events import FundingPaid, PositionClosed


def carry(
    ctx: Context,
    *,
    short: str | None = None,
    long: str | None = None,
    notional: Decimal | None = None,
    margin: Decimal | None = None,
    drift: Decimal = Decimal("0.05"),
    settlements: int = 9,
) -> Script:
    """Hold a short and a long of two symbols, and swap them when their funding costs money.

    Spot is not traded here. So the hedge of the short that earns funding is the long of another
    symbol, which moves alike but not equally: what is left is the risk of the pair. Where one leg
    is gone, by a liquidation or an order, the other is closed and the agent ends.

    short: the symbol to be short of at first; the first of the run if not given
    long: the symbol to be long of at first; the second of the run if not given
    notional, margin: the size of each leg
    drift: how far the legs' notionals may be apart, as a share of the long: 5%; looked at when
        funding is settled
    settlements: over so many, the pair must not have paid more than it received
    """
    demand_shares(drift=drift)
    if len(ctx.symbols) < 2 and not (short and long):  # noqa: PLR2004 - a pair
        raise AgentError(f"a pair needs two symbols; the run has {', '.join(ctx.symbols)}")
    short, long = short or ctx.symbols[0], long or ctx.symbols[1]
    while True:
        sold = ctx.sell(size_of(ctx, short, notional=notional, margin=margin), short)
        bought = ctx.buy(size_of(ctx, long, notional=notional, margin=margin), long)
        yield ctx.ended(sold)
        yield ctx.ended(bought)
        yield from _hold(ctx, short, long, drift, settlements)
        held = [symbol for symbol in (short, long) if ctx.position(symbol)]
        for symbol in held:
            yield ctx.ended(ctx.close(symbol=symbol))
        if held != [short, long]:
            return
        short, long = long, short


def _hold(
    ctx: Context, short: str, long: str, drift: Decimal, settlements: int
) -> Generator[Wait, Any, None]:
    """Keep both legs alike until one is gone, or the pair pays."""
    paid: deque[int] = deque(maxlen=2 * settlements)
    while ctx.position(short) and ctx.position(long):
        if len(paid) == 2 * settlements and sum(paid) < 0:
            return
        event = yield ctx.event(FundingPaid, PositionClosed)
        if isinstance(event, FundingPaid):
            paid.append(event.amount)
            _balance(ctx, short, long, drift)


def _balance(ctx: Context, short: str, long: str, drift: Decimal) -> None:
    """Make the short as large as the long where they have drifted apart."""
    wanted, leg = ctx.position(long).notional, ctx.position(short)
    missing = wanted - leg.notional
    quantity = ctx.round_quantity(abs(missing) / leg.mark, short) if leg else Decimal(0)
    if quantity and abs(missing) > drift * wanted:
        if missing > 0:
            ctx.sell(quantity, short, side=leg.side)
        else:  # in one-way mode only a reduce-only order may be below the least notional
            ctx.buy(quantity, short, side=leg.side, reduce_only=not ctx.is_hedged)
