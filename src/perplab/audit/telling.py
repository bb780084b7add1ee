"""Telling: an explanation of a liquidation in plain sentences, each with its time and numbers."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from fractions import Fraction
from typing import NamedTuple

from perplab.audit.exact import ZERO, half_up, written
from perplab.audit.explaining import Explanation, Moment, Rescue
from perplab.audit.messages import OBSERVATIONS, Fact
from perplab.audit.rescue import Need

_CENTS = 100


class Sentence(NamedTuple):
    """A sentence of the story; `time_ns` is -1 where it is of no one time."""

    time_ns: int
    text: str


def money(value: Fraction) -> str:
    """Return an amount to the cent, with thousands; a smaller one with all its decimals."""
    if value and abs(value) < 1:
        return written(half_up(value))
    whole, cents = divmod(round(abs(value) * _CENTS), _CENTS)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole:,}.{cents:02}" if cents else f"{sign}{whole:,}"


def exact(value: Fraction) -> str:
    """Return a number with all its decimals, and thousands."""
    whole, point, part = written(value).partition(".")
    return f"{int(whole):,}{point}{part}" if whole.lstrip("-") else written(value)


def percent(ratio: Fraction | None) -> str:
    """Return a share in percent with two decimals."""
    return "over 100%" if ratio is None else f"{float(ratio * 100):.2f}%"


def story(told: Explanation) -> Iterator[Sentence]:
    """Yield what happened, in order: what was opened, each change of margin, each warning."""
    fill = ZERO
    funding: list[Fact] = []
    for fact in told.facts:
        if fact.type in {"OrderFilled", "LiquidationFilled", "PositionDeleveraged"}:
            fill = fact["price"]
        if fact.type == "FundingPaid":
            funding.append(fact)
            continue
        tell = _TELL.get(fact.type)
        if tell is None:
            continue
        if funding:
            yield _funding(funding)
            funding = []
        if fact.type == "LiquidationStarted" and fact.seq == told.liquidation.first_seq:
            yield from _price(told)
            yield _cause(told)
        yield Sentence(fact.time_ns, tell(fact, fill))


def _funding(paid: list[Fact]) -> Sentence:
    total = sum((fact["amount"] for fact in paid), ZERO)
    verb = "was paid" if total < 0 else "came in"
    times = "once" if len(paid) == 1 else f"in {len(paid)} settlements"
    return Sentence(paid[-1].time_ns, f"Funding of {money(abs(total))} USDT {verb}, {times}.")


def _price(told: Explanation) -> Iterator[Sentence]:
    """Yield how far each mark of the pool went from the opening to the liquidation."""
    symbols = told.rescues[0].moment.marks if told.rescues else {}
    for symbol, start in symbols.items():
        marks = told.marks.get(symbol)
        if marks is None:
            continue
        first = int(marks.times.searchsorted(told.opened_ns))
        last = int(marks.times.searchsorted(told.liquidation.time_ns, side="right"))
        prices = marks.prices[first:last]
        if not len(prices):
            continue
        low, high, end = (Fraction(int(p), 10**8) for p in (prices.min(), prices.max(), prices[-1]))
        seen = "" if told.whole else " (as far as the log holds it)"
        yield Sentence(
            told.liquidation.time_ns,
            f"Meanwhile the mark of {symbol} went from {exact(start)} to {exact(end)}"
            f" ({_signed((end - start) / start)}), between {exact(low)} and {exact(high)}{seen}.",
        )


def _signed(share: Fraction) -> str:
    return f"{'+' if share >= 0 else ''}{percent(share)}"


def _cause(told: Explanation) -> Sentence:
    cause = told.cause
    assert cause is not None
    if cause.type not in OBSERVATIONS:
        return Sentence(cause.time_ns, f"Then a command changed it: {cause.type}.")
    price = cause.body.get("price", cause.body.get("bid", ZERO))
    what = {"ObserveTrade": "trade", "ObserveMark": "mark price"}.get(cause.type, "quote")
    return Sentence(
        cause.time_ns, f"Then came row {cause['row']:,} of the tape, a {what} of {exact(price)}."
    )


def rescue_sentences(told: Explanation) -> Iterator[str]:
    """Yield how far each possible rescue would have got."""
    if told.auto_add:
        yield (
            "Auto-add margin was on: what is put in sooner changes what it adds later, so no one"
            " amount is told here; perplab whatif tries them."
        )
    elif not told.rescues:
        yield "It was opened and liquidated at one time: nothing could be done between."
    elif not told.whole:
        yield (
            "Only the prices in the log are known, so what would have sufficed may be more than"
            " is said here: give the ticks."
        )
    for rescue in told.rescues:
        yield _rescue(told, rescue)


def _rescue(told: Explanation, rescue: Rescue) -> str:
    moment = rescue.moment
    when = {
        "opened": "When it was opened",
        "margin call": "At the margin call",
        "part closed": "After a part of it was closed",
    }.get(moment.what, "After the liquidation before this one")
    text = f"{when}, {told_time(moment.time_ns)}, {_more(rescue.through)} would have just carried"
    text += " it past this liquidation"
    if rescue.to_end.amount > rescue.through.amount:
        text += f", and {_more(rescue.to_end)}"
    else:
        text += " and"
    text += " to the end of the run, had it stayed as it was"
    if any(fact.type == "FundingPaid" for fact in told.facts):
        text += " (later funding not counted)"
    return f"{text}. {_could(told, moment, rescue)}"


def told_time(time_ns: int) -> str:
    """Return a time of day in UTC, with the date."""
    return datetime.fromtimestamp(time_ns // 10**9, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _more(need: Need) -> str:
    return "nothing more" if need.amount <= 0 else f"{exact(need.amount)} USDT more"


def _could(told: Explanation, moment: Moment, rescue: Rescue) -> str:
    if not told.liquidation.symbol:
        return f"The spot wallet held {money(moment.most)} USDT that could be transferred."
    enough = "" if moment.most >= rescue.through.amount else ": not enough"
    return f"The wallet had {money(moment.most)} USDT to add{enough}."


def _grown(fact: Fact, _fill: Fraction) -> str:
    quantity = fact["quantity"]
    side = "long" if quantity > 0 else "short"
    verb = "was opened" if fact.type == "PositionOpened" else "grew"
    text = (
        f"A {side} of {exact(abs(quantity))} {fact.symbol} {verb} at"
        f" {exact(fact['cost'] / quantity)}"
    )
    if fact["margin_mode"] == "isolated":
        return f"{text}, isolated, with {money(fact['isolated'])} USDT of margin."
    return f"{text}, in cross: the whole futures wallet stands behind it."


def _holder(fact: Fact, _fill: Fraction) -> str:
    quantity = fact["quantity"]
    side = "long" if quantity > 0 else "short"
    text = (
        f"The account came in with a {side} of {exact(abs(quantity))} {fact.symbol} from"
        f" {exact(fact['cost'] / quantity)}"
    )
    if fact["margin_mode"] == "isolated":
        return f"{text}, isolated, with {money(fact['isolated'])} USDT of margin."
    return f"{text}, in cross, with {money(fact['futures'])} USDT in the futures wallet."


def _shrunk(fact: Fact, fill: Fraction) -> str:
    what = "All" if fact.type == "PositionClosed" else exact(abs(fact["quantity"]))
    text = f"{what} of {fact.symbol} was closed at {exact(fill)}, for {money(fact['realized_pnl'])}"
    return f"{text} USDT" + (f" and a fee of {money(fact['fee'])}." if fact["fee"] else ".")


def _called(fact: Fact, _fill: Fraction) -> str:
    equity, needed = fact["equity"], fact["maintenance"]
    ratio = needed / equity if equity > 0 else None
    return (
        f"MARGIN CALL: equity {money(equity)} USDT, maintenance margin {money(needed)} USDT, a"
        f" margin ratio of {percent(ratio)}."
    )


def _started(fact: Fact, _fill: Fraction) -> str:
    equity, needed = fact["equity"], fact["maintenance"]
    return (
        f"LIQUIDATION: equity {exact(equity)} USDT had fallen to the maintenance margin,"
        f" {exact(needed)} USDT."
    )


def _ordered(fact: Fact, _fill: Fraction) -> str:
    return (
        f"An order to {fact['side']} {exact(fact['quantity'])} {fact.symbol} went out, limited at"
        f" the bankruptcy price {exact(fact['bankruptcy_price'])}; bracket {fact['bracket']},"
        f" mark {exact(fact['mark'])}."
    )


def _filled(fact: Fact, _fill: Fraction) -> str:
    who = {
        "market": "The market took",
        "hedge": "Against the other side of the hedge went",
        "insurance_fund": "The market was worse than that, so the insurance fund took",
        "deleveraging": "The insurance fund could not carry it; by auto-deleveraging went",
    }[fact["taker"]]
    return f"{who} {exact(fact['quantity'])} at {exact(fact['price'])}."


def _canceled(fact: Fact, _fill: Fraction) -> str:
    why = {"liquidation": "by the liquidation", "deleveraging": "by auto-deleveraging"}
    by = why.get(fact["cancellation"], "by its owner")
    return f"Order {fact['order_id']} was cancelled {by}."


def _ended(fact: Fact, _fill: Fraction) -> str:
    if fact["outcome"] == "recovered":
        return "It was over: what was left is above maintenance margin again."
    if fact["forfeited"]:
        return f"It was over: {money(fact['forfeited'])} USDT was left to the insurance fund."
    back = f"{money(fact['returned'])} USDT came back to the wallet"
    return f"It was over: {back}." if fact.symbol else "It was over: no position was left."


_TELL: Mapping[str, Callable[[Fact, Fraction], str]] = {
    "Deposited": lambda f, _: f"{money(f['amount'])} USDT came into the {f['wallet']} wallet.",
    "Transferred": lambda f, _: (
        f"{money(f['amount'])} USDT went from the {f['source']} to the {f['target']} wallet."
    ),
    "AutoAddMarginSet": lambda f, _: f"Auto-add margin was switched {'on' if f['on'] else 'off'}.",
    "MarginAdded": lambda f, _: f"{money(f['amount'])} USDT of margin was added.",
    "MarginReduced": lambda f, _: f"{money(f['amount'])} USDT of margin was taken out.",
    "MarginAutoAdded": lambda f, _: (
        f"{money(f['amount'])} USDT was auto-added from the wallet, at a mark of"
        f" {exact(f['mark'])}."
    ),
    "MarginAdjustmentRejected": lambda f, _: (
        f"A change of margin of {money(f['amount'])} USDT was refused; at most"
        f" {money(f['limit'])} was possible."
    ),
    "OrderTriggered": lambda f, _: f"Order {f['order_id']} was triggered at {exact(f['price'])}.",
    "OrderCanceled": _canceled,
    "HolderOpened": _holder,
    "PositionOpened": _grown,
    "PositionIncreased": _grown,
    "PositionReduced": _shrunk,
    "PositionClosed": _shrunk,
    "MarginCalled": _called,
    "MarginCallCleared": lambda _f, _: "The margin call was over.",
    "LiquidationStarted": _started,
    "LiquidationOrdered": _ordered,
    "LiquidationFilled": _filled,
    "LiquidationFeeCharged": lambda f, _: (
        f"A clearance fee of {money(f['amount'])} USDT went to the insurance fund."
    ),
    "PositionTakenOver": lambda f, _: (
        f"The fund closed it at {exact(f['market_price'])}: {money(f['result'])} USDT for the fund."
    ),
    "BankruptcyCovered": lambda f, _: (
        f"{money(f['amount'])} USDT were paid to bring the balance back to zero."
    ),
    "LiquidationEnded": _ended,
}
