"""Topping up: money put behind a position, in the way that its margin mode has for it."""

from decimal import Decimal

from perplab.agents.context import Context
from perplab.agents.requests import Request
from perplab.agents.views import PositionView
from perplab.domain.commands import MarginMode


def top_up(ctx: Context, position: PositionView, amount: Decimal) -> list[Request]:
    """Ask for so much money behind a position, or for as much as there is; empty for none.

    Isolated: margin is added from the futures wallet. Cross, where no margin can be added: money
    is moved into the futures wallet, from spot first, then from funding.
    """
    if position.margin_mode is MarginMode.ISOLATED:
        amount = min(amount, ctx.addable)
        return [ctx.add_margin(amount, position.symbol, side=position.side)] if amount > 0 else []
    moved = []
    for wallet in ("spot", "funding"):
        part = min(amount, ctx.wallet(wallet))
        if part > 0:
            moved.append(ctx.transfer(part, wallet, "futures"))
            amount -= part
    return moved
