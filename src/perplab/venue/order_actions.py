"""Order actions: placing, amending and cancelling orders, written in words."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from perplab.domain import commands as cm
from perplab.domain.numbers import Price, Qty, Rate
from perplab.domain.state import Account, State
from perplab.venue.action_options import GoodTill, Make, Options, part_of
from perplab.venue.words import HUNDRED_PERCENT, Words

_LIMITED = {
    cm.OrderType.STOP_MARKET: cm.OrderType.STOP,
    cm.OrderType.TAKE_PROFIT_MARKET: cm.OrderType.TAKE_PROFIT,
}


def _trade(verb: str, words: Words) -> Make:
    side = cm.Side(verb)
    quantity = Qty(words.number("a quantity"))
    options = Options(words, reduces=True)
    limit = words.number_after("at", "a price")
    ends = GoodTill(words)
    force = "gtd" if ends.given else words.one_of("gtc", "ioc", "fok", "gtx") or "gtc"
    order = _order(
        cm.OrderType.MARKET if limit is None else cm.OrderType.LIMIT,
        words.symbol(),
        price=limit or 0,
        time_in_force=cm.TimeInForce(force),
    )
    entry = _entry(order, side, quantity, options)

    def make(state: State, account: Account) -> list[cm.Command]:
        return [replace(entry(state, account), good_till_ns=ends.time_ns(state))]

    return make


def _protect(verb: str, words: Words) -> Make:
    kind = cm.OrderType.STOP_MARKET if verb == "stop" else cm.OrderType.TAKE_PROFIT_MARKET
    trigger = Price(words.number("a trigger price"))
    percent = words.percent()
    options = Options(words, triggers=True)
    order = _conditional(kind, trigger, words)
    if order.price and percent is None:
        percent = HUNDRED_PERCENT  # only an order to the market can close whatever is held then
    return _closing(order, percent, options)


def _stop_entry(verb: str, words: Words) -> Make:
    side = cm.Side(verb.removeprefix("stop-"))
    trigger = Price(words.number("a trigger price"))
    quantity = Qty(words.number("a quantity"))
    options = Options(words, triggers=True, reduces=True)
    entry = _entry(_conditional(cm.OrderType.STOP_MARKET, trigger, words), side, quantity, options)
    return lambda state, account: [entry(state, account)]


def _trail(_verb: str, words: Words) -> Make:
    rate = words.rate("a callback rate")
    percent = words.percent() or HUNDRED_PERCENT
    options = Options(words, triggers=True)
    return _closing(_trailing(rate, words), percent, options)


def _trail_entry(verb: str, words: Words) -> Make:
    side = cm.Side(verb.removeprefix("trail-"))
    rate = words.rate("a callback rate")
    quantity = Qty(words.number("a quantity"))
    options = Options(words, triggers=True, reduces=True)
    entry = _entry(_trailing(rate, words), side, quantity, options)
    return lambda state, account: [entry(state, account)]


def _close(_verb: str, words: Words) -> Make:
    percent = words.percent() or HUNDRED_PERCENT
    options = Options(words)
    return _closing(_order(cm.OrderType.MARKET, words.symbol()), percent, options)


def _order(
    kind: cm.OrderType,
    symbol: str,
    *,
    price: int = 0,
    time_in_force: cm.TimeInForce = cm.TimeInForce.GTC,
) -> cm.PlaceOrder:
    """Return an order as far as its words say it; the rest follows when it is placed."""
    return cm.PlaceOrder(
        account="",
        symbol=symbol,
        order_id="",
        side=cm.Side.BUY,
        order_type=kind,
        quantity=Qty(0),
        price=Price(price),
        time_in_force=time_in_force,
    )


def _conditional(kind: cm.OrderType, trigger: Price, words: Words) -> cm.PlaceOrder:
    """Return a stop or take-profit; with a limit it is of the type that has one."""
    limit = words.number_after("limit", "a limit price")
    protected = words.flag("protected")
    force = words.one_of("ioc", "fok") if limit is not None else None
    order = _order(
        kind if limit is None else _LIMITED[kind],
        words.symbol(),
        price=limit or 0,
        time_in_force=cm.TimeInForce(force or "gtc"),
    )
    return replace(order, trigger_price=trigger, price_protect=protected)


def _trailing(rate: int, words: Words) -> cm.PlaceOrder:
    activation = words.number_after("from", "an activation price")
    order = _order(cm.OrderType.TRAILING_STOP_MARKET, words.symbol())
    return replace(order, callback_rate=Rate(rate), activation_price=Price(activation or 0))


def _entry(
    order: cm.PlaceOrder, side: cm.Side, quantity: Qty, options: Options
) -> Callable[[State, Account], cm.PlaceOrder]:
    """Return an order that opens, unless it says otherwise."""

    def make(state: State, account: Account) -> cm.PlaceOrder:
        return replace(
            order,
            account=account.name,
            order_id=options.order_id(state),
            side=side,
            quantity=quantity,
            position_side=options.opening_side(account, side),
            trigger_on=options.trigger_on,
            reduce_only=options.reduce_only,
        )

    return make


def _closing(order: cm.PlaceOrder, percent: int | None, options: Options) -> Make:
    """Return an order against what is held: a part of it, or all when it triggers."""

    def make(state: State, account: Account) -> list[cm.Command]:
        symbol = order.symbol
        position_side = options.held_side(account, symbol)
        held = account.held(symbol, position_side)
        return [
            replace(
                order,
                account=account.name,
                order_id=options.order_id(state),
                side=cm.Side.BUY if held < 0 else cm.Side.SELL,
                quantity=Qty(0) if percent is None else part_of(state, symbol, held, percent),
                position_side=position_side,
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


ORDER_VERBS: Mapping[str, Callable[[str, Words], Make]] = {
    "buy": _trade,
    "sell": _trade,
    "stop": _protect,
    "take-profit": _protect,
    "stop-buy": _stop_entry,
    "stop-sell": _stop_entry,
    "trail": _trail,
    "trail-buy": _trail_entry,
    "trail-sell": _trail_entry,
    "close": _close,
    "amend": _amend,
    "cancel": _cancel,
    "cancel-all": _cancel_all,
}
