"""The adviser: asks the rules in their order and gives the verdict with all of their reasons."""

from fractions import Fraction

from perplab.advice.defence import (
    Aim,
    added_before,
    aim_of,
    amount,
    concentrated,
    haste,
    near,
    time_left,
)
from perplab.advice.history import History
from perplab.advice.past import Past
from perplab.advice.protection import in_profit, key_level, planned_part, stop_crossed
from perplab.advice.relief import least_close
from perplab.advice.terms import Terms
from perplab.advice.trial import Place
from perplab.advice.verdict import Advice, AdviceError, Reason, Rule, Verdict
from perplab.domain.commands import PositionSide
from perplab.domain.numbers import Money, Qty
from perplab.domain.state import State
from perplab.engine.market import has_price

_FORBID = (Rule.ADDED_BEFORE, Rule.HASTE, Rule.CONCENTRATED)
"""What forbids new money, in the order in which it is named."""


def advise(
    state: State,
    account: str,
    symbol: str,
    side: PositionSide,
    *,
    history: History,
    past: Past,
    terms: Terms | None = None,
) -> Advice:
    """Return the advice on an open position, or raise `AdviceError` if there is none.

    Nothing but the arguments is looked at, and of the past only what is not after its moment; the
    same arguments give the same advice on every machine. The state is not changed.
    """
    place, terms = _placed(state, account, symbol, side), terms or Terms()
    aim = aim_of(place, past, terms)
    reasons = [
        stop_crossed(place, history, terms),
        in_profit(place),
        key_level(place, history, past, terms),
        near(place, terms),
        added_before(place, history),
        haste(place, history, terms),
        concentrated(place, terms),
        amount(place, terms, aim),
        *time_left(place, past, terms),
    ]
    return _decided(place, terms, aim, reasons)


def _placed(state: State, name: str, symbol: str, side: PositionSide) -> Place:
    account = state.accounts.get(name)
    if account is None:
        known = ", ".join(state.accounts) or "none"
        raise AdviceError(f"account {name!r}: there is no such account; expected one of {known}")
    if not account.held(symbol, side):
        raise AdviceError(f"account {name!r} holds no {symbol} ({side}) at this moment")
    if not has_price(state, symbol):
        raise AdviceError(f"{symbol}: no price is known at this moment")
    return Place(state, account, symbol, side)


def _decided(place: Place, terms: Terms, aim: Aim, reasons: list[Reason]) -> Advice:
    """Return the verdict of the first rule that decides. docs/advice.md, The order."""
    by_rule = {reason.rule: reason for reason in reasons}
    if by_rule[Rule.STOP_CROSSED].applies:
        part = planned_part(by_rule[Rule.STOP_CROSSED], place)
        return _stopped(place, Rule.STOP_CROSSED, reasons, part)
    if by_rule[Rule.IN_PROFIT].applies:
        trailed = bool(by_rule[Rule.IN_PROFIT].lacks)
        verdict = Verdict.LEAVE_IT if trailed else Verdict.TRAILING_STOP
        return _advice(place, verdict, Rule.IN_PROFIT, reasons)
    if by_rule[Rule.KEY_LEVEL].applies:
        held = abs(place.leg.position.quantity)
        return _stopped(place, Rule.KEY_LEVEL, reasons, Qty(held))
    if not by_rule[Rule.NEAR].applies:
        return _advice(place, Verdict.LEAVE_IT, Rule.NEAR, reasons)
    forbidden = next((rule for rule in _FORBID if by_rule[rule].applies), None)
    if forbidden is None and not by_rule[Rule.AMOUNT].applies:
        after = place.topped_up(aim.amount)
        return _advice(
            place, Verdict.ADD_MARGIN, Rule.NEAR, reasons, amount=aim.amount, after=after
        )
    close = least_close(place, terms, aim.distance, new_money=forbidden is None)
    rule = forbidden or Rule.AMOUNT
    if close.rest is None:
        return _stopped(place, rule, reasons, close.quantity)
    return _advice(
        place,
        Verdict.PARTIAL_STOP,
        rule,
        reasons,
        amount=close.amount,
        quantity=close.quantity,
        after=close.rest,
    )


def _stopped(place: Place, rule: Rule, reasons: list[Reason], part: Qty) -> Advice:
    """Return the advice to close a part, or all where that is all of it."""
    if part >= abs(place.leg.position.quantity):
        return _advice(place, Verdict.FULL_STOP, rule, reasons, quantity=part)
    after = place.closed(part)
    return _advice(place, Verdict.PARTIAL_STOP, rule, reasons, quantity=part, after=after)


def _advice(
    place: Place,
    verdict: Verdict,
    rule: Rule,
    reasons: list[Reason],
    *,
    amount: int = 0,
    quantity: int = 0,
    after: Place | None = None,
) -> Advice:
    position = place.leg.position
    return Advice(
        account=place.account.name,
        symbol=place.symbol,
        side=place.side,
        margin_mode=position.margin_mode,
        time_ns=place.state.time_ns,
        held=position.quantity,
        entry=Fraction(position.cost, position.quantity),
        verdict=verdict,
        rule=rule,
        amount=Money(amount),
        quantity=Qty(quantity),
        reasons=tuple(reasons),
        view=place.view,
        after=None if after is None else after.view,
    )
