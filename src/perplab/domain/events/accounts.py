"""Events of accounts: opened, money moved between wallets, leverage and modes chosen."""

from perplab.domain.commands import MarginMode, PositionMode, Wallet
from perplab.domain.instrument import Bracket
from perplab.domain.message import message
from perplab.domain.numbers import Money, Qty, Value
from perplab.domain.reasons import Reason


@message
class RunStarted:
    """The exchange opened with so much in its insurance fund."""

    insurance_fund: Money


@message
class RunEnded:
    """The run is over; what is still open is valued at the prices before this event."""


@message
class AccountOpened:
    """An account exists."""

    account: str
    position_mode: PositionMode


@message
class AccountRejected:
    """An account was not opened."""

    account: str
    reason: Reason


@message
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


@message
class HolderRejected:
    """An account with its position was not opened."""

    account: str
    symbol: str
    reason: Reason


@message
class Deposited:
    """Money came in from outside."""

    account: str
    wallet: Wallet
    amount: Money


@message
class Withdrawn:
    """Money went out."""

    account: str
    wallet: Wallet
    amount: Money


@message
class Transferred:
    """Money moved between two wallets of one user."""

    account: str
    source: Wallet
    target: Wallet
    amount: Money


@message
class TransferRejected:
    """A deposit, withdrawal or transfer was refused; `limit` is what would have been allowed."""

    account: str
    reason: Reason
    limit: Money


@message
class LeverageSet:
    """A symbol's leverage was chosen."""

    account: str
    symbol: str
    leverage: int


@message
class LeverageRejected:
    """A leverage was refused."""

    account: str
    symbol: str
    leverage: int
    reason: Reason


@message
class MarginModeSet:
    """A symbol's margin mode was chosen."""

    account: str
    symbol: str
    margin_mode: MarginMode


@message
class MarginModeRejected:
    """A margin mode was refused."""

    account: str
    symbol: str
    margin_mode: MarginMode
    reason: Reason


@message
class PositionModeSet:
    """The account's position mode was chosen."""

    account: str
    position_mode: PositionMode


@message
class PositionModeRejected:
    """A position mode was refused."""

    account: str
    position_mode: PositionMode
    reason: Reason


@message
class BracketsChanged:
    """Another leverage-bracket table is in force."""

    symbol: str
    brackets: tuple[Bracket, ...]


@message
class BracketsRejected:
    """A bracket table was for a symbol that is not listed."""

    symbol: str
    reason: Reason
