"""The task as our agent: it takes every tick, compares it with the level, and closes there."""

from perplab.agents.context import Context, Script

TICK = 10_000_000
"""The price step of 0.1, in 1e-8."""


def every_tick(ctx: Context) -> Script:
    """Buy one at the first price, close at 90.5% of it, and go on to the end of the tape."""
    level = int(ctx.last() * 905 // 100) * TICK  # down to the price step, in units of 1e-8
    ctx.buy(1)
    is_open, tick = True, ctx.tick()
    while True:
        seen = yield tick
        if is_open and seen.units <= level:
            is_open = False
            ctx.close()
