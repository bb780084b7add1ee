"""Fate: what became of an account in the end, and where its money is."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from perplab.domain import events as ev
from perplab.domain.commands import PositionSide
from perplab.domain.numbers import money_down
from perplab.domain.state import State
from perplab.engine.outlook import Outlook
from perplab.engine.risk import Leg, unrealized
from perplab.lab.course import Course, Liquidation
from perplab.lab.pool import Still, still_of
from perplab.lab.tally import Tally, balance_of


class Verdict(StrEnum):
    """How an account came through; the worst that happened to it."""

    LIQUIDATED = "liquidated"
    PARTLY = "partly liquidated"
    NEVER_OPENED = "never opened"
    ALIVE = "alive"
    STOPPED = "stopped out"
    TOOK_PROFIT = "took profit"
    CLOSED = "closed"

    @property
    def survived(self) -> bool:
        """Return whether nothing was liquidated."""
        return self not in {Verdict.LIQUIDATED, Verdict.PARTLY}


_ENDINGS = {
    "stop": Verdict.STOPPED,
    "stop-limit": Verdict.STOPPED,
    "trailing stop": Verdict.STOPPED,
    "take-profit": Verdict.TOOK_PROFIT,
    "take-profit-limit": Verdict.TOOK_PROFIT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A position that was still open at the end; `unrealized` is money, rounded down."""

    symbol: str
    side: PositionSide
    quantity: int
    margin_mode: str
    margin: int
    unrealized: int
    still: Still

    @property
    def view(self) -> Outlook:
        """Return how near its pool is to liquidation."""
        return self.still.outlook


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """An account at the end of its run; `liquidation` is the one that made the verdict."""

    verdict: Verdict
    liquidation: Liquidation | None
    positions: tuple[Open, ...]
    balance: int
    unrealized: int
    tally: Tally

    @property
    def worth(self) -> int:
        """Return what the account is worth: balance and unrealized profit."""
        return self.balance + self.unrealized

    @property
    def change(self) -> int:
        """Return what was won or lost, unrealized included."""
        return self.worth - self.tally.deposited


def fate_of(course: Course, state: State) -> Fate:
    """Return an account's fate from its course and the run's last state."""
    account = state.accounts[course.account]
    positions = []
    for (symbol, side), position in account.positions.items():
        still = still_of(state, account, symbol, side)
        if still is None:
            continue
        profit = money_down(unrealized(state, Leg(symbol, side, position)))
        positions.append(
            Open(
                symbol=symbol,
                side=side,
                quantity=position.quantity,
                margin_mode=position.margin_mode.value,
                margin=position.margin,
                unrealized=profit,
                still=still,
            )
        )
    verdict, liquidation = verdict_of(
        course.liquidations, course.ending, opened=course.opened, alive=bool(positions)
    )
    return Fate(
        verdict=verdict,
        liquidation=liquidation,
        positions=tuple(positions),
        balance=balance_of(account),
        unrealized=sum(position.unrealized for position in positions),
        tally=course.tally,
    )


def verdict_of(
    liquidations: Sequence[Liquidation], ending: str, *, opened: bool, alive: bool
) -> tuple[Verdict, Liquidation | None]:
    """Return how an account came through, and the liquidation that made it so.

    `ending` is how the last position that closed ended, `alive` whether one is still open.
    """
    for liquidation in liquidations:
        if liquidation.outcome is ev.Outcome.CLOSED:
            return Verdict.LIQUIDATED, liquidation
    if liquidations:
        return Verdict.PARTLY, liquidations[0]
    if not opened:
        return Verdict.NEVER_OPENED, None
    if alive:
        return Verdict.ALIVE, None
    return _ENDINGS.get(ending, Verdict.CLOSED), None
