"""Money: random commands on several accounts keep every book, every twin and every fold equal."""

import random
from dataclasses import replace
from typing import Any

from hypothesis import given, settings, strategies as st

from perplab.domain import commands as cm, events as ev
from perplab.domain.instrument import Instrument, Kind
from perplab.domain.numbers import ONE, Money, Price, Qty, Rate
from perplab.domain.state import State
from stories.story import BTC, Story, listed, table

NAMES = ("ann", "bob", "eve")
SYMBOLS = ("AAAUSDT", "BBBUSDT")
KINDS = tuple(Kind)
TICK, STEP = ONE // 10, ONE // 1000
STEEP = table(
    ("0", "2000", "0.01", "0", 50),
    ("2000", "6000", "0.02", "20", 25),
    ("6000", "20000", "0.05", "200", 10),
    ("20000", "1000000", "0.25", "4200", 4),
)
"""So steep that small positions go through several brackets."""
STEEPER = table(("0", "4000", "0.03", "0", 20), ("4000", "1000000", "0.1", "280", 8))


def instrument(symbol: str) -> Instrument:
    wide = {"price_up": Rate(2 * ONE), "price_down": Rate(ONE // 2), "min_notional": Money(5 * ONE)}
    return replace(listed(BTC, brackets=STEEP, **wide), symbol=symbol)


class Workload:
    """Draws commands, most of them sensible, from one seed and from what there is."""

    state: State

    def __init__(self, seed: int) -> None:
        self.pick = random.Random(seed)
        self.prices = dict.fromkeys(SYMBOLS, 1000)
        self.placed = 0

    def settings(self) -> dict[str, Any]:
        choose = self.pick.choice
        queue = choose(({}, {"limit_fill": "queue", "queue_ahead": choose(("7", "2000"))}))
        return queue | {
            "insurance_fund": choose(("0", "5", "1000000")),
            "partial_liquidation": choose((True, False)),
            "liquidation_taker_fee": choose((True, False)),
            "remainder_to_fund": choose((True, False)),
            "auto_add": "fixed",
            "auto_add_amount": choose(("3", "40")),
            "slippage": choose(("0", "0.001")),
            "taker_fee": "0.00045679",
        }

    def command(self) -> cm.Command:
        if self.pick.random() < 0.55:
            return self._tick()
        draw = (self._order, self._order, self._margin, self._auto_add, self._choice)
        return self.pick.choice(draw)()

    def _symbol(self) -> str:
        return self.pick.choice(tuple(self.prices))

    def _side(self, name: str) -> cm.PositionSide:
        """Return a position side that fits the account's mode, mostly."""
        hedge = self.state.accounts[name].position_mode is cm.PositionMode.HEDGE
        both, *sides = cm.PositionSide
        if self.pick.random() < 0.1:
            return self.pick.choice(tuple(cm.PositionSide))
        return self.pick.choice(sides) if hedge else both

    def _place(self) -> tuple[str, str, cm.PositionSide]:
        """Return an account, symbol and side, mostly of a position that is held."""
        held = [(a.name, *key) for a in self.state.accounts.values() for key in a.positions]
        if held and self.pick.random() < 0.8:
            return self.pick.choice(held)
        name = self.pick.choice(NAMES)
        return name, self._symbol(), self._side(name)

    def _order_id(self) -> tuple[str, str]:
        """Return an account and an order's ID, mostly of an open one."""
        found = [(order.account, order.order_id) for order in self.state.orders.values()]
        return self.pick.choice(found or [("ann", "none")])

    def _tick(self) -> cm.Command:
        symbol = self._symbol()
        wide = self.pick.choice((3, 10, 10, 20, 250))
        price = max(20, self.prices[symbol] + self.pick.randint(-wide, wide))
        self.prices[symbol] = price
        match self.pick.choice(KINDS):
            case Kind.TRADE:
                size = Qty(self.pick.choice((0, 700)) * STEP)
                return cm.ObserveTrade(
                    symbol=symbol, row=0, price=Price(price * TICK), quantity=size
                )
            case Kind.MARK:
                odd = self.pick.randint(-1000, 1000)
                return cm.ObserveMark(symbol=symbol, row=0, price=Price(price * TICK + odd))
            case _:
                bid, ask = Price(price * TICK), Price((price + 2) * TICK)
                return cm.ObserveQuote(symbol=symbol, row=0, bid=bid, ask=ask)

    def _order(self) -> cm.Command:
        choose, symbol, name = self.pick.choice, self._symbol(), self.pick.choice(NAMES)
        self.placed += 1
        kind = choose((cm.OrderType.MARKET, cm.OrderType.MARKET, *cm.OrderType))
        near = Price((self.prices[symbol] + self.pick.randint(-60, 60)) * TICK)
        whole = kind is cm.OrderType.STOP_MARKET and self.pick.random() < 0.5
        trails = kind is cm.OrderType.TRAILING_STOP_MARKET
        waits = kind.conditional and not trails
        times = tuple(cm.TimeInForce) if kind is cm.OrderType.LIMIT else (cm.TimeInForce.GTC,)
        force = choose(times)
        ends = self.state.time_ns + choose((700, 900)) * 10**9
        return cm.PlaceOrder(
            account=name,
            symbol=symbol,
            order_id=f"o{self.placed}",
            side=choose(tuple(cm.Side)),
            order_type=kind,
            quantity=Qty(0 if whole else choose((700, 3_001, 13_337)) * STEP),
            position_side=self._side(name),
            price=near if kind.limited else Price(0),
            trigger_price=near if waits else Price(0),
            trigger_on=choose(tuple(cm.TriggerOn)),
            time_in_force=force,
            reduce_only=not whole and self.pick.random() < 0.2,
            close_position=whole,
            callback_rate=Rate(choose((3, 20)) * 100_000 if trails else 0),
            price_protect=waits and self.pick.random() < 0.3,
            good_till_ns=ends if force is cm.TimeInForce.GTD else 0,
        )

    def _margin(self) -> cm.Command:
        choose, (name, symbol, side) = self.pick.choice, self._place()
        amount = Money(choose((1, 7, 60)) * ONE + self.pick.randint(0, 99))
        wallets = tuple(cm.Wallet)
        return choose(
            (
                cm.AddMargin(account=name, symbol=symbol, position_side=side, amount=amount),
                cm.ReduceMargin(account=name, symbol=symbol, position_side=side, amount=amount),
                cm.SettleFunding(symbol=symbol, rate=Rate(self.pick.randint(-(10**6), 10**6))),
                cm.Deposit(account=name, wallet=choose(wallets), amount=amount),
                cm.Withdraw(account=name, wallet=choose(wallets), amount=amount),
                cm.Transfer(
                    account=name, source=choose(wallets), target=choose(wallets), amount=amount
                ),
            )
        )

    def _auto_add(self) -> cm.Command:
        name, symbol, side = self._place()
        on = self.pick.random() < 0.8
        return cm.SetAutoAddMargin(account=name, symbol=symbol, position_side=side, on=on)

    def _choice(self) -> cm.Command:
        choose, name, symbol = self.pick.choice, self.pick.choice(NAMES), self._symbol()
        mode = choose(tuple(cm.MarginMode))
        owner, order_id = self._order_id()
        return choose(
            (
                cm.SetLeverage(account=name, symbol=symbol, leverage=choose((2, 10, 20, 50))),
                cm.SetMarginMode(account=name, symbol=symbol, margin_mode=mode),
                cm.SetPositionMode(account=name, position_mode=choose(tuple(cm.PositionMode))),
                cm.CancelAllOrders(account=name, symbol=symbol),
                cm.ExpireOrders(),
                cm.CancelOrder(account=owner, order_id=order_id),
                cm.AmendOrder(
                    account=owner,
                    order_id=order_id,
                    price=Price((self.prices[symbol] + self.pick.randint(-60, 60)) * TICK),
                    quantity=Qty(choose((700, 3_001)) * STEP),
                ),
                cm.ChangeBrackets(symbol=symbol, brackets=choose((STEEP, STEEPER))),
            )
        )


def run_of(seed: int, steps: int) -> Story:
    """Run random commands; `Story.do` compares the twins and the fold, and sums the money."""
    work = Workload(seed)
    run = Story(instruments=[instrument(symbol) for symbol in SYMBOLS], **work.settings())
    work.state = run.state
    for name in NAMES:
        hedge = work.pick.random() < 0.3
        mode = cm.PositionMode.HEDGE if hedge else cm.PositionMode.ONE_WAY
        run.do(cm.OpenAccount(account=name, position_mode=mode))
        amount = Money(work.pick.choice((200, 1500)) * ONE)
        run.do(cm.Deposit(account=name, wallet=cm.Wallet.FUTURES, amount=amount))
        for symbol in work.prices:
            if work.pick.random() < 0.5:
                isolated = cm.MarginMode.ISOLATED
                run.do(cm.SetMarginMode(account=name, symbol=symbol, margin_mode=isolated))
    for _ in range(steps):
        run.do(work.command())
        demand_order(run)
    return run


def demand_order(run: Story) -> None:
    """Demand what must be true between any two commands."""
    for account in run.state.accounts.values():
        cross = [p for p in account.positions.values() if p.margin_mode is cm.MarginMode.CROSS]
        assert account.spot >= 0 <= account.funding
        assert account.futures >= 0 or cross, "a debt that nothing stands behind"
        assert all(position.quantity for position in account.positions.values())
        assert not any(position.margin for position in cross)
        assert {order.number for order in account.orders.values()} <= set(run.state.orders)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**40))
def test_money_sums_to_zero_and_the_twins_agree_over_random_commands(seed: int) -> None:
    run_of(seed, 120)


def test_the_random_commands_meet_every_kind_of_event() -> None:
    """A workload that never liquidates or deleverages anybody would prove little."""
    seen = {type(event) for seed in range(70) for event in run_of(seed, 150).events}
    missing = {kind.__name__ for kind in _kinds(ev.Event)} - {kind.__name__ for kind in seen}
    assert missing <= {
        *("RunEnded", "AccountRejected", "BracketsRejected", "HolderOpened", "HolderRejected")
    }


def _kinds(union: object) -> set[type]:
    found: set[type] = set()
    for part in getattr(union, "__args__", ()):
        found |= _kinds(part) or {part}
    return found
