"""Actions: what a scripted account does, written in a few words, as `add-margin 200`."""

from collections.abc import Callable

from perplab.domain import commands as cm
from perplab.domain.numbers import Money, Price, Qty, divide_down
from perplab.domain.state import Account, State
from perplab.venue.words import HUNDRED_PERCENT, ActionError, Words

Make = Callable[[State, Account], list[cm.Command]]
"""What an action's words become when it is done: commands, made from the state of that moment."""

GRAMMAR = """\
buy|sell QUANTITY [SYMBOL] [at PRICE] [gtc|ioc|fok|gtx] [reduce-only] [long|short] [as ID]
stop|take-profit PRICE [PERCENT%] [SYMBOL] [on last|on mark] [long|short] [as ID]
stop-buy|stop-sell PRICE QUANTITY [SYMBOL] [on last|on mark] [reduce-only] [long|short] [as ID]
close [PERCENT%] [SYMBOL] [long|short] [as ID]
amend ID PRICE QUANTITY | cancel ID | cancel-all [SYMBOL]
add-margin|reduce-margin AMOUNT [SYMBOL] [long|short] | auto-add on|off [SYMBOL] [long|short]
deposit|withdraw AMOUNT [spot|funding|futures] | transfer AMOUNT WALLET WALLET
leverage N [SYMBOL] | isolated|cross [SYMBOL] | hedge | one-way"""


def parse_action(text: str, symbols: tuple[str, ...]) -> Make:
    """Return what the words ask for, or raise `ActionError`; `GRAMMAR` lists them."""
    words = Words(text, text.split(), symbols)
    verb = words.take("a verb")
    build = _VERBS.get(verb)
    if build is None:
        known = ", ".join(_VERBS)
        raise ActionError(f"action {text!r}: {verb!r} is not a verb; expected one of {known}")
    make = build(verb, words)
    words.end()
    return make


def _trade(verb: str, words: Words) -> Make:
    side = cm.Side(verb)
    quantity = Qty(words.number("a quantity"))
    options = _Options(words, reduces=True)
    limit = words.after("at", "a price")
    force = cm.TimeInForce(words.one_of("gtc", "ioc", "fok", "gtx") or "gtc")
    price = Price(_decimal(words, limit, "a price")) if limit else Price(0)
    symbol = words.symbol()
    kind = cm.OrderType.LIMIT if limit else cm.OrderType.MARKET

    def make(state: State, account: Account) -> list[cm.Command]:
        return [
            cm.PlaceOrder(
                account=account.name,
                symbol=symbol,
                order_id=options.order_id(state),
                side=side,
                order_type=kind,
                quantity=quantity,
                position_side=options.opening_side(account, side),
                price=price,
                time_in_force=force,
                reduce_only=options.reduce_only,
            )
        ]

    return make


def _protect(verb: str, words: Words) -> Make:
    trigger = Price(words.number("a trigger price"))
    percent = words.percent()
    kind = cm.OrderType.STOP_MARKET if verb == "stop" else cm.OrderType.TAKE_PROFIT_MARKET
    options = _Options(words, triggers=True)
    return _closing(options, words.symbol(), kind, percent, trigger)


def _stop_entry(verb: str, words: Words) -> Make:
    side = cm.Side(verb.removeprefix("stop-"))
    trigger = Price(words.number("a trigger price"))
    quantity = Qty(words.number("a quantity"))
    options = _Options(words, triggers=True, reduces=True)
    symbol = words.symbol()

    def make(state: State, account: Account) -> list[cm.Command]:
        return [
            cm.PlaceOrder(
                account=account.name,
                symbol=symbol,
                order_id=options.order_id(state),
                side=side,
                order_type=cm.OrderType.STOP_MARKET,
                quantity=quantity,
                position_side=options.opening_side(account, side),
                trigger_price=trigger,
                trigger_on=options.trigger_on,
                reduce_only=options.reduce_only,
            )
        ]

    return make


def _close(_verb: str, words: Words) -> Make:
    percent = words.percent() or HUNDRED_PERCENT
    options = _Options(words)
    return _closing(options, words.symbol(), cm.OrderType.MARKET, percent, Price(0))


def _closing(
    options: "_Options", symbol: str, kind: cm.OrderType, percent: int | None, trigger: Price
) -> Make:
    """Return an order against what is held: a part of it, or all when it triggers."""

    def make(state: State, account: Account) -> list[cm.Command]:
        position_side = options.held_side(account, symbol)
        held = account.held(symbol, position_side)
        return [
            cm.PlaceOrder(
                account=account.name,
                symbol=symbol,
                order_id=options.order_id(state),
                side=cm.Side.BUY if held < 0 else cm.Side.SELL,
                order_type=kind,
                quantity=Qty(0) if percent is None else _part(state, symbol, held, percent),
                position_side=position_side,
                trigger_price=trigger,
                trigger_on=options.trigger_on,
                reduce_only=percent is not None and position_side is cm.PositionSide.BOTH,
                close_position=percent is None,
            )
        ]

    return make


def _amend(_verb: str, words: Words) -> Make:
    order_id = words.take("an order's ID")
    price, quantity = Price(words.number("a price")), Qty(words.number("a quantity"))
    return lambda _, account: [
        cm.AmendOrder(account=account.name, order_id=order_id, price=price, quantity=quantity)
    ]


def _cancel(_verb: str, words: Words) -> Make:
    order_id = words.take("an order's ID")
    return lambda _, account: [cm.CancelOrder(account=account.name, order_id=order_id)]


def _cancel_all(_verb: str, words: Words) -> Make:
    symbol = words.symbol()
    return lambda _, account: [cm.CancelAllOrders(account=account.name, symbol=symbol)]


def _adjust(verb: str, words: Words) -> Make:
    amount = Money(words.number("an amount"))
    options = _Options(words, places=False)
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
    options = _Options(words, places=False)
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


class _Options:
    """The words that several verbs share; a verb that cannot use one does not take it."""

    def __init__(
        self, words: Words, *, places: bool = True, triggers: bool = False, reduces: bool = False
    ) -> None:
        self._order_id = words.after("as", "an order's ID") if places else None
        side = words.one_of("long", "short")
        self._side = cm.PositionSide(side) if side else None
        self.reduce_only = reduces and words.flag("reduce-only")
        on = words.after("on", "last or mark") if triggers else None
        if on is not None and on not in set(cm.TriggerOn):
            raise ActionError(f"action {words.text!r}: found {on!r}, expected last or mark")
        self.trigger_on = cm.TriggerOn(on or cm.TriggerOn.LAST)

    def order_id(self, state: State) -> str:
        """Return the order's own ID, or one made from its arrival."""
        return self._order_id or f"o{state.next_number}"

    def opening_side(self, account: Account, side: cm.Side) -> cm.PositionSide:
        """Return the position an order is for: in hedge mode a buy opens a long."""
        if account.position_mode is cm.PositionMode.ONE_WAY:
            return self._side or cm.PositionSide.BOTH
        opens = cm.PositionSide.LONG if side is cm.Side.BUY else cm.PositionSide.SHORT
        return self._side or opens

    def held_side(self, account: Account, symbol: str) -> cm.PositionSide:
        """Return the position meant: in hedge mode, unless said, the one there is, long first."""
        if self._side:
            return self._side
        if account.position_mode is cm.PositionMode.ONE_WAY:
            return cm.PositionSide.BOTH
        long = account.held(symbol, cm.PositionSide.LONG)
        return cm.PositionSide.LONG if long else cm.PositionSide.SHORT


def _part(state: State, symbol: str, held: int, percent: int) -> Qty:
    """Return a percentage of a position, down to the step; all of it is all of it."""
    if percent == HUNDRED_PERCENT:
        return Qty(abs(held))
    step = state.instruments[symbol].step
    return Qty(divide_down(abs(held) * percent, HUNDRED_PERCENT * step) * step)


def _decimal(words: Words, text: str, what: str) -> int:
    return Words(words.text, [text], words.symbols).number(what)


def _wallet(words: Words) -> cm.Wallet:
    word = words.take("a wallet")
    if word not in set(cm.Wallet):
        known = ", ".join(cm.Wallet)
        raise ActionError(f"action {words.text!r}: found {word!r}, expected a wallet of {known}")
    return cm.Wallet(word)


_VERBS: dict[str, Callable[[str, Words], Make]] = {
    "buy": _trade,
    "sell": _trade,
    "stop": _protect,
    "take-profit": _protect,
    "stop-buy": _stop_entry,
    "stop-sell": _stop_entry,
    "close": _close,
    "amend": _amend,
    "cancel": _cancel,
    "cancel-all": _cancel_all,
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
