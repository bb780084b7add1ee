"""Words of advice: what a verdict asks for, and what each rule found, in a sentence."""

from fractions import Fraction

from perplab.advice.verdict import Advice, Figure, Reason, Rule, Unit, Verdict
from perplab.domain.commands import MarginMode
from perplab.domain.numbers import ONE
from perplab.engine.order_terms import CALLBACK_MOST, CALLBACK_STEP
from perplab.lab.amounts import base_of, exact, percent, price, quote_of, rounded, span


def asked_for(advice: Advice) -> str:
    """Return what the verdict asks for, as an instruction."""
    base, quote = base_of(advice.symbol), quote_of(advice.symbol)
    match advice.verdict:
        case Verdict.ADD_MARGIN:
            return f"{_move(advice, quote)}."
        case Verdict.FULL_STOP:
            return f"Close all {exact(advice.quantity)} {base}."
        case Verdict.PARTIAL_STOP:
            part = percent(Fraction(advice.quantity, abs(advice.held)))
            text = f"Close {exact(advice.quantity)} of {exact(abs(advice.held))} {base} ({part})"
            if not advice.amount:
                return f"{text}."
            move = _move(advice, quote)
            return f"{text}, then {move[0].lower()}{move[1:]} for the rest."
        case Verdict.TRAILING_STOP:
            return f"Put a trailing stop on it; {_callback(advice)}."
        case Verdict.LEAVE_IT:
            return "Do nothing."


def sentence(reason: Reason, symbol: str) -> str:  # noqa: C901  # a case for each rule
    """Return what a rule found beside its threshold."""
    if reason.rule is Rule.TIME_LEFT:
        return _time_left(reason)
    if reason.found is None or reason.limit is None:
        return reason.lacks
    found, limit, quote = shown(reason.found), shown(reason.limit), quote_of(symbol)
    match reason.rule:
        case Rule.STOP_CROSSED:
            return f"{_beyond(reason, 'price', found)} the stop at {limit}"
        case Rule.IN_PROFIT:
            what = f"unrealized profit {found} {quote}"
            return f"{what}; {reason.lacks}" if reason.lacks else what
        case Rule.KEY_LEVEL:
            return f"the mark {found} {_key_level(reason, limit)}"
        case Rule.NEAR:
            return f"liquidation is {found} away; it should be at least {limit}"
        case Rule.ADDED_BEFORE:
            if not reason.applies:
                return "none was added since the position was opened"
            added = shown(_of(reason, "added"))
            return f"{found} times since it was opened, {added} {quote}; a second time is a no"
        case Rule.HASTE:
            window = shown(_of(reason, "window"))
            return f"{found} acts followed a loss within {window}; more than {limit} is haste"
        case Rule.CONCENTRATED:
            mine, all_of = (
                shown(_of(reason, f"{one}'s margin")) for one in ("position", "account")
            )
            return f"it holds {found} of the account's margin ({mine} of {all_of}); {limit} at most"
        case Rule.AMOUNT:
            return _amount(reason, found, limit, quote)


def shown(figure: Figure) -> str:
    """Return a figure's number for people."""
    value = figure.value
    if figure.unit is Unit.SHARE:
        return percent(Fraction(value))
    number = int(value)
    if figure.unit is Unit.PRICE:
        return price(number)
    if figure.unit is Unit.MONEY:
        return rounded(number)
    if figure.unit is Unit.TIME:
        return span(number)
    return exact(number) if figure.unit is Unit.QUANTITY else str(number)


def _callback(advice: Advice) -> str:
    """Return which callback rates, of those that an exchange takes, end in profit."""
    (reason,) = (one for one in advice.reasons if one.rule is Rule.IN_PROFIT)
    share = Fraction(_of(reason, "callback").value)
    if share > Fraction(CALLBACK_MOST, ONE):
        return "with any callback it ends in profit"
    if share < Fraction(CALLBACK_STEP, ONE):
        return "the entry is nearer than the least callback"
    return f"with a callback up to {percent(share)} it ends in profit, fees aside"


def _move(advice: Advice, quote: str) -> str:
    if advice.margin_mode is MarginMode.ISOLATED:
        return f"Add {exact(advice.amount)} {quote} of margin from the futures wallet"
    amount = f"{exact(advice.amount)} {quote}"
    return f"Move {amount} from the spot or funding wallet to the futures wallet"


def _beyond(reason: Reason, name: str, found: str) -> str:
    where = "is at or beyond" if reason.applies else "has not reached"
    return f"the {name} {found} {where}"


def _key_level(reason: Reason, limit: str) -> str:
    level = f"the level {limit}"
    for name in ("lowest", "highest"):
        if (back := reason.figure(f"{name} of")) is not None:
            ended = shown(_of(reason, "until before"))
            level += f", the {name} of the {shown(back)} that ended {ended} ago"
    return f"is beyond {level}" if reason.applies else f"has not broken {level}"


def _amount(reason: Reason, found: str, limit: str, quote: str) -> str:
    aim, far, farther = (shown(_of(reason, one)) for one in ("aim", "far", "amount for far"))
    wanted = f"{aim} away takes {found} {quote}" if found != "0" else f"none is needed for {aim}"
    if farther not in {"0", found}:
        wanted += f", {far} takes {farther}"
    wallet, backup = reason.figure("wallet"), reason.figure("backup")
    if wallet is None:
        assert backup is not None
        return f"{wanted}; at most {limit} may be added, spot and funding hold {shown(backup)}"
    source = f"the wallet has {shown(wallet)} to give"
    if reason.limit is not None and wallet.value > reason.limit.value:
        source += ", more would put too much in one position"
    return f"{wanted}; at most {limit} may be added, {source}"


def _time_left(reason: Reason) -> str:
    horizon = reason.figure("horizon")
    if horizon is None:
        return reason.lacks
    parts = [reason.lacks]
    if reason.found is not None:
        chance = shown(reason.found) if reason.found.value else "less than 0.01%"
        hourly, over = (shown(_of(reason, one)) for one in ("hourly volatility", "measured over"))
        parts = [f"{chance} likely at {hourly} an hour, the volatility of the last {over}"]
    if (moved := reason.figure("moved as far")) is not None:
        windows = _of(reason, "windows").value
        share = percent(Fraction(moved.value, windows))
        parts.append(f"{share} of {windows:,} windows before moved as far")
    return f"within {shown(horizon)}: {'; '.join(parts)}"


def _of(reason: Reason, name: str) -> Figure:
    figure = reason.figure(name)
    assert figure is not None, name
    return figure
