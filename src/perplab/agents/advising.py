"""Advising: what the adviser says of a position, as an agent reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from perplab.advice.adviser import advise
from perplab.advice.history import History
from perplab.advice.past import Past
from perplab.advice.terms import Terms
from perplab.advice.verdict import Advice, Rule, Verdict
from perplab.agents.values import Number, decimal_of, units_of
from perplab.domain.commands import PositionSide
from perplab.venue.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceView:
    """A verdict, the rule that decided it, and what to move: docs/advice.md.

    `amount` is margin to add (in cross: money to bring into the futures wallet), `quantity` how
    much to close. `advice` has every rule's reason with its numbers.
    """

    verdict: Verdict
    rule: Rule
    amount: Decimal
    quantity: Decimal
    advice: Advice


class Adviser:
    """The adviser at one account's side: it remembers what the account did from the start."""

    def __init__(self, desk: Desk, account: str) -> None:
        self._desk = desk
        self._history = History(account)
        self._past = Past()
        desk.hear(account, lambda event: self._history.take(event, desk.now))

    def advise(
        self,
        symbol: str,
        side: PositionSide,
        *,
        levels: Sequence[Number] = (),
        stop: Number | None = None,
    ) -> AdviceView | None:
        """Return the advice on a position now, None where nothing is held."""
        state, name = self._desk.state, self._history.account
        if not state.accounts[name].held(symbol, side):
            return None
        if not self._past.now_ns:
            self._past = Past(self._desk.streams())
        self._past = self._past.at(self._desk.now)
        terms = Terms(
            levels=tuple(units_of(level, "a level") for level in levels),
            stop=None if stop is None else units_of(stop, "a stop"),
        )
        given = advise(
            state, name, symbol, side, history=self._history, past=self._past, terms=terms
        )
        return AdviceView(
            verdict=given.verdict,
            rule=given.rule,
            amount=decimal_of(given.amount),
            quantity=decimal_of(given.quantity),
            advice=given,
        )
