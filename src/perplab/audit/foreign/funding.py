"""Funding: each payment of an account against what it held, the rate and the mark. Rule 17.1."""

from collections.abc import Sequence
from fractions import Fraction

from perplab.audit.exact import UNIT, cut, written
from perplab.audit.foreign.ledger import NO_INCOME, NO_TRADES
from perplab.audit.foreign.positions import Positions
from perplab.audit.foreign.prices import Prices
from perplab.audit.foreign.records import Account, Income, Settlement
from perplab.audit.foreign.report import Report

FUNDING = "FUNDING_FEE"
AROUND_NS = 60 * 10**9
"""How long after its settlement a payment may be booked, and a trade may still count."""
NO_RATES = (
    "the funding rates and mark prices: GET /fapi/v1/fundingRate, or funding-rate and mark files"
    " with --prices"
)
NO_MARK = "the mark prices of the settlements: GET /fapi/v1/fundingRate, or mark candles"


def check_funding(
    account: Account,
    positions: Positions,
    settlements: Sequence[Settlement],
    prices: Prices,
    report: Report,
) -> None:
    """Check every funding payment of the income."""
    if not account.income or not account.trades:
        report.cannot("funding", NO_TRADES if account.income else NO_INCOME, counted=False)
        return
    known = {(one.symbol, one.time_ns // AROUND_NS): one for one in settlements}
    for line in account.income:
        if line.type == FUNDING:
            settlement = known.get((line.symbol, line.time_ns // AROUND_NS))
            _check(line, _held(line, positions), settlement, prices, report)


def _held(line: Income, positions: Positions) -> list[Fraction] | None:
    """Return what could have been held at the settlement, by side; None if it is not known."""
    found: list[Fraction] = []
    for side in positions.sides(line.symbol):
        for time_ns in (line.time_ns - AROUND_NS, line.time_ns, line.time_ns + AROUND_NS):
            state = positions.before(line.symbol, side, time_ns)
            if not state.known:
                return None
            if state.quantity and state.quantity not in found:
                found.append(state.quantity)
    return found


def _check(
    line: Income,
    held: list[Fraction] | None,
    settlement: Settlement | None,
    prices: Prices,
    report: Report,
) -> None:
    if held is None:
        missing = "the trades that made the positions that were held at each settlement"
        report.cannot("funding", missing, time_ns=line.time_ns, symbol=line.symbol, row=line.row)
        return
    if not held:
        _wrong(line, "funding was booked while nothing was held", "0", report)
        return
    rate = settlement.rate if settlement else prices.rate(line.symbol, line.time_ns, AROUND_NS)
    if rate is None:
        report.cannot("funding", NO_RATES, time_ns=line.time_ns, symbol=line.symbol, row=line.row)
    elif settlement is not None and settlement.mark:
        _check_exactly(line, held, rate, settlement.mark, report)
    else:
        _check_mark(line, held, rate, prices, report)


def _check_exactly(
    line: Income, held: list[Fraction], rate: Fraction, mark: Fraction, report: Report
) -> None:
    """Compare with the rule's figure; one unit more or less is rounding."""
    due = [cut(-quantity * mark * rate) for quantity in held]
    if any(abs(line.amount - amount) <= UNIT for amount in due):
        report.right("funding")
        return
    what = f"funding of {written(held[0])} at the mark {written(mark)}, rate {written(rate)}"
    _wrong(line, what, written(due[0]), report)


def _check_mark(
    line: Income, held: list[Fraction], rate: Fraction, prices: Prices, report: Report
) -> None:
    """Compare the mark price that a payment implies with the range of that moment's marks."""
    marks = prices.mark(line.symbol, line.time_ns)
    before = prices.mark(line.symbol, line.time_ns - AROUND_NS)
    if marks is None:
        report.cannot("funding", NO_MARK, time_ns=line.time_ns, symbol=line.symbol, row=line.row)
        return
    low = min(marks.low, before.low) if before else marks.low
    high = max(marks.high, before.high) if before else marks.high
    for quantity in held:
        bounds = sorted((-quantity * rate * low, -quantity * rate * high))
        if bounds[0] - UNIT <= line.amount <= bounds[1] + UNIT:
            report.right("funding")
            return
    what = f"funding of {written(held[0])} at rate {written(rate)}, marks {marks.words}"
    _wrong(line, what, f"{written(bounds[0])} to {written(bounds[1])}", report)


def _wrong(line: Income, what: str, expected: str, report: Report) -> None:
    report.violated(
        "funding",
        what,
        found=written(line.amount),
        expected=expected,
        rule="17.1",
        time_ns=line.time_ns,
        symbol=line.symbol,
        row=line.row,
    )
