"""Fees: each trade's fee against the constant rates that an account's fees show. Rule 13.3."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from perplab.audit.exact import UNIT, written
from perplab.audit.foreign.records import Trade, quote_of
from perplab.audit.foreign.report import Report

RATE_DECIMALS = 7
"""The finest rate that is taken for one: 0.00001%."""
_FEW = 3
_Group = tuple[str, bool | None]


def check_fees(trades: Sequence[Trade], report: Report) -> list[str]:
    """Report fees that are at no constant rate; return which rates were found, in words.

    A fee is `notional * rate` cut after 8 decimals; real rows are one unit lower at times, so both
    are taken. The rates of a symbol, as maker and as taker, are inferred from its own fees, each
    the roundest that fits: a fee that is wrong in the same way everywhere is not noticed.
    """
    groups: dict[_Group, list[Trade]] = {}
    for trade in trades:
        if trade.fee_asset != quote_of(trade.symbol):
            missing = f"the price of {trade.fee_asset} at each trade, in which the fee was paid"
            report.cannot("fees", missing, time_ns=trade.time_ns, row=trade.row)
            continue
        groups.setdefault((trade.symbol, trade.maker), []).append(trade)
    said: Counter[str] = Counter()
    for (_, maker), group in groups.items():
        for rate, count in _check_group(group, report).items():
            role = {True: "maker", False: "taker", None: "maker or taker"}[maker]
            said[f"{written(rate * 100)}% as {role}"] += count
    if not said:
        return []
    rates = ", ".join(
        f"{rate} ({count:,} trade{'s' if count > 1 else ''})" for rate, count in said.most_common()
    )
    return [f"fee rates inferred from the fees themselves: {rates}"]


def _check_group(trades: Sequence[Trade], report: Report) -> Counter[Fraction]:
    rates = _rates(trades)
    fitting = [next((rate for rate in rates if _fits(trade, rate)), None) for trade in trades]
    counts = Counter(rate for rate in fitting if rate is not None)
    for index, (trade, rate) in enumerate(zip(trades, fitting, strict=True)):
        around = {*fitting[max(index - 1, 0) : index], *fitting[index + 1 : index + 2]}
        if rate is None:
            _report_wrong(trade, rates, "is at no constant rate", report)
        elif counts[rate] > 1 or len(trades) < _FEW:
            report.right("fees")
        elif len(around) == 1 and 0 < index < len(trades) - 1 and trade.maker is not None:
            _report_wrong(trade, list(around - {None}), "is at a rate of its own", report)
        else:
            missing = "the account's fee rates: one trade is at a rate of its own"
            report.cannot("fees", missing, time_ns=trade.time_ns, row=trade.row)
    return Counter(
        {rate: count for rate, count in counts.items() if count > 1 or len(trades) < _FEW}
    )


def _rates(trades: Sequence[Trade]) -> list[Fraction]:
    """Return the rates of a group, the most used first; large notionals tell them best."""
    found: list[Fraction] = []
    for trade in sorted(trades, key=lambda one: one.price * one.quantity, reverse=True):
        if any(_fits(trade, rate) for rate in found):
            continue
        rate = _roundest(trade)
        if rate is not None:
            found.append(rate)
    return sorted(found, key=lambda rate: -sum(_fits(trade, rate) for trade in trades))


def _fits(trade: Trade, rate: Fraction) -> bool:
    """Return whether a fee is the rate's, cut after 8 decimals, or one unit lower."""
    over = abs(trade.price * trade.quantity * rate) - abs(trade.fee)
    same_sign = trade.fee * rate >= 0
    return same_sign and 0 <= over < 2 * UNIT


def _roundest(trade: Trade) -> Fraction | None:
    """Return the rate of fewest decimals at which a fee can be, None if there is none."""
    notional, sign = trade.price * trade.quantity, -1 if trade.fee < 0 else 1
    for places in range(2, RATE_DECIMALS + 1):
        scale = 10**places
        rate = Fraction(ceil(abs(trade.fee) / notional * scale), scale)
        if _fits(trade, sign * rate):
            return sign * rate
    return None


def _report_wrong(
    trade: Trade, rates: Sequence[Fraction | None], what: str, report: Report
) -> None:
    rate = next((rate for rate in rates if rate is not None), None)
    notional = trade.price * trade.quantity
    expected = "" if rate is None else f"{written(rate * 100)}% of {written(notional)}"
    report.violated(
        "fees",
        f"the fee of {written(trade.quantity)} at {written(trade.price)} {what}",
        found=written(trade.fee),
        expected=expected,
        rule="13.3",
        time_ns=trade.time_ns,
        symbol=trade.symbol,
        row=trade.row,
    )
