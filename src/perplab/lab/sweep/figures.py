"""Figures: what one run came to, added up while it runs at little cost."""

from typing import NamedTuple

from perplab.domain.batch import Batch
from perplab.domain.numbers import money_down
from perplab.domain.state import State
from perplab.engine.risk import Leg, unrealized
from perplab.lab.course import Course
from perplab.lab.fate import verdict_of


class Result(NamedTuple):
    """A run's figures, as `lab.outcome.AccountOutcome` has them: money in 1e-8, times in ns.

    A run that failed has an `error`; one that did not end has no figures either.
    """

    run: int
    start_ns: int
    end_ns: int
    variant: int
    verdict: str | None = None
    survived: bool | None = None
    opened_ns: int | None = None
    liquidated_ns: int | None = None
    final_pnl: int | None = None
    realized_pnl: int | None = None
    fees: int | None = None
    funding: int | None = None
    liquidation_cost: int | None = None
    margin_added: int | None = None
    auto_added: int | None = None
    margin_calls: int | None = None
    refusals: int | None = None
    hash: str | None = None
    error: str | None = None


class Figures:
    """A listener that follows the one account of a run without a state of its own."""

    def __init__(self) -> None:
        self._course = Course("")

    def __call__(self, batch: Batch, _state: State) -> None:
        """Take the next batch of the run."""
        for event in batch.events:
            self._course.count(event, batch.time_ns)

    def added_to(self, result: Result, state: State) -> Result:
        """Return a run's result with the figures of its last state."""
        (account,) = state.accounts.values()
        legs = [
            Leg(symbol, side, position)
            for (symbol, side), position in account.positions.items()
            if position.quantity
        ]
        course, tally = self._course, self._course.tally
        verdict, liquidation = verdict_of(
            course.liquidations, course.ending, opened=course.opened, alive=bool(legs)
        )
        return result._replace(
            verdict=verdict.value,
            survived=verdict.survived,
            opened_ns=course.opened_ns if course.opened else None,
            liquidated_ns=liquidation.time_ns if liquidation else None,
            final_pnl=tally.result + sum(money_down(unrealized(state, leg)) for leg in legs),
            realized_pnl=tally.realized_pnl,
            fees=tally.fees,
            funding=tally.funding,
            liquidation_cost=tally.liquidation_fees + tally.forfeited + tally.covered,
            margin_added=tally.added + tally.auto_added,
            auto_added=tally.auto_added,
            margin_calls=course.margin_calls,
            refusals=course.refusals,
        )
