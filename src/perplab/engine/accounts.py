"""Accounts: opening them, and money between wallets and the outside."""

from collections.abc import Iterator

from perplab.domain import events as ev
from perplab.domain.commands import Deposit, OpenAccount, Transfer, Wallet, Withdraw
from perplab.domain.numbers import Money
from perplab.domain.reasons import Reason
from perplab.domain.state import Account, State
from perplab.engine.margin import transferable


def open_account(state: State, command: OpenAccount) -> Iterator[ev.Event]:
    """Yield a new account."""
    if command.account in state.accounts:
        yield ev.AccountRejected(account=command.account, reason=Reason.ACCOUNT_ALREADY_OPEN)
        return
    yield ev.AccountOpened(account=command.account, position_mode=command.position_mode)


def deposit(state: State, command: Deposit) -> Iterator[ev.Event]:
    """Yield money coming in."""
    reason = _refuse_amount(state, command.account, command.amount)
    if reason:
        yield _rejected(command.account, reason, 0)
        return
    yield ev.Deposited(account=command.account, wallet=command.wallet, amount=command.amount)


def withdraw(state: State, command: Withdraw) -> Iterator[ev.Event]:
    """Yield money going out, within what may leave the wallet."""
    reason, limit = _refuse_leaving(state, command.account, command.wallet, command.amount)
    if reason:
        yield _rejected(command.account, reason, limit)
        return
    yield ev.Withdrawn(account=command.account, wallet=command.wallet, amount=command.amount)


def transfer(state: State, command: Transfer) -> Iterator[ev.Event]:
    """Yield money moving between wallets, within what may leave the source."""
    reason, limit = _refuse_leaving(state, command.account, command.source, command.amount)
    if command.source is command.target and reason in {None, Reason.BALANCE_INSUFFICIENT}:
        reason = Reason.SAME_WALLET
    if reason:
        yield _rejected(command.account, reason, limit)
        return
    yield ev.Transferred(
        account=command.account,
        source=command.source,
        target=command.target,
        amount=command.amount,
    )


def _refuse_amount(state: State, account: str, amount: int) -> Reason | None:
    if account not in state.accounts:
        return Reason.ACCOUNT_UNKNOWN
    return Reason.AMOUNT_NOT_POSITIVE if amount <= 0 else None


def _refuse_leaving(
    state: State, name: str, wallet: Wallet, amount: int
) -> tuple[Reason | None, Money]:
    reason = _refuse_amount(state, name, amount)
    if reason:
        return reason, Money(0)
    limit = _limit(state, state.accounts[name], wallet)
    return (Reason.BALANCE_INSUFFICIENT if amount > limit else None), limit


def _limit(state: State, account: Account, wallet: Wallet) -> Money:
    match wallet:
        case Wallet.SPOT:
            return account.spot
        case Wallet.FUNDING:
            return account.funding
        case Wallet.FUTURES:
            return transferable(state, account)


def _rejected(account: str, reason: Reason, limit: int) -> ev.TransferRejected:
    return ev.TransferRejected(account=account, reason=reason, limit=Money(limit))
