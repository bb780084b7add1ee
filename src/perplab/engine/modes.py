"""Modes: leverage, margin mode and position mode, and when they may not change."""

from collections.abc import Iterator

from perplab.domain import events as ev
from perplab.domain.commands import MarginMode, SetLeverage, SetMarginMode, SetPositionMode
from perplab.domain.numbers import ONE
from perplab.domain.reasons import Reason
from perplab.domain.state import Account, State
from perplab.engine.margin import available, exposure, initial_margin


def set_leverage(state: State, command: SetLeverage) -> Iterator[ev.Event]:
    """Yield a symbol's new leverage."""
    if reason := _refuse_leverage(state, command):
        yield ev.LeverageRejected(
            account=command.account,
            symbol=command.symbol,
            leverage=command.leverage,
            reason=reason,
        )
        return
    yield ev.LeverageSet(account=command.account, symbol=command.symbol, leverage=command.leverage)


def set_margin_mode(state: State, command: SetMarginMode) -> Iterator[ev.Event]:
    """Yield a symbol's new margin mode."""
    if reason := _refuse_margin_mode(state, command):
        yield ev.MarginModeRejected(
            account=command.account,
            symbol=command.symbol,
            margin_mode=command.margin_mode,
            reason=reason,
        )
        return
    yield ev.MarginModeSet(
        account=command.account, symbol=command.symbol, margin_mode=command.margin_mode
    )


def set_position_mode(state: State, command: SetPositionMode) -> Iterator[ev.Event]:
    """Yield the account's new position mode, for every symbol."""
    if reason := _refuse_position_mode(state, command):
        yield ev.PositionModeRejected(
            account=command.account, position_mode=command.position_mode, reason=reason
        )
        return
    yield ev.PositionModeSet(account=command.account, position_mode=command.position_mode)


def _refuse_leverage(state: State, command: SetLeverage) -> Reason | None:
    """Return why a leverage is refused; a lower one must still be affordable."""
    account = state.accounts.get(command.account)
    if account is None:
        return Reason.ACCOUNT_UNKNOWN
    instrument = state.instruments.get(command.symbol)
    if instrument is None:
        return Reason.SYMBOL_UNKNOWN
    if not 1 <= command.leverage <= instrument.max_leverage:
        return Reason.LEVERAGE_INVALID
    now = state.leverage_of(account, command.symbol)
    isolated = account.mode_of(command.symbol) is MarginMode.ISOLATED
    if isolated and command.leverage < now and _holds(account, command.symbol):
        return Reason.LEVERAGE_REDUCTION_WITH_ISOLATED_POSITION
    if not state.prices[command.symbol].mark:
        return None
    held, most = exposure(state, account, command.symbol)
    if most > instrument.notional_cap(command.leverage) * ONE:
        return Reason.POSITION_EXCEEDS_BRACKET_AT_LEVERAGE
    binding = most - held if isolated else most
    extra = initial_margin(binding, command.leverage) - initial_margin(binding, now)
    if extra > 0 and extra > available(state, account):
        return Reason.MARGIN_INSUFFICIENT_FOR_LEVERAGE
    return None


def _refuse_margin_mode(state: State, command: SetMarginMode) -> Reason | None:
    account = state.accounts.get(command.account)
    if account is None:
        return Reason.ACCOUNT_UNKNOWN
    if command.symbol not in state.instruments:
        return Reason.SYMBOL_UNKNOWN
    if account.mode_of(command.symbol) is command.margin_mode:
        return Reason.MARGIN_MODE_UNCHANGED
    if any(order.symbol == command.symbol for order in account.orders.values()):
        return Reason.MARGIN_MODE_WITH_OPEN_ORDERS
    if _holds(account, command.symbol):
        return Reason.MARGIN_MODE_WITH_POSITION
    return None


def _refuse_position_mode(state: State, command: SetPositionMode) -> Reason | None:
    account = state.accounts.get(command.account)
    if account is None:
        return Reason.ACCOUNT_UNKNOWN
    if account.position_mode is command.position_mode:
        return Reason.POSITION_MODE_UNCHANGED
    if account.orders:
        return Reason.POSITION_MODE_WITH_OPEN_ORDERS
    if account.positions:
        return Reason.POSITION_MODE_WITH_POSITION
    return None


def _holds(account: Account, symbol: str) -> bool:
    return any(held == symbol for held, _ in account.positions)
