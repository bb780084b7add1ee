"""Reach: no combination of prices inside all the intervals of a pool changes its standing."""

from dataclasses import replace
from itertools import product

from hypothesis import assume, given, settings, strategies as st

from perplab.domain import commands as cm
from perplab.domain.numbers import ONE, Money, Price, Qty
from perplab.domain.state import PoolKey, State, cross_pool
from perplab.engine.risk import assess, is_called, is_liquidatable
from perplab.engine.standing import reaches
from perplab.engine.watch import is_at_call
from stories.story import BTC, ETH, Story, listed

SYMBOLS = (BTC, ETH, "XRPUSDT")
QUIET = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def due(state: State, key: PoolKey) -> tuple[bool, bool, bool]:
    """Return whether the pool is due for liquidation, for a call, for the end of its call."""
    risk = assess(state, key)
    called = is_called(state.accounts[key.account], key)
    clears = called and risk.slack(state.settings.margin_call_rearm) > 0
    return is_liquidatable(risk), not called and is_at_call(state, risk), clears


def pool_of(held: list[tuple[int, int]], wallet: int, mark: int) -> Story:
    """Return a story in which ann holds a long and a short of each symbol in cross."""
    third = replace(listed(ETH), symbol=SYMBOLS[2])
    run = Story(instruments=[listed(BTC), listed(ETH), third], taker_fee="0")
    run.do(cm.OpenAccount(account="ann", position_mode=cm.PositionMode.HEDGE))
    run.do(cm.Deposit(account="ann", wallet=cm.Wallet.FUTURES, amount=Money(10**9 * ONE)))
    for symbol, sides in zip(SYMBOLS, held, strict=True):
        run.do(cm.ObserveTrade(symbol=symbol, row=0, price=Price(mark), quantity=Qty(0)))
        run.do(cm.ObserveMark(symbol=symbol, row=0, price=Price(mark)))
        pairs = zip((cm.Side.BUY, cm.Side.SELL), ("long", "short"), sides, strict=True)
        for side, position_side, steps in pairs:
            run.do(
                cm.PlaceOrder(
                    account="ann",
                    symbol=symbol,
                    order_id=f"o{run.state.next_number}",
                    side=side,
                    order_type=cm.OrderType.MARKET,
                    quantity=Qty(steps * ONE // 1000),
                    position_side=cm.PositionSide(position_side),
                )
            )
    run.do(cm.Withdraw(account="ann", wallet=cm.Wallet.FUTURES, amount=Money(10**9 * ONE - wallet)))
    return run


@QUIET
@given(
    held=st.lists(
        st.tuples(st.integers(0, 30_000), st.integers(0, 30_000)), min_size=3, max_size=3
    ),
    share=st.integers(1, 400),
    moves=st.lists(st.integers(-40, 60), min_size=3, max_size=3),
)
def test_every_corner_of_the_box_has_the_same_standing(
    held: list[tuple[int, int]], share: int, moves: list[int]
) -> None:
    mark = 60_000 * ONE
    value = sum(long + short for long, short in held) * mark // 1000
    assume(value)
    run = pool_of(held, wallet=value // 20 + value * share // 1000, mark=mark)
    for symbol, percent in zip(SYMBOLS, moves, strict=True):
        price = Price(mark + mark * percent // 100)
        run.do(cm.ObserveMark(symbol=symbol, row=0, price=price))
    key, state = cross_pool("ann"), run.state
    if not any(due(state, key)):
        found = {symbol: (low, high) for symbol, low, high in reaches(state, key)}
        ends = [
            _ends(found.get(symbol, (None, None)), state.prices[symbol].mark) for symbol in SYMBOLS
        ]
        for corner in product(*ends):
            for symbol, end in zip(SYMBOLS, corner, strict=True):
                state.prices[symbol].mark = Price(end)
            assert not any(due(state, key)), f"at {corner}, inside {found}"


def _ends(interval: tuple[int | None, int | None], mark: int) -> tuple[int, ...]:
    """Return the lowest and the highest price inside an open interval, and the present one."""
    low, high = interval
    lowest = max(1, 1 if low is None else low + 1)
    highest = mark * 50 if high is None else high - 1
    return (lowest, mark, highest) if lowest <= highest else (mark,)
