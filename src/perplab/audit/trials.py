"""Trials: the verdict on each liquidation of a log, question by question, with its numbers."""

from collections.abc import Iterator, Sequence

from perplab.audit.exact import ZERO, written
from perplab.audit.hearing import Hearing
from perplab.audit.messages import OBSERVATIONS, Fact
from perplab.audit.verdict import Finding, Line, Liquidation, Verdict, worst

_NO_TICKS = "the ticks: whether the price that caused it was on the tape"


def try_liquidations(
    command: Fact, hearing: Hearing, findings: Sequence[Finding], before: int, *, ticks: bool
) -> list[Liquidation]:
    """Return the verdicts on a batch's liquidations; `before` is how many there were before it."""
    return [
        _try(command, story, findings, before + number, ticks=ticks)
        for number, story in enumerate(_stories(hearing.heard), 1)
    ]


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


def _try(
    command: Fact, story: list[Fact], findings: Sequence[Finding], number: int, *, ticks: bool
) -> Liquidation:
    first, last = story[0], story[-1]
    mine = [
        finding
        for finding in findings
        if first.seq <= finding.seq <= last.seq
        or (finding.seq == command.seq and finding.check in {"ticks", "auto-add", "liquidations"})
    ]
    lines = [
        Line(
            check=check,
            text=text,
            verdict=Verdict.VIOLATED
            if any(one.check == check for one in mine)
            else Verdict.CONFIRMED,
        )
        for check, text in _questions(command, story)
    ]
    if not ticks:
        lines.append(Line(check="ticks", verdict=Verdict.CANNOT_TELL, text=_NO_TICKS))
    verdicts = [line.verdict for line in lines]
    if mine:
        verdicts.append(Verdict.VIOLATED)
    verdict = worst(verdicts)
    return Liquidation(
        number=number,
        account=first.account,
        symbol=first.symbol,
        side=first["position_side"],
        time_ns=first.time_ns,
        verdict=verdict,
        lines=tuple(lines)
        + tuple(Line(check=one.check, verdict=Verdict.VIOLATED, text=one.sentence) for one in mine),
        missing="" if ticks else _NO_TICKS,
        first_seq=first.seq,
        last_seq=last.seq,
    )


def _questions(command: Fact, story: list[Fact]) -> Iterator[tuple[str, str]]:
    """Yield each question that a liquidation answers: the check, and its numbers in words."""
    if command.type in OBSERVATIONS:
        price = command.body.get("price", command.body.get("bid", ZERO))
        yield "ticks", f"caused by {command.symbol} row {command['row']}: {written(price)}"
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
