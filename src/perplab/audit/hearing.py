"""Hearing: holds the facts of a batch against what the rules expect, one after the other.

A rule is a generator of what is due. It is sent the fact that the log has in that place, or None
where the log has none; so it goes on from what happened, not from what should have.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from perplab.audit.book import Book
from perplab.audit.exact import written
from perplab.audit.fold import fold, missing_subject
from perplab.audit.messages import Fact
from perplab.audit.verdict import Finding

_SAME = ("account", "symbol", "order_id", "position_side", "against")
"""Fields by which a fact is recognised as the expected one."""
_ASTRAY = (ArithmeticError, LookupError, ValueError)
"""What a rule may end with on a book that forged facts have led astray."""
_MOST_MISSING = 12
"""After so many missing facts nothing that follows in a batch can be judged."""

_TYPES = {
    "money": "RunStarted",
    "accounts": "AccountOpened AccountRejected HolderOpened HolderRejected"
    " Deposited Withdrawn Transferred TransferRejected",
    "modes": "LeverageSet LeverageRejected MarginModeSet MarginModeRejected PositionModeSet"
    " PositionModeRejected",
    "margin-changes": "AutoAddMarginSet MarginAdded MarginReduced MarginAdjustmentRejected",
    "auto-add": "MarginAutoAdded",
    "admission": "OrderAccepted OrderRejected",
    "orders": "OrderAmended AmendmentRejected CancellationRejected OrderCanceled OrderExpired"
    " OrderQueued",
    "stops": "OrderTriggered",
    "fills": "OrderFilled",
    "profit": "PositionOpened PositionIncreased PositionReduced PositionClosed",
    "margin-calls": "MarginCalled MarginCallCleared",
    "liquidations": "LiquidationStarted",
    "liquidation-orders": "LiquidationOrdered LiquidationFilled",
    "clearance-fee": "LiquidationFeeCharged",
    "aftermath": "PositionTakenOver BankruptcyCovered LiquidationEnded",
    "deleveraging": "PositionDeleveraged",
    "funding": "FundingPaid FundingRejected",
    "brackets": "BracketsChanged BracketsRejected",
    "causes": "RunEnded",
}
CHECK_OF = {name: check for check, names in _TYPES.items() for name in names.split()}
_FIELDS = {
    ("Position", "fee"): "fees",
    ("Position", "futures"): "position-margin",
    ("Position", "isolated"): "position-margin",
    ("Position", "margin_mode"): "position-margin",
    ("LiquidationOrdered", "bankruptcy_price"): "bankruptcy-price",
    ("LiquidationOrdered", "equity"): "liquidations",
    ("LiquidationOrdered", "maintenance"): "liquidations",
    ("LiquidationOrdered", "mark"): "liquidations",
    ("LiquidationFilled", "price"): "fills",
}
_ANSWERS = (
    "AccountOpened AccountRejected",
    "HolderOpened HolderRejected",
    "Deposited Withdrawn Transferred TransferRejected",
    "LeverageSet LeverageRejected",
    "MarginModeSet MarginModeRejected",
    "PositionModeSet PositionModeRejected",
    "AutoAddMarginSet MarginAdded MarginReduced MarginAdjustmentRejected",
    "OrderAccepted OrderRejected",
    "OrderAmended AmendmentRejected",
    "PositionOpened PositionIncreased",
    "PositionReduced PositionClosed",
    "MarginCalled MarginCallCleared",
    "FundingPaid FundingRejected",
    "BracketsChanged BracketsRejected",
)
_GROUP = {name: group for group in _ANSWERS for name in group.split()}


@dataclass(frozen=True, slots=True)
class Expected:
    """A fact that is due now, and the rule that says so.

    `check` overrides the one that its type belongs to; `why` says in words why it is due.
    """

    type: str
    body: Mapping[str, Any]
    rule: str
    why: str = ""
    check: str = ""

    @property
    def meant(self) -> str:
        """Return the check that is meant for it."""
        return self.check or CHECK_OF[self.type]


Due = Generator[Expected, Fact | None, None]
"""What the rules expect, in order."""

Report = Callable[[Finding], None]


def about(
    fact: Fact, check: str, what: str, *, found: str = "", expected: str = "", rule: str = ""
) -> Finding:
    """Return a finding about a fact: its record, time, account and symbol are the fact's."""
    return Finding(
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


def check_of(type_name: str, name: str = "") -> str:
    """Return the check that a field of an event belongs to."""
    family = "Position" if type_name in _TYPES["profit"] else type_name
    return _FIELDS.get((family, name)) or CHECK_OF[type_name]


@dataclass(slots=True)
class Hearing:
    """The hearing of one batch: a cursor over its facts."""

    book: Book
    facts: Sequence[Fact]
    report: Report
    time_ns: int
    seq: int
    heard: list[Fact] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    _at: int = 0
    _missing: list[Expected] = field(default_factory=list)
    _extra: list[Fact] = field(default_factory=list)

    def hear(self, due: Due) -> None:
        """Hold what follows in the batch against what is due."""
        try:
            wanted = next(due)
            while len(self._missing) < _MOST_MISSING:
                wanted = due.send(self._answer(wanted))
        except StopIteration:
            return
        except _ASTRAY as error:
            self._tell_batch(f"from these facts the rules cannot go on ({error!r})")

    def finish(self) -> None:
        """Report what nothing asked for, and what is missing; what is only out of order as such."""
        while self._at < len(self.facts):
            self._extra.append(self._take())
        if self._missing or self._extra:
            self._tell_batch(
                f"the events of a batch are not those that were due: {len(self._missing)} missing,"
                f" {len(self._extra)} not asked for or out of order"
            )
        for wanted in self._missing:
            twin = next((fact for fact in self._extra if _is_same(fact, wanted)), None)
            if twin is None:
                self._tell_missing(wanted)
                continue
            self._extra.remove(twin)
            what = f"{twin.type} is out of order: {wanted.why or 'something else was due first'}"
            self._tell("causes", what, twin, rule="20")
        for fact in self._extra:
            check = _check_of_extra(fact)
            what = f"{fact.type} was not due: nothing asked for it"
            self._tell(check, what, fact, found=_told(fact.body))

    def _answer(self, wanted: Expected) -> Fact | None:
        self._count(wanted)
        place = self._find(wanted)
        if place is None:
            self._missing.append(wanted)
            return None
        while self._at < place:
            self._extra.append(self._take())
        fact = self.facts[self._at]
        self._compare(fact, wanted)
        return self._take()

    def _count(self, wanted: Expected) -> None:
        checks = {wanted.meant} | {check_of(wanted.type, name) for name in wanted.body}
        for check in sorted(checks):
            self.counts[check] = self.counts.get(check, 0) + 1

    def _find(self, wanted: Expected) -> int | None:
        """Return where the expected fact stands: here, later, or as its opposite here."""
        here = self._at
        rest = range(here, len(self.facts))
        exact = next((at for at in rest if _is_same(self.facts[at], wanted)), None)
        if exact == here or here >= len(self.facts):
            return exact
        opposite = _GROUP.get(self.facts[here].type, "") == _GROUP.get(wanted.type, "no group")
        if opposite and _names_same(self.facts[here], wanted):
            return here
        return exact

    def _compare(self, fact: Fact, wanted: Expected) -> None:
        if fact.type != wanted.type:
            what = f"{fact.type} stands where {wanted.type} was due"
            what += f", as {wanted.why}" if wanted.why else ""
            self._tell(
                wanted.meant,
                what,
                fact,
                found=_told(fact.body),
                expected=_told(wanted.body),
                rule=wanted.rule,
            )
            return
        for name, value in wanted.body.items():
            found = fact.body.get(name)
            if found == value:
                continue
            check = check_of(fact.type, name)
            if check == CHECK_OF[fact.type]:
                check = wanted.meant
            shown = {"found": _shown(found), "expected": _shown(value)}
            self._tell(check, f"{fact.type}: {name}", fact, rule=wanted.rule, **shown)

    def _take(self) -> Fact:
        """Fold the fact under the cursor and go past it."""
        fact = self.facts[self._at]
        self._at += 1
        self.heard.append(fact)
        nothing = missing_subject(self.book, fact)
        if nothing:
            self._tell(
                "causes", f"{fact.type} speaks of what does not exist", fact, expected=nothing
            )
            return fact
        gap = fold(self.book, fact)
        if gap:
            self._tell(
                "money",
                f"{fact.type}: its movements do not sum to zero",
                fact,
                found=written(gap),
                expected="0",
                rule="1.4",
            )
        return fact

    def _tell_batch(self, what: str) -> None:
        self.report(
            Finding(check="causes", what=what, rule="20", seq=self.seq, time_ns=self.time_ns)
        )

    def _tell_missing(self, wanted: Expected) -> None:
        why = f"; it was due, as {wanted.why}" if wanted.why else ""
        self.report(
            Finding(
                check=wanted.meant,
                what=f"{wanted.type} is missing{why}",
                expected=_told(wanted.body),
                rule=wanted.rule,
                seq=self.seq,
                time_ns=self.time_ns,
                account=str(wanted.body.get("account", "")),
                symbol=str(wanted.body.get("symbol", "")),
            )
        )

    def _tell(self, check: str, what: str, fact: Fact, **more: str) -> None:
        self.report(about(fact, check, what, **more))


def _check_of_extra(fact: Fact) -> str:
    by = fact.body.get("cancellation")
    by_exchange = {"liquidation": "liquidation-orders", "deleveraging": "deleveraging"}
    return by_exchange.get(str(by), CHECK_OF[fact.type])


def _is_same(fact: Fact, wanted: Expected) -> bool:
    return fact.type == wanted.type and _names_same(fact, wanted)


def _names_same(fact: Fact, wanted: Expected) -> bool:
    return all(
        fact.body[name] == wanted.body[name]
        for name in _SAME
        if name in fact.body and name in wanted.body
    )


def _told(body: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={_shown(value)}" for name, value in body.items() if value)


def _shown(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return "nothing" if value is None else str(value).lower()
    if isinstance(value, tuple):
        return f"{len(value)} rows: " + "; ".join(
            f"to {written(row.cap)} {written(row.rate)}, {written(row.amount)}" for row in value
        )
    return (
        value
        if isinstance(value, str)
        else written(value)
        if hasattr(value, "denominator")
        else str(value)
    )
