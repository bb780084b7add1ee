"""Events of accounts: opened, money moved between wallets, leverage and modes chosen."""

from dataclasses import dataclass

from perplab.domain.commands import MarginMode, PositionMode, Wallet
from perplab.domain.instrument import Bracket
from perplab.domain.numbers import Money, Qty, Value
from perplab.domain.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """The exchange opened with so much in its insurance fund."""

    insurance_fund: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    """The run is over; what is still open is valued at the prices before this event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened:
    """An account exists."""

    account: str
    position_mode: PositionMode


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRejected:
    """An account was not opened."""

    account: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderOpened:
    """An account exists and holds a position; `futures` and `isolated` came in from outside."""

    account: str
    symbol: str
    margin_mode: MarginMode
    leverage: int
    quantity: Qty
    cost: Value
    futures: Money
    isolated: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderRejected:
    """An account with its position was not opened."""

    account: str
    symbol: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposited:
    """Money came in from outside."""

    account: str
    wallet: Wallet
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """Money went out."""

    account: str
    wallet: Wallet
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred:
    """Money moved between two wallets of one user."""

    account: str
    source: Wallet
    target: Wallet
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRejected:
    """A deposit, withdrawal or transfer was refused; `limit` is what would have been allowed."""

    account: str
    reason: Reason
    limit: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverageSet:
    """A symbol's leverage was chosen."""

    account: str
    symbol: str
    leverage: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverageRejected:
    """A leverage was refused."""

    account: str
    symbol: str
    leverage: int
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginModeSet:
    """A symbol's margin mode was chosen."""

    account: str
    symbol: str
    margin_mode: MarginMode


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginModeRejected:
    """A margin mode was refused."""

    account: str
    symbol: str
    margin_mode: MarginMode
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionModeSet:
    """The account's position mode was chosen."""

    account: str
    position_mode: PositionMode


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionModeRejected:
    """A position mode was refused."""

    account: str
    position_mode: PositionMode
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class BracketsChanged:
    """Another leverage-bracket table is in force."""

    symbol: str
    brackets: tuple[Bracket, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BracketsRejected:
    """A bracket table was for a symbol that is not listed."""

    symbol: str
    reason: Reason
