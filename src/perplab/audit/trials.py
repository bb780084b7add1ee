"""Trials: the verdict on each liquidation of a log, question by question, with its numbers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from perplab.audit.book import Book, Pool
from perplab.audit.exact import ZERO, written
from perplab.audit.messages import OBSERVATIONS, Fact
from perplab.audit.verdict import Finding, Line, Liquidation, Verdict, worst

_NO_TICKS = "the ticks: whether the price that caused it was on the tape"


def pools_tried(book: Book, facts: Sequence[Fact]) -> list[Pool]:
    """Return the pools that a batch's facts liquidate."""
    return [
        Pool(fact.account, fact.symbol, fact["position_side"])
        for fact in facts
        if fact.type == "LiquidationStarted" and fact.account in book.accounts
    ]


def adds_margin(book: Book, pool: Pool) -> bool:
    """Return whether auto-add margin is on for a pool."""
    position = book.accounts[pool.account].positions.get(pool[1:])
    return position is not None and position.auto_add


@dataclass(frozen=True, slots=True)
class Court:
    """Judges the liquidations of one batch, by what was found in it.

    `adding` are pools whose auto-add was on before it, `late` those that were due earlier.
    """

    command: Fact
    findings: Sequence[Finding]
    adding: frozenset[Pool]
    late: Mapping[Pool, Finding]
    ticks: bool = field(kw_only=True)

    def verdicts(self, heard: Sequence[Fact], before: int) -> list[Liquidation]:
        """Return the verdicts in order; `before` is how many liquidations there were before."""
        return [
            self._try(story, list(heard), before + number)
            for number, story in enumerate(_stories(heard), 1)
        ]

    def _try(self, story: list[Fact], heard: list[Fact], number: int) -> Liquidation:
        first, last = story[0], story[-1]
        mine = [finding for finding in self.findings if self._concerns(finding, first, last)]
        pool = Pool(first.account, first.symbol, first["position_side"])
        if pool in self.late:
            mine.append(self.late[pool])
        wrong = {finding.check for finding in mine}
        questions = [
            *_of_cause(self.command),
            *self._of_auto_add(pool, first, heard),
            *_of_story(story),
        ]
        lines = [
            Line(
                check=check,
                text=text,
                verdict=Verdict.VIOLATED if check in wrong else Verdict.CONFIRMED,
            )
            for check, text in questions
        ]
        lines += [
            Line(check=one.check, verdict=Verdict.VIOLATED, text=one.sentence) for one in mine
        ]
        if not self.ticks:
            lines.append(Line(check="ticks", verdict=Verdict.CANNOT_TELL, text=_NO_TICKS))
        return Liquidation(
            number=number,
            account=first.account,
            symbol=first.symbol,
            side=first["position_side"],
            time_ns=first.time_ns,
            verdict=worst([line.verdict for line in lines]),
            lines=tuple(lines),
            missing="" if self.ticks else _NO_TICKS,
            first_seq=first.seq,
            last_seq=last.seq,
        )

    def _concerns(self, finding: Finding, first: Fact, last: Fact) -> bool:
        """Return whether a finding is about a liquidation, or about what led to it."""
        if first.seq <= finding.seq <= last.seq:
            return True
        of_batch = finding.seq == self.command.seq
        return of_batch and (finding.check == "ticks" or finding.account == first.account)

    def _of_auto_add(self, pool: Pool, first: Fact, heard: list[Fact]) -> Iterator[tuple[str, str]]:
        added = [
            fact
            for fact in heard
            if fact.type == "MarginAutoAdded"
            and fact.seq < first.seq
            and (fact.account, fact.symbol, fact["position_side"]) == pool
        ]
        for fact in added:
            yield "auto-add", f"{written(fact['amount'])} auto-added first, which was not enough"
        if pool in self.adding and not added:
            yield "auto-add", "auto-add is on, but the wallet had nothing to give"


def _stories(facts: Sequence[Fact]) -> Iterator[list[Fact]]:
    """Yield the facts of each liquidation of a batch, from its start to its end."""
    story: list[Fact] = []
    for fact in facts:
        if fact.type == "LiquidationStarted":
            if story:
                yield story
            story = []
        if story or fact.type == "LiquidationStarted":
            story.append(fact)
        if fact.type == "LiquidationEnded" and story:
            yield story
            story = []
    if story:
        yield story


def _of_cause(command: Fact) -> Iterator[tuple[str, str]]:
    if command.type in OBSERVATIONS:
        price = command.body.get("price", command.body.get("bid", ZERO))
        yield "ticks", f"caused by {command.symbol} row {command['row']}: {written(price)}"
    else:
        yield "causes", f"caused by {command.type}"


def _of_story(story: list[Fact]) -> Iterator[tuple[str, str]]:
    """Yield each question that a liquidation answers: the check, and its numbers in words."""
    started = story[0]
    equity, needed = started["equity"], started["maintenance"]
    yield "liquidations", f"equity {written(equity)} <= maintenance margin {written(needed)}"
    of = {name: [fact for fact in story if fact.type == name] for name in _TOLD}
    canceled = len(of["OrderCanceled"])
    yield "liquidation-orders", f"{canceled} open orders cancelled first"
    for fact in of["LiquidationOrdered"]:
        yield (
            "liquidation-orders",
            (
                f"{fact['side']} {written(fact['quantity'])} {fact.symbol},"
                f" bracket {fact['bracket']}, mark {written(fact['mark'])}"
            ),
        )
        yield "bankruptcy-price", f"limit {written(fact['bankruptcy_price'])}"
    for fact in of["LiquidationFilled"]:
        yield (
            "fills",
            (
                f"{written(fact['quantity'])} at {written(fact['price'])} by"
                f" {fact['taker'].replace('_', ' ')}"
            ),
        )
    for fact in of["LiquidationFeeCharged"]:
        yield "clearance-fee", f"{written(fact['amount'])} to the insurance fund"
    for fact in of["PositionTakenOver"]:
        yield "aftermath", f"the fund's result of the takeover: {written(fact['result'])}"
    for fact in of["PositionDeleveraged"]:
        yield (
            "deleveraging",
            (f"{fact.account}: {written(fact['quantity'])} at {written(fact['price'])}"),
        )
    for fact in of["BankruptcyCovered"]:
        yield "aftermath", f"{written(fact['amount'])} paid back to zero"
    for fact in of["LiquidationEnded"]:
        yield (
            "aftermath",
            (
                f"{fact['outcome']}: {written(fact['returned'])} returned,"
                f" {written(fact['forfeited'])} forfeited"
            ),
        )


_TOLD = (
    *("OrderCanceled", "LiquidationOrdered", "LiquidationFilled", "LiquidationFeeCharged"),
    *("PositionTakenOver", "PositionDeleveraged", "BankruptcyCovered", "LiquidationEnded"),
)
