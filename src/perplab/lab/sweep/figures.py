"""Figures: what one run came to, added up while it runs at little cost."""

from dataclasses import replace
from typing import NamedTuple

from perplab.domain import events as ev
from perplab.domain.batch import Batch
from perplab.domain.commands import OrderType
from perplab.domain.numbers import money_down
from perplab.domain.state import State
from perplab.engine.risk import Leg, unrealized
from perplab.lab.fate import verdict_of
from perplab.lab.refusals import NAMES
from perplab.lab.story import Liquidation
from perplab.lab.tally import Tally


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
        self._tally = Tally()
        self._liquidations: list[Liquidation] = []
        self._orders: dict[str, OrderType] = {}
        self._triggered: tuple[int, str] = (0, "")
        self._ending = ""
        self._opened_ns: int | None = None
        self._margin_calls = 0
        self._refusals = 0

    def __call__(self, batch: Batch, _state: State) -> None:
        """Take the next batch of the run."""
        for event in batch.events:
            self._tally.count(event)
            self._take(event, batch.time_ns)

    def added_to(self, result: Result, state: State) -> Result:
        """Return a run's result with the figures of its last state."""
        (account,) = state.accounts.values()
        legs = [
            Leg(symbol, side, position)
            for (symbol, side), position in account.positions.items()
            if position.quantity
        ]
        verdict, liquidation = verdict_of(
            self._liquidations,
            self._ending,
            opened=self._opened_ns is not None,
            alive=bool(legs),
        )
        tally = self._tally
        return result._replace(
            verdict=verdict.value,
            survived=verdict.survived,
            opened_ns=self._opened_ns,
            liquidated_ns=liquidation.time_ns if liquidation else None,
            final_pnl=tally.result + sum(money_down(unrealized(state, leg)) for leg in legs),
            realized_pnl=tally.realized_pnl,
            fees=tally.fees,
            funding=tally.funding,
            liquidation_cost=tally.liquidation_fees + tally.forfeited + tally.covered,
            margin_added=tally.added + tally.auto_added,
            auto_added=tally.auto_added,
            margin_calls=self._margin_calls,
            refusals=self._refusals,
        )

    def _take(self, event: ev.Event, time_ns: int) -> None:
        match event:
            case ev.OrderAccepted():
                self._orders[event.order_id] = event.order_type
            case ev.OrderTriggered():
                self._triggered = time_ns, NAMES.get(self._orders[event.order_id], "")
            case ev.PositionOpened() if self._opened_ns is None:
                self._opened_ns = time_ns
            case ev.PositionClosed():
                self._ending = self._how(time_ns)
            case ev.MarginCalled():
                self._margin_calls += 1
            case ev.LiquidationStarted():
                self._liquidations.append(Liquidation(time_ns, event.symbol, 0))
            case ev.LiquidationEnded():
                self._liquidations[-1] = replace(self._liquidations[-1], outcome=event.outcome)
            case _ if isinstance(event, ev.Refusal):
                self._refusals += 1
            case _:
                pass

    def _how(self, time_ns: int) -> str:
        """Return how a position closed, as a story says it."""
        if self._liquidations and self._liquidations[-1].outcome is None:
            return "liquidated"
        triggered_ns, name = self._triggered
        return name if triggered_ns == time_ns and name else "closed"
