"""Schedule: what the run's plan says must happen by itself, and whether it did at its time.

The start and the end of the run, the opening of its accounts, funding, changes of brackets, and
orders whose time is up. Rules 4.5, 17, 18.11, 19.7.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import chain
from typing import Any

from perplab.audit.book import Book
from perplab.audit.exact import written
from perplab.audit.hearing import Report, about
from perplab.audit.messages import OBSERVATIONS, Fact
from perplab.audit.plan import Plan
from perplab.audit.settlements import Constant, Series, Settlement, Settlements
from perplab.tape.stream import FundingSeries

_FORK, _FUNDING, _TIMER, _AGENT, _END = 1, 2, 3, 4, 5
_TURNS = {
    "SettleFunding": _FUNDING,
    "ChangeBrackets": _TIMER,
    "ExpireOrders": _TIMER,
    "StartRun": _TIMER,
    "EndRun": _END,
}
"""Of equal times: ticks, the decision of a fork, funding, timers, accounts, the end. Rule 19.7."""


class Schedule:
    """What is still to come; told of every command in turn, it reports what was left out."""

    def __init__(
        self, book: Book, plan: Plan, funding: Sequence[FundingSeries], report: Report
    ) -> None:
        self._book = book
        self._plan = plan
        self._report = report
        span = plan.start_ns, plan.end_ns
        self._settlements = Settlements(
            [
                *(Series(series, span) for series in funding),
                *(Constant(*one, span) for one in plan.funding),
            ]
        )
        self._changes = sorted(plan.changes, key=lambda change: change.time_ns)
        self._openings = list(plan.openings)
        self._holders = chain.from_iterable(crowd.names() for crowd in plan.crowds)
        self._holder = next(self._holders, None)
        self._began: tuple[int, frozenset[str]] = (-1, frozenset())
        self.settled = 0
        self.knows_funding = True

    def pass_to(self, fact: Fact) -> None:
        """Report what should have come before a command, and a command that is not due."""
        quiet = fact.type in OBSERVATIONS
        forked = fact.time_ns in self._plan.fork_times
        turn = 0 if quiet else _TURNS.get(fact.type, _FORK if forked else _AGENT)
        if forked and self._began[0] != fact.time_ns:
            self._began = fact.time_ns, frozenset(self._held())
        self._check_ends(fact)
        if fact.account and fact.account not in self._plan.accounts:
            text = f"{fact.type} of the account {fact.account!r}, which the plan does not have"
            self._tell("causes", text, fact, rule="20.6")
        self._pass_funding(fact, turn)
        self._pass_changes(fact, turn)
        self._pass_expiries(fact, turn)
        if not quiet:
            self._pass_openings(fact)

    def finish(self, fact: Fact) -> None:
        """Report what never came, at the end of a finished run."""
        for kind, body in self._openings if not self._plan.forked else ():
            self._tell(
                "accounts", f"{kind} of the plan was never asked for", fact, expected=_told(body)
            )
        if self._holder is not None and not self._plan.forked:
            text = f"the holder {self._holder[0]} of the plan was never opened"
            self._tell("accounts", text, fact, rule="20.6")

    def _check_ends(self, fact: Fact) -> None:
        plan, started = self._plan, self._book.started
        if fact.type == "StartRun" and (started or fact.time_ns != plan.start_ns):
            self._tell(
                "causes",
                "the run starts at another time, or again",
                fact,
                found=f"{fact.time_ns} ns",
                expected=f"{plan.start_ns} ns, once",
            )
        if fact.type == "EndRun" and fact.time_ns != plan.end_ns:
            self._tell(
                "causes",
                "the run ends at another time",
                fact,
                found=f"{fact.time_ns} ns",
                expected=f"{plan.end_ns} ns",
            )
        if fact.time_ns > plan.end_ns or self._book.ended:
            self._tell("causes", f"{fact.type} comes after the end of the run", fact)
        if not started and fact.type != "StartRun" and fact.type not in OBSERVATIONS:
            self._tell("causes", f"{fact.type} comes before the start of the run", fact)

    def _pass_funding(self, fact: Fact, turn: int) -> None:
        if not self.knows_funding:
            return
        settles = fact.type == "SettleFunding"
        while due := self._settlements.coming():
            if (due.time_ns, _FUNDING) > (fact.time_ns, turn):
                break
            if settles and (fact.time_ns, fact.symbol) == due[:2]:
                self._settle(fact, due)
                return
            # Of this very time another symbol's may come first; what is earlier is left out.
            until_ns = fact.time_ns - (turn <= _FUNDING)
            missed = self._settlements.leave_out(due, until_ns)
            if self._is_owed(due):
                text = f"funding of {due.symbol} was due at {due.time_ns} ns and not settled"
                text += f", nor {missed - 1} times after that" if missed > 1 else ""
                expected = f"a rate of {written(due.rate)}"
                self._tell("funding", text, fact, expected=expected, rule="17.1")
        if settles:
            self._tell("funding", f"no funding of {fact.symbol} was due then", fact, rule="17.3")

    def _settle(self, fact: Fact, due: Settlement) -> None:
        self._settlements.take(due)
        self.settled += 1
        if fact["rate"] != due.rate:
            found, expected = written(fact["rate"]), written(due.rate)
            text = f"funding of {due.symbol}: another rate"
            self._tell("funding", text, fact, found=found, expected=expected, rule="17.3")

    def _is_owed(self, due: Settlement) -> bool:
        """Return whether somebody held the symbol when its funding was due.

        At a fork's own time its decision came first or not; so then before it and after it.
        """
        if due.time_ns == self._began[0] and due.symbol not in self._began[1]:
            return False
        return due.symbol in self._held()

    def _held(self) -> set[str]:
        accounts = self._book.accounts.values()
        return {symbol for account in accounts for symbol, _ in account.positions}

    def _pass_changes(self, fact: Fact, turn: int) -> None:
        while self._changes:
            due = self._changes[0]
            if (due.time_ns, _TIMER) > (fact.time_ns, turn):
                break
            if fact.type == "ChangeBrackets" and fact.time_ns == due.time_ns:
                self._changes.pop(0)
                if (fact.symbol, fact["brackets"]) != (due.symbol, due.rows):
                    self._tell(
                        "brackets",
                        "another table comes into force than the plan's",
                        fact,
                        found=fact.symbol,
                        expected=due.symbol,
                        rule="4.5",
                    )
                return
            if due.time_ns == fact.time_ns and turn == _TIMER:
                break
            self._changes.pop(0)
            text = f"the brackets of {due.symbol} due at {due.time_ns} ns did not come into force"
            self._tell("brackets", text, fact, rule="4.5")
        if fact.type == "ChangeBrackets":
            self._tell("brackets", "no change of brackets was due then", fact, rule="4.5")

    def _pass_expiries(self, fact: Fact, turn: int) -> None:
        if fact.type == "ExpireOrders":
            if not any(0 < order.good_till_ns <= fact.time_ns for order in self._orders()):
                self._tell("orders", "no order was to end then", fact, rule="18.11")
            for order in self._orders():
                if 0 < order.good_till_ns < fact.time_ns:
                    text = f"order {order.order_id} of {order.account} ends late"
                    wanted = f"{order.good_till_ns} ns"
                    self._tell(
                        "orders",
                        text,
                        fact,
                        found=f"{fact.time_ns} ns",
                        expected=wanted,
                        rule="18.11",
                    )
            return
        for order in self._orders():
            ends = order.good_till_ns
            if ends and (ends, _TIMER) < (fact.time_ns, turn):
                text = f"order {order.order_id} of {order.account} was to end at {ends} ns"
                self._tell("orders", text, fact, found="it is still open", rule="18.11")
                order.good_till_ns = 0

    def _orders(self) -> list[Any]:
        return list(self._book.orders.values())

    def _pass_openings(self, fact: Fact) -> None:
        """Go along the commands that open the plan's accounts, right after the start."""
        if fact.type == "StartRun":
            return
        if fact.type == "OpenHolders":
            self._pass_holders(fact)
            return
        coming = self._openings[0] if self._openings else None
        if coming == (fact.type, fact.body):
            self._openings.pop(0)
            return
        deposits = fact.type == "Deposit" and fact.account not in self._plan.depositors
        if fact.type == "OpenAccount" or (deposits and not self._plan.forked):
            found = f"{fact.type} {_told(fact.body)}"
            self._tell(
                "accounts",
                "the plan opens no such account now, and has no such deposit",
                fact,
                found=found,
                rule="20.6",
            )
        elif coming is not None and not self._plan.forked:
            kind, body = self._openings.pop(0)
            self._tell(
                "accounts",
                f"{fact.type} stands where the plan opens {body['account']}",
                fact,
                expected=f"{kind} {_told(body)}",
                rule="20.6",
            )
        elif self._holder is not None and not self._plan.forked:
            name, symbol = self._holder
            self._holder = None
            text = f"{fact.type} stands where the plan opens {name}, a holder of {symbol}"
            self._tell("accounts", text, fact, rule="20.6")

    def _pass_holders(self, fact: Fact) -> None:
        """Go along a population: its holders come one after the other, by name and symbol."""
        for holder in fact["holders"]:
            name, symbol = found = holder["account"], holder["symbol"]
            if self._openings or found != self._holder:
                due = (
                    " of ".join(self._holder) if self._holder and not self._openings else "another"
                )
                shown = {"found": f"{name} of {symbol}", "expected": due}
                self._tell("accounts", "the plan opens another holder", fact, rule="20.6", **shown)
                return
            self._holder = next(self._holders, None)

    def _tell(self, check: str, what: str, fact: Fact, **more: str) -> None:
        self._report(about(fact, check, what, **more))


def _told(body: Mapping[str, Any]) -> str:
    return " ".join(
        f"{name}={written(value) if isinstance(value, Fraction) else value}"
        for name, value in body.items()
    )
