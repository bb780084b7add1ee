"""Funding: the payment between longs and shorts at a settlement."""

from collections.abc import Iterator

from perplab.domain import events as ev
from perplab.domain.commands import SettleFunding
from perplab.domain.numbers import SQUARE, Money, divide_cut
from perplab.domain.reasons import Reason
from perplab.domain.state import State


def settle_funding(state: State, command: SettleFunding) -> Iterator[ev.Event]:
    """Yield the payment of every position: mark * quantity * rate, cut toward zero.

    A rate above zero is paid by longs. It moves the isolated margin of an isolated position,
    the futures wallet otherwise. docs/rules.md, Funding.
    """
    if command.symbol not in state.instruments:
        yield ev.FundingRejected(symbol=command.symbol, reason=Reason.SYMBOL_UNKNOWN)
        return
    mark = state.prices[command.symbol].mark
    if not mark:
        yield ev.FundingRejected(symbol=command.symbol, reason=Reason.NO_PRICE_YET)
        return
    for account in state.accounts.values():
        for (symbol, side), position in sorted(account.positions.items()):
            if symbol != command.symbol or not position.quantity:
                continue
            paid = divide_cut(position.quantity * mark * command.rate, SQUARE)
            yield ev.FundingPaid(
                account=account.name,
                symbol=symbol,
                position_side=side,
                margin_mode=position.margin_mode,
                quantity=position.quantity,
                mark=mark,
                rate=command.rate,
                amount=Money(-paid),
            )
