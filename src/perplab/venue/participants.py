"""Participants: whoever acts for an account while the venue runs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from perplab.venue.clock import Process
from perplab.venue.desk import Desk
from perplab.venue.plan import AccountPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An agent that failed: whose, when, where in its file, and why. Its account goes on."""

    account: str
    agent: str
    time_ns: int
    file: str
    line: int
    error: str

    @property
    def sentence(self) -> str:
        """Return the fault as one line."""
        where = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{self.account}: agent {self.agent} failed at {where}: {self.error}"


class Participant(Protocol):
    """What the venue needs of whoever acts for an account."""

    @property
    def name(self) -> str:
        """Return the account's name."""

    @property
    def undone(self) -> list[str]:
        """Return what was planned and never came due."""

    @property
    def faults(self) -> list[Fault]:
        """Return what failed without stopping the run."""

    def open(self) -> None:
        """Open the account, fill its wallets and make its choices."""

    def trade(self) -> Process:
        """Act until there is nothing more to do."""

    def stop(self) -> None:
        """Do nothing more from now on."""


Cast = Callable[[Desk, AccountPlan], Participant]
"""Who acts for an account: made when the venue is, from the account's plan."""
