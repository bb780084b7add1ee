"""Account actions: margin, wallets, leverage and modes."""

from collections.abc import Callable, Mapping

from perplab.domain import commands as cm
from perplab.domain.numbers import Money
from perplab.venue.action_options import Make, Options
from perplab.venue.words import ActionError, Words


def _adjust(verb: str, words: Words) -> Make:
    amount = Money(words.number("an amount"))
    options = Options(words, places=False)
    symbol = words.symbol()
    command = cm.AddMargin if verb == "add-margin" else cm.ReduceMargin
    return lambda _, account: [
        command(
            account=account.name,
            symbol=symbol,
            position_side=options.held_side(account, symbol),
            amount=amount,
        )
    ]


def _auto_add(_verb: str, words: Words) -> Make:
    switch = words.take("on or off")
    if switch not in {"on", "off"}:
        raise ActionError(f"action {words.text!r}: found {switch!r}, expected on or off")
    options = Options(words, places=False)
    symbol = words.symbol()
    return lambda _, account: [
        cm.SetAutoAddMargin(
            account=account.name,
            symbol=symbol,
            position_side=options.held_side(account, symbol),
            on=switch == "on",
        )
    ]


def _cash(verb: str, words: Words) -> Make:
    amount = Money(words.number("an amount"))
    wallet = cm.Wallet(words.one_of(*cm.Wallet) or cm.Wallet.FUTURES)
    command = cm.Deposit if verb == "deposit" else cm.Withdraw
    return lambda _, account: [command(account=account.name, wallet=wallet, amount=amount)]


def _transfer(_verb: str, words: Words) -> Make:
    amount = Money(words.number("an amount"))
    source, target = _wallet(words), _wallet(words)
    return lambda _, account: [
        cm.Transfer(account=account.name, source=source, target=target, amount=amount)
    ]


def _leverage(_verb: str, words: Words) -> Make:
    word = words.take("a leverage")
    if not word.isdecimal():
        raise ActionError(f"action {words.text!r}: leverage is {word!r}, expected a whole number")
    symbol, leverage = words.symbol(), int(word)
    return lambda _, account: [
        cm.SetLeverage(account=account.name, symbol=symbol, leverage=leverage)
    ]


def _margin_mode(verb: str, words: Words) -> Make:
    symbol, mode = words.symbol(), cm.MarginMode(verb)
    return lambda _, account: [
        cm.SetMarginMode(account=account.name, symbol=symbol, margin_mode=mode)
    ]


def _position_mode(verb: str, _words: Words) -> Make:
    mode = cm.PositionMode.HEDGE if verb == "hedge" else cm.PositionMode.ONE_WAY
    return lambda _, account: [cm.SetPositionMode(account=account.name, position_mode=mode)]


def _wallet(words: Words) -> cm.Wallet:
    word = words.take("a wallet")
    if word not in set(cm.Wallet):
        known = ", ".join(cm.Wallet)
        raise ActionError(f"action {words.text!r}: found {word!r}, expected a wallet of {known}")
    return cm.Wallet(word)


ACCOUNT_VERBS: Mapping[str, Callable[[str, Words], Make]] = {
    "add-margin": _adjust,
    "reduce-margin": _adjust,
    "auto-add": _auto_add,
    "deposit": _cash,
    "withdraw": _cash,
    "transfer": _transfer,
    "leverage": _leverage,
    "isolated": _margin_mode,
    "cross": _margin_mode,
    "hedge": _position_mode,
    "one-way": _position_mode,
}
