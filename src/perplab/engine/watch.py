"""Watch: what the exchange does when a pool's risk changes, in its fixed order.

First the margin call, then auto-added margin, then liquidation.
"""

from collections.abc import Iterator

from perplab.domain import events as ev
from perplab.domain.instrument import AutoAdd
from perplab.domain.numbers import ONE, SQUARE, Money, divide_up
from perplab.domain.state import PoolKey, Position, State
from perplab.engine.liquidation import liquidate
from perplab.engine.margin import addable
from perplab.engine.risk import Leg, Risk, assess, is_called, is_liquidatable, notional


def watch(state: State, key: PoolKey) -> Iterator[ev.Event]:
    """Yield what is due for a pool at the current prices."""
    account = state.accounts[key.account]
    risk = assess(state, key)
    called = is_called(account, key)
    if not called and is_at_call(state, risk):
        yield _notice(ev.MarginCalled, key, risk)
    elif called and risk.slack(state.settings.margin_call_rearm) > 0:
        yield _notice(ev.MarginCallCleared, key, risk)
    if not is_liquidatable(risk):
        return
    position = account.positions.get((key.symbol, key.position_side))
    if position is not None and position.auto_add:
        yield from _auto_add(state, key, position)
        risk = assess(state, key)
    if is_liquidatable(risk):
        yield from liquidate(state, key, risk)


def is_at_call(state: State, risk: Risk) -> bool:
    """Return whether maintenance / equity has reached the margin-call ratio."""
    return risk.maintenance > 0 and risk.slack(state.settings.margin_call_ratio) <= 0


def _notice(
    event: type[ev.MarginCalled] | type[ev.MarginCallCleared], key: PoolKey, risk: Risk
) -> ev.MarginCalled | ev.MarginCallCleared:
    return event(
        account=key.account,
        symbol=key.symbol,
        position_side=key.position_side,
        equity=risk.equity,
        maintenance=risk.maintenance,
    )


def _auto_add(state: State, key: PoolKey, position: Position) -> Iterator[ev.MarginAutoAdded]:
    """Yield what lifts the pool above maintenance, or all that the wallet gives."""
    wanted = _wanted(state, key, position, assess(state, key))
    amount = min(wanted, addable(state, state.accounts[key.account]))
    if amount > 0:
        yield ev.MarginAutoAdded(
            account=key.account,
            symbol=key.symbol,
            position_side=key.position_side,
            amount=Money(amount),
            mark=state.prices[key.symbol].mark,
        )


def _wanted(state: State, key: PoolKey, position: Position, risk: Risk) -> int:
    """Return what the setting asks to add. docs/rules.md, Auto-add margin."""
    above_maintenance = divide_up(risk.maintenance - risk.equity * ONE + 1, SQUARE)
    match state.settings.auto_add:
        case AutoAdd.FIXED:
            amount = state.settings.auto_add_amount
            return amount and amount * divide_up(above_maintenance, amount)
        case AutoAdd.MAINTENANCE:
            return above_maintenance
        case AutoAdd.INITIAL:
            leverage = state.leverage_of(state.accounts[key.account], key.symbol)
            size = notional(state, Leg(key.symbol, key.position_side, position))
            initial = divide_up(size - risk.equity * leverage, ONE * leverage)
            return max(initial, above_maintenance)
