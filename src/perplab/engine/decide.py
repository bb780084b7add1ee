"""Decide: the events that a command asks for. The caller evolves the state after each one."""

from collections.abc import Iterator
from typing import assert_never

from perplab.domain import commands as cm, events as ev
from perplab.domain.reasons import Reason
from perplab.domain.state import State
from perplab.engine import accounts, adjustment, funding, holders, modes, orders

Decision = Iterator[ev.Event]


def decide(state: State, command: cm.Command) -> Decision:  # noqa: C901, PLR0912  # one case each
    """Return the command's own events; what they cause in turn is the exchange's to ask."""
    match command:
        case cm.ObserveTrade() | cm.ObserveMark() | cm.ObserveQuote():
            return iter(())
        case cm.PlaceOrder():
            return orders.place(state, command)
        case cm.AmendOrder():
            return orders.amend(state, command)
        case cm.CancelOrder():
            return orders.cancel(state, command)
        case cm.CancelAllOrders():
            return orders.cancel_all(state, command)
        case cm.ExpireOrders():
            return orders.expire_due(state)
        case cm.AddMargin():
            return adjustment.add_margin(state, command)
        case cm.ReduceMargin():
            return adjustment.reduce_margin(state, command)
        case cm.SetAutoAddMargin():
            return adjustment.set_auto_add(state, command)
        case cm.SettleFunding():
            return funding.settle_funding(state, command)
        case cm.OpenAccount():
            return accounts.open_account(state, command)
        case cm.OpenHolders():
            return holders.open_holders(state, command)
        case cm.Deposit():
            return accounts.deposit(state, command)
        case cm.Withdraw():
            return accounts.withdraw(state, command)
        case cm.Transfer():
            return accounts.transfer(state, command)
        case cm.SetLeverage():
            return modes.set_leverage(state, command)
        case cm.SetMarginMode():
            return modes.set_margin_mode(state, command)
        case cm.SetPositionMode():
            return modes.set_position_mode(state, command)
        case cm.ChangeBrackets():
            return _change_brackets(state, command)
        case cm.StartRun():
            return iter((ev.RunStarted(insurance_fund=state.settings.insurance_fund),))
        case cm.EndRun():
            return iter((ev.RunEnded(),))
        case _:
            assert_never(command)


def _change_brackets(state: State, command: cm.ChangeBrackets) -> Decision:
    if command.symbol not in state.instruments:
        yield ev.BracketsRejected(symbol=command.symbol, reason=Reason.SYMBOL_UNKNOWN)
        return
    yield ev.BracketsChanged(symbol=command.symbol, brackets=command.brackets)
