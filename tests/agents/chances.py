"""Agents that do by chance whatever an agent can do, and runs drawn with them."""

from collections.abc import Generator
from decimal import Decimal
from pathlib import Path
from typing import Any

from agents.scene import Told, run
from perplab.agents.values import decimal_of
from perplab.venue.plan import AccountPlan
from runs import Chance

FILE = Path(__file__).name


def wanderer(ctx: Any) -> Generator[Any, Any, None]:
    """Wait and act by chance until the run ends."""
    ticks = {(symbol, on): ctx.tick(symbol, on=on) for symbol in ctx.symbols for on in _ON}
    if ctx.random.random() < 0.3:
        ctx.spawn(_beside(ctx))
    while True:
        _act(ctx)
        symbol, on = ctx.random.choice(ctx.symbols), ctx.random.choice(_ON)
        if ctx.random.random() < 0.3:
            for _ in range(ctx.random.randint(1, 20)):
                tick = yield ticks[symbol, on]
                if ctx.random.random() < 0.1:
                    _act(ctx)
                assert tick.time_ns == ctx.now
        else:
            waits = [_wait(ctx) for _ in range(ctx.random.randint(1, 3))]
            yield waits[0] if len(waits) == 1 else ctx.any_of(*waits)


_ON = ("last", "mark")


def _beside(ctx: Any) -> Generator[Any, Any, None]:
    for _ in range(10):
        yield ctx.any_of(ctx.fill(), ctx.zone_change(ctx.random.choice(ctx.symbols)))
        _act(ctx)
        yield ctx.sleep(f"{ctx.random.randint(1, 3000)}ms")


def _wait(ctx: Any) -> Any:
    pick, symbol = ctx.random.choice, ctx.random.choice(ctx.symbols)
    on, price = pick(_ON), _price(ctx, symbol)
    return pick((
        lambda: ctx.sleep(f"{pick((1, 3, 8, 20))}s"),
        lambda: ctx.sleep(f"{ctx.random.randint(1, 5000)}ms"),
        lambda: ctx.falls_to(price, symbol, on=on),
        lambda: ctx.rises_to(price, symbol, on=on),
        lambda: ctx.crosses(price, symbol, on=on),
        lambda: ctx.zone_change(symbol),
        lambda: ctx.zone_change(symbol),
        lambda: ctx.bar(pick(("3s", "10s", "1m")), symbol, on=on),
        lambda: ctx.any_of(ctx.fill(), ctx.sleep("30s")).waits[0],
        ctx.margin_call,
        ctx.liquidation,
    ))()  # fmt: skip


def _act(ctx: Any) -> None:
    """Ask for something, or for nothing; what the words cannot say is skipped."""
    pick, symbol = ctx.random.choice, ctx.random.choice(ctx.symbols)
    if ctx.random.random() < 0.5 or not ctx.last(symbol):
        return
    worth = pick((20, 60, 200, 400)) / ctx.last(symbol)
    size = ctx.round_quantity(worth, symbol)
    price = _price(ctx, symbol)
    if not size:
        return
    pick((
        lambda: ctx.buy(size, symbol),
        lambda: ctx.sell(size, symbol),
        lambda: ctx.buy(size, symbol, at=price),
        lambda: ctx.sell(size, symbol, at=price),
        lambda: ctx.close(pick((30, 100)), symbol),
        lambda: ctx.stop(price, symbol=symbol, on=pick(_ON)),
        lambda: ctx.take_profit(price, 50, symbol, on=pick(_ON)),
        lambda: ctx.trail(pick(("0.5", 1, 3)), symbol=symbol, on=pick(_ON)),
        lambda: ctx.add_margin(pick((5, 30)), symbol),
        lambda: ctx.reduce_margin(pick((1, 10)), symbol),
        lambda: ctx.auto_add(pick((True, False)), symbol),
        lambda: ctx.transfer(pick((5, 40)), "futures", "spot"),
        lambda: ctx.transfer(pick((5, 40)), "spot", "futures"),
        lambda: ctx.set_leverage(pick((2, 5, 20)), symbol),
        lambda: ctx.set_margin_mode(pick(("cross", "isolated")), symbol),
        lambda: ctx.cancel_all(symbol),
        lambda: ctx.cancel(pick([one.order_id for one in ctx.orders()] or ["none"])),
        lambda: ctx.oco(ctx.buy(size, symbol, at=price), ctx.sell(size, symbol, at=price)),
        lambda: ctx.bracket(
            ctx.buy(size, symbol),
            stop=ctx.round_price(price / 2, symbol),
            take_profit=ctx.round_price(price * 2, symbol),
            symbol=symbol,
        ),
    ))()  # fmt: skip


def _price(ctx: Any, symbol: str) -> Any:
    near = ctx.random.choice(("0.97", "0.99", "1", "1.01", "1.03"))
    price = ctx.round_price(ctx.last(symbol) * Decimal(near), symbol)
    return price or decimal_of(ctx.instrument(symbol).tick)


class AgentChance(Chance):
    """Draws a run whose accounts have agents, some with latency, beside their actions."""

    def draw(self) -> "AgentChance":
        super().draw()
        self.plan = self.plan.model_copy(update={"seed": self.random.randint(0, 10**6)})
        return self

    def _account(self, number: int) -> AccountPlan:
        plan = super()._account(number)
        latency = self.random.choice(("0s", "0s", "1ms", "1500ms", "3s"))
        return plan.model_copy(
            update={
                "agent": f"{FILE}:wanderer",
                "latency": latency,
                "actions": plan.actions[: self.random.randint(0, 3)],
            }
        )

    def told(self, *, every_tick: bool) -> Told:
        return run(
            self.config,
            self.plan,
            self.prices,
            Path(__file__).parent,
            every_tick=every_tick,
        )
