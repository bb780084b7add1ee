"""Schedule: what the run's plan says must happen by itself, and whether it did at its time.

The start and the end of the run, the opening of its accounts, funding, changes of brackets, and
orders whose time is up. Rules 4.5, 17, 18.11, 19.7.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from typing import Any, NamedTuple

from perplab.audit.book import Book
from perplab.audit.brackets import Row
from perplab.audit.exact import of_units, written
from perplab.audit.hearing import Report
from perplab.audit.messages import OBSERVATIONS, Fact, FormError, read_number, read_row
from perplab.audit.verdict import Finding
from perplab.tape.stream import FundingSeries

_FUNDING, _TIMER, _AGENT, _END = 2, 3, 4, 5
_TURNS = {
    "SettleFunding": _FUNDING,
    "ChangeBrackets": _TIMER,
    "ExpireOrders": _TIMER,
    "StartRun": _TIMER,
    "EndRun": _END,
}
"""Of equal times: ticks, the decision of a fork, funding, timers, accounts, the end. Rule 19.7."""


class Settlement(NamedTuple):
    """A funding settlement that is to come."""

    time_ns: int
    symbol: str
    rate: Fraction


@dataclass(frozen=True, slots=True)
class Change:
    """A bracket table that is to come into force."""

    time_ns: int
    symbol: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a manifest's scenario says of the run; nothing is known of an empty one."""

    start_ns: int
    end_ns: int
    funding: tuple[tuple[str, Fraction, int], ...]
    changes: tuple[Change, ...]
    openings: tuple[tuple[str, Mapping[str, Any]], ...]
    forked: bool


def read_plan(found: Mapping[str, Any], symbols: Sequence[str]) -> Plan | None:
    """Return the plan of a manifest's scenario, None for an empty one; `FormError` if unsound."""
    if not found:
        return None
    try:
        openings = [
            one for account in found.get("accounts", ()) for one in _openings(account, symbols)
        ]
        return Plan(
            start_ns=_whole(found["start_ns"]),
            end_ns=_whole(found["end_ns"]),
            funding=tuple(_constant(one) for one in found.get("funding", ())),
            changes=tuple(
                Change(
                    _whole(one["time_ns"]),
                    one["symbol"],
                    tuple(read_row("bracket change", row) for row in one["brackets"]),
                )
                for one in found.get("bracket_changes", ())
            ),
            openings=tuple(openings),
            forked=bool(found.get("forks")),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise FormError(f"the manifest's scenario is not whole: {error!r}") from error


def _constant(found: Mapping[str, Any]) -> tuple[str, Fraction, int]:
    interval_ns = _whole(found["interval_ns"])
    if interval_ns <= 0:
        raise FormError(f"a funding interval is {interval_ns} ns, expected above 0")
    return found["symbol"], read_number("funding rate", _plain(found["rate"])), interval_ns


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise FormError(f"the manifest's scenario has {value!r}, expected a whole number")
    return value


def _plain(text: str) -> str:
    """Return a decimal text as a log writes it."""
    from perplab.audit.exact import number  # noqa: PLC0415

    return written(number(text.removeprefix("+")))


def _openings(
    account: Mapping[str, Any], symbols: Sequence[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the commands by which an account of the plan is opened, in order."""
    name = account["name"]
    yield "OpenAccount", {"account": name, "position_mode": account.get("position_mode", "one_way")}
    for wallet in ("spot", "funding", "futures"):
        amount = read_number(wallet, _plain(str(account.get(wallet, "0"))))
        if amount:
            yield "Deposit", {"account": name, "wallet": wallet, "amount": amount}
    mode, leverage = account.get("margin_mode", "cross"), account.get("leverage")
    for symbol in symbols:
        choice = {"account": name, "symbol": symbol}
        if mode != "cross":
            yield "SetMarginMode", choice | {"margin_mode": mode}
        if leverage is not None:
            yield "SetLeverage", choice | {"leverage": leverage}


class Schedule:
    """What is still to come; told of every command in turn, it reports what was left out."""

    def __init__(
        self, book: Book, plan: Plan, funding: Sequence[FundingSeries], report: Report
    ) -> None:
        self._book = book
        self._plan = plan
        self._report = report
        self._settlements = merge(
            *(_of_series(series, plan) for series in funding),
            *(_of_constant(*one, plan) for one in plan.funding),
        )
        self._next = next(self._settlements, None)
        self._changes = sorted(plan.changes, key=lambda change: change.time_ns)
        self._openings = list(plan.openings)
        self.settled = 0
        self.knows_funding = True

    def pass_to(self, fact: Fact) -> None:
        """Report what should have come before a command, and a command that is not due."""
        quiet = fact.type in OBSERVATIONS
        turn = 0 if quiet else _TURNS.get(fact.type, 1 if self._plan.forked else _AGENT)
        self._check_ends(fact)
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
        while (due := self._next) is not None and (due.time_ns, _FUNDING) <= (fact.time_ns, turn):
            here = fact.type == "SettleFunding" and fact.time_ns == due.time_ns
            if here and (fact.symbol, fact["rate"]) == (due.symbol, due.rate):
                self._next = next(self._settlements, None)
                self.settled += 1
                return
            if here and fact.symbol == due.symbol:
                self._tell(
                    "funding",
                    f"funding of {due.symbol}: another rate",
                    fact,
                    found=written(fact["rate"]),
                    expected=written(due.rate),
                    rule="17.3",
                )
                self._next = next(self._settlements, None)
                return
            if self._is_held(due.symbol):
                text = f"the funding of {due.symbol} due at {due.time_ns} ns was not settled"
                self._tell(
                    "funding", text, fact, expected=f"a rate of {written(due.rate)}", rule="17.1"
                )
            self._next = next(self._settlements, None)
        if fact.type == "SettleFunding":
            self._tell("funding", f"no funding of {fact.symbol} was due then", fact, rule="17.3")

    def _is_held(self, symbol: str) -> bool:
        return any(account.holds(symbol) for account in self._book.accounts.values())

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
        if not self._openings or fact.type == "StartRun":
            return
        kind, body = self._openings[0]
        if (fact.type, fact.body) == (kind, body):
            self._openings.pop(0)
        elif not self._plan.forked:
            self._openings.pop(0)
            self._tell(
                "accounts",
                f"{fact.type} stands where the plan opens {body['account']}",
                fact,
                found=_told(fact.body),
                expected=f"{kind} {_told(body)}",
                rule="2.2",
            )

    def _tell(
        self,
        check: str,
        what: str,
        fact: Fact,
        *,
        found: str = "",
        expected: str = "",
        rule: str = "",
    ) -> None:
        self._report(
            Finding(
                check=check,
                what=what,
                found=found,
                expected=expected,
                rule=rule,
                seq=fact.seq,
                time_ns=fact.time_ns,
                account=fact.account,
                symbol=fact.symbol,
            )
        )


def _told(body: Mapping[str, Any]) -> str:
    return " ".join(
        f"{name}={written(value) if isinstance(value, Fraction) else value}"
        for name, value in body.items()
    )


def _of_series(series: FundingSeries, plan: Plan) -> Iterator[Settlement]:
    for time_ns, rate in zip(series.time_ns.tolist(), series.rate.tolist(), strict=True):
        if plan.start_ns < time_ns <= plan.end_ns:
            yield Settlement(time_ns, series.symbol, of_units(rate))


def _of_constant(symbol: str, rate: Fraction, interval_ns: int, plan: Plan) -> Iterator[Settlement]:
    first = (plan.start_ns // interval_ns + 1) * interval_ns
    for time_ns in range(first, plan.end_ns + 1, interval_ns):
        yield Settlement(time_ns, symbol, rate)
