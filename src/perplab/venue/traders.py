"""Traders: scripted accounts, each a SimPy process that does its actions in their order."""

from perplab.domain import commands as cm
from perplab.domain.numbers import Money, parse_units
from perplab.venue.actions import parse_action
from perplab.venue.clock import At, Process, Turn
from perplab.venue.desk import Desk
from perplab.venue.moments import parse_time, parse_touch
from perplab.venue.participants import Fault
from perplab.venue.plan import AccountPlan, ActionPlan


class Trader:
    """One scripted account in a running venue."""

    def __init__(self, desk: Desk, plan: AccountPlan) -> None:
        self._desk = desk
        self._plan = plan
        self._start_ns = desk.now
        self._symbols = tuple(desk.state.instruments)
        self._waiting = dict(enumerate(plan.actions))
        self._stopped = False
        self._makes = [parse_action(action.do, self._symbols) for action in plan.actions]

    @property
    def name(self) -> str:
        """Return the account's name."""
        return self._plan.name

    @property
    def undone(self) -> list[str]:
        """Return the actions that were not done, with the moment they waited for."""
        return [
            f"{action.do} ({action.when or action.at or 'start'})"
            for action in self._waiting.values()
        ]

    @property
    def faults(self) -> list[Fault]:
        """Return nothing: a refused action is in the log."""
        return []

    def open(self) -> None:
        """Open the account, fill its wallets and make its choices."""
        plan = self._plan
        self._desk.submit(cm.OpenAccount(account=plan.name, position_mode=plan.position_mode))
        for wallet in cm.Wallet:
            amount = Money(parse_units(getattr(plan, wallet.value)))
            if amount:
                self._desk.submit(cm.Deposit(account=plan.name, wallet=wallet, amount=amount))
        for symbol in self._symbols:
            if plan.margin_mode is not cm.MarginMode.CROSS:
                self._desk.submit(
                    cm.SetMarginMode(account=plan.name, symbol=symbol, margin_mode=plan.margin_mode)
                )
            if plan.leverage is not None:
                self._desk.submit(
                    cm.SetLeverage(account=plan.name, symbol=symbol, leverage=plan.leverage)
                )

    def trade(self) -> Process:
        """Do the timed actions in order; arm those that wait for a price as they come up."""
        for index, action in enumerate(self._plan.actions):
            if action.when:
                self._desk.env.process(self._await(index, action))
                continue
            time_ns = parse_time(action.at or "start", self._start_ns)
            if time_ns > self._desk.now:
                yield At(self._desk.env, time_ns, Turn.AGENT)
            self._do(index)

    def stop(self) -> None:
        """Leave undone what was not done until now."""
        self._stopped = True

    def _await(self, index: int, action: ActionPlan) -> Process:
        """Wait for the price of one action, then do it."""
        yield self._desk.touched(parse_touch(action.when, self._symbols))
        self._do(index)

    def _do(self, index: int) -> None:
        if self._stopped:
            return
        del self._waiting[index]
        state = self._desk.state
        for command in self._makes[index](state, state.accounts[self._plan.name]):
            self._desk.submit(command)
