"""Holders: accounts that come in with a position as it stands."""

from collections.abc import Iterator

from perplab.domain import events as ev
from perplab.domain.commands import Holder, MarginMode, OpenHolders
from perplab.domain.numbers import ONE, Money, value_of
from perplab.domain.reasons import Reason
from perplab.domain.state import State
from perplab.engine.margin import initial_margin


def open_holders(state: State, command: OpenHolders) -> Iterator[ev.Event]:
    """Yield each new account with its position, or why it is refused. docs/rules.md, Holders."""
    for holder in command.holders:
        cost = value_of(holder.entry_price, holder.quantity)
        margin = initial_margin(abs(cost), holder.leverage) if holder.leverage > 0 else Money(0)
        if reason := _refuse(state, holder, margin):
            yield ev.HolderRejected(account=holder.account, symbol=holder.symbol, reason=reason)
            continue
        isolated = margin if holder.margin_mode is MarginMode.ISOLATED else 0
        yield ev.HolderOpened(
            account=holder.account,
            symbol=holder.symbol,
            margin_mode=holder.margin_mode,
            leverage=holder.leverage,
            quantity=holder.quantity,
            cost=cost,
            futures=Money(holder.futures - isolated),
            isolated=Money(isolated),
        )


def _refuse(state: State, holder: Holder, margin: Money) -> Reason | None:
    if holder.account in state.accounts:
        return Reason.ACCOUNT_ALREADY_OPEN
    instrument = state.instruments.get(holder.symbol)
    if instrument is None:
        return Reason.SYMBOL_UNKNOWN
    mark = state.prices[holder.symbol].mark
    if not mark:
        return Reason.NO_PRICE_YET
    if holder.entry_price <= 0:
        return Reason.PRICE_NOT_POSITIVE
    if not holder.quantity:
        return Reason.QUANTITY_NOT_POSITIVE
    if holder.quantity % instrument.step:
        return Reason.QUANTITY_OFF_STEP
    if not 1 <= holder.leverage <= instrument.max_leverage:
        return Reason.LEVERAGE_INVALID
    size = abs(holder.quantity) * mark
    bracket = instrument.brackets[instrument.bracket_at(size)]
    allowed = holder.leverage <= bracket.max_leverage and size <= bracket.cap * ONE
    if not allowed and size > instrument.notional_cap(holder.leverage) * ONE:
        return Reason.POSITION_EXCEEDS_BRACKET_AT_LEVERAGE
    return Reason.MARGIN_INSUFFICIENT if holder.futures < margin else None
