"""Adjustment: adding and reducing isolated margin, and switching auto-add."""

from collections.abc import Iterator

from perplab.domain import events as ev
from perplab.domain.commands import AddMargin, MarginMode, ReduceMargin, SetAutoAddMargin
from perplab.domain.numbers import Money
from perplab.domain.reasons import Reason
from perplab.domain.state import Position, State
from perplab.engine.margin import addable, removable


def add_margin(state: State, command: AddMargin) -> Iterator[ev.Event]:
    """Yield an addition within `addable`. docs/rules.md, Adding margin."""
    reason, position = _find(state, command, Reason.ADD_MARGIN_NEEDS_ISOLATED)
    limit = Money(0)
    if position is not None:
        limit = addable(state, state.accounts[command.account])
        reason = _refuse_amount(command.amount, limit, Reason.CROSS_BALANCE_INSUFFICIENT)
    if reason:
        yield _rejected(command, command.amount, reason, limit)
        return
    yield ev.MarginAdded(
        account=command.account,
        symbol=command.symbol,
        position_side=command.position_side,
        amount=command.amount,
    )


def reduce_margin(state: State, command: ReduceMargin) -> Iterator[ev.Event]:
    """Yield a reduction within `removable`. docs/rules.md, Reducing margin."""
    reason, position = _find(state, command, Reason.ADD_MARGIN_NEEDS_ISOLATED)
    limit = Money(0)
    if position is not None:
        limit = removable(state, state.accounts[command.account], command.symbol, position)
        reason = _refuse_amount(command.amount, limit, Reason.ISOLATED_BALANCE_INSUFFICIENT)
    if reason:
        yield _rejected(command, command.amount, reason, limit)
        return
    yield ev.MarginReduced(
        account=command.account,
        symbol=command.symbol,
        position_side=command.position_side,
        amount=command.amount,
    )


def set_auto_add(state: State, command: SetAutoAddMargin) -> Iterator[ev.Event]:
    """Yield the switch of a position's auto-add margin; it is off again after a close."""
    reason, position = _find(state, command, Reason.AUTO_ADD_NEEDS_ISOLATED)
    if position is not None and position.auto_add == command.on:
        reason = Reason.AUTO_ADD_UNCHANGED
    if reason:
        yield _rejected(command, Money(0), reason, Money(0))
        return
    yield ev.AutoAddMarginSet(
        account=command.account,
        symbol=command.symbol,
        position_side=command.position_side,
        on=command.on,
    )


def _find(
    state: State, command: AddMargin | ReduceMargin | SetAutoAddMargin, not_isolated: Reason
) -> tuple[Reason | None, Position | None]:
    """Return the isolated position that a command means, or why there is none."""
    account = state.accounts.get(command.account)
    if account is None:
        return Reason.ACCOUNT_UNKNOWN, None
    if command.symbol not in state.instruments:
        return Reason.SYMBOL_UNKNOWN, None
    if account.mode_of(command.symbol) is not MarginMode.ISOLATED:
        return not_isolated, None
    position = account.positions.get((command.symbol, command.position_side))
    return (None, position) if position else (Reason.NO_POSITION, None)


def _refuse_amount(amount: int, limit: int, beyond: Reason) -> Reason | None:
    if amount <= 0:
        return Reason.AMOUNT_NOT_POSITIVE
    return beyond if amount > limit else None


def _rejected(
    command: AddMargin | ReduceMargin | SetAutoAddMargin,
    amount: Money,
    reason: Reason,
    limit: Money,
) -> ev.MarginAdjustmentRejected:
    return ev.MarginAdjustmentRejected(
        account=command.account,
        symbol=command.symbol,
        position_side=command.position_side,
        amount=amount,
        reason=reason,
        limit=limit,
    )
