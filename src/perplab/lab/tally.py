"""Tally: where an account's money came from and went to, added up from its events."""

from dataclasses import dataclass

from perplab.domain import events as ev
from perplab.domain.events import Event
from perplab.domain.state import Account

MOVES = frozenset(
    (
        ev.HolderOpened,
        ev.PositionOpened,
        ev.PositionIncreased,
        ev.PositionReduced,
        ev.PositionClosed,
        ev.FundingPaid,
        ev.LiquidationFeeCharged,
        ev.LiquidationEnded,
        ev.BankruptcyCovered,
        ev.MarginAdded,
        ev.MarginAutoAdded,
        ev.MarginReduced,
        ev.Deposited,
        ev.Withdrawn,
    )
)
"""The events that a tally counts."""


@dataclass(slots=True)
class Tally:
    """An account's money so far, in 1e-8; what left it counts below zero.

    The first seven add up to what its wallets and isolated margins hold; the last three moved
    between these: margin added by hand, by auto-add, and taken out again.
    """

    deposited: int = 0
    realized_pnl: int = 0
    funding: int = 0
    fees: int = 0
    liquidation_fees: int = 0
    forfeited: int = 0
    covered: int = 0
    added: int = 0
    auto_added: int = 0
    reduced: int = 0

    @property
    def balance(self) -> int:
        """Return what the account holds, unrealized profit left out."""
        return self.deposited + self.result

    @property
    def result(self) -> int:
        """Return what was won, below zero lost, all costs counted."""
        to_fund = self.liquidation_fees + self.forfeited + self.covered
        return self.realized_pnl + self.funding + self.fees + to_fund

    def count(self, event: Event) -> None:  # noqa: C901, PLR0912  # one case each
        """Add what an event of the account moved into or out of it."""
        match event:
            case ev.PositionOpened() | ev.PositionIncreased():
                self.fees -= event.fee
            case ev.PositionReduced() | ev.PositionClosed():
                self.fees -= event.fee
                self.realized_pnl += event.realized_pnl
            case ev.FundingPaid():
                self.funding += event.amount
            case ev.LiquidationFeeCharged():
                self.liquidation_fees -= event.amount
            case ev.LiquidationEnded():
                self.forfeited -= event.forfeited
            case ev.BankruptcyCovered():
                self.covered += event.amount
            case ev.MarginAdded():
                self.added += event.amount
            case ev.MarginAutoAdded():
                self.auto_added += event.amount
            case ev.MarginReduced():
                self.reduced += event.amount
            case ev.Deposited():
                self.deposited += event.amount
            case ev.HolderOpened():
                self.deposited += event.futures + event.isolated
            case ev.Withdrawn():
                self.deposited -= event.amount
            case _:
                pass


def balance_of(account: Account) -> int:
    """Return what an account's wallets and isolated margins hold, unrealized profit left out."""
    margins = sum(position.margin for position in account.positions.values())
    return account.spot + account.funding + account.futures + margins
