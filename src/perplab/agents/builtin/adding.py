"""Adding: put more money behind a position as it comes near to liquidation."""

from decimal import Decimal
from typing import Unpack

from perplab.agents.context import Context, Script
from perplab.agents.entries import Entry, enter
from perplab.agents.errors import AgentError
from perplab.agents.parameters import demand_shares
from perplab.agents.topping import top_up
from perplab.agents.views import PositionView
from perplab.agents.waits import PriceWait


class Addition(Entry, total=False):
    """When to add, and how much: at most what there is, from the futures wallet.

    In cross margin, where none can be added, money is moved into the futures wallet from the spot
    and funding wallets.

    when: the distance of the liquidation price from the mark at which to add, as a share: 2%;
        without it at a margin call
    amount: how much to add, in USDT
    target: without an amount, as much as puts the liquidation price so far from the mark, as a
        share; 10% if not given, or twice `when` where that is more
    """

    when: Decimal
    amount: Decimal
    target: Decimal


def add_once(ctx: Context, **addition: Unpack[Addition]) -> Script:
    """Add margin once, then let things take their course."""
    yield from _add(ctx, 1, **addition)


def add_twice(ctx: Context, **addition: Unpack[Addition]) -> Script:
    """Add margin twice, each time that the position comes near to liquidation."""
    yield from _add(ctx, 2, **addition)


def add_always(ctx: Context, *, times: int | None = None, **addition: Unpack[Addition]) -> Script:
    """Add margin whenever the position comes near to liquidation, until nothing is left to add.

    times: at most so often; without it there is no limit
    """
    yield from _add(ctx, times, **addition)


def auto_add(ctx: Context, **entry: Unpack[Entry]) -> Script:
    """Switch the exchange's auto-add margin on: it draws on the futures wallet by itself.

    It is for isolated positions; in cross margin the exchange refuses it.
    """
    position = yield from enter(ctx, **entry)
    if position:
        ctx.auto_add(True, position.symbol, side=position.side)


def _add(
    ctx: Context,
    times: int | None,
    *,
    when: Decimal | None = None,
    amount: Decimal | None = None,
    target: Decimal | None = None,
    **entry: Unpack[Entry],
) -> Script:
    """Add so often, and end where nothing is held or nothing is left to add."""
    if target is None:
        target = max(Decimal("0.1"), 2 * (when or Decimal(0)))
    demand_shares(when=when, target=target)
    if when is not None and amount is None and target <= when:
        raise AgentError(f"target: found {target}, expected more than when, which is {when}")
    position = yield from enter(ctx, **entry)
    added = 0
    while position and added != times:
        yield from _near(ctx, position, when)
        if not ctx.position(position.symbol, position.side):
            return
        wanted = ctx.margin_for(target, position.symbol, position.side)
        requests = top_up(ctx, position, wanted if amount is None else amount)
        if not requests:
            return
        for request in requests:
            yield ctx.arrival(request)
        added += 1


def _near(ctx: Context, position: PositionView, when: Decimal | None) -> Script:
    """Wait until liquidation is near, or the position is closed."""
    symbol, side = position.symbol, position.side
    if when is None:
        yield ctx.any_of(ctx.margin_call(), ctx.position_closed(symbol, side))
        return
    while ctx.position(symbol, side):
        changed = ctx.event(object)  # whatever happens to the account may move the price
        near = _touch(ctx, position, when)
        if near is None:
            yield changed
        elif (yield ctx.any_of(near, changed)) is near:
            return


def _touch(ctx: Context, position: PositionView, when: Decimal) -> PriceWait | None:
    """Return the wait for the mark price that is so far from the liquidation price."""
    symbol = position.symbol
    view = ctx.outlook(symbol, position.side)
    assert view is not None, "something is held"
    if position.is_long and view.below is not None:
        return ctx.falls_to(ctx.round_price(view.below / (1 - when), symbol), symbol)
    if not position.is_long and view.above is not None:
        return ctx.rises_to(ctx.round_price(view.above / (1 + when), symbol), symbol)
    return None
