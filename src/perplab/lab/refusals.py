"""Refusals: why the exchange refused an order, with the limit that it broke."""

from perplab.domain import commands as cm, events as ev
from perplab.domain.reasons import Reason
from perplab.domain.state import State
from perplab.engine.admission import MAX_CONDITIONAL_ORDERS
from perplab.lab.amounts import base_of, exact, quote_of

NAMES = {
    cm.OrderType.MARKET: "market order",
    cm.OrderType.LIMIT: "limit order",
    cm.OrderType.STOP_MARKET: "stop",
    cm.OrderType.TAKE_PROFIT_MARKET: "take-profit",
    cm.OrderType.STOP: "stop-limit",
    cm.OrderType.TAKE_PROFIT: "take-profit-limit",
    cm.OrderType.TRAILING_STOP_MARKET: "trailing stop",
}

_FIXED = {
    Reason.CALLBACK_RATE_INVALID: "a multiple of 0.1%, at most 10%",
    Reason.GOOD_TILL_DATE_INVALID: "more than 10 minutes ahead",
    Reason.TOO_MANY_CONDITIONAL_ORDERS: f"at most {MAX_CONDITIONAL_ORDERS} in all symbols",
}
"""Limits that are the same everywhere."""


def refusal(reason: Reason) -> str:
    """Return a refusal's reason with the exchange's error code."""
    words = reason.value.replace("_", " ")
    return f"{words} ({reason.code})" if reason.code else words


def order_refused(state: State, event: ev.OrderRejected, order: cm.PlaceOrder | None) -> str:
    """Return which order was refused, why, and what would have been allowed."""
    if order is None or order.symbol not in state.instruments:
        return f"REFUSED: order: {refusal(event.reason)}"
    limit = _limit(state, event.reason, order)
    more = f"; {limit}" if limit else ""
    return f"REFUSED: {_name(order)}: {refusal(event.reason)}{more}"


def _name(order: cm.PlaceOrder) -> str:
    price = order.trigger_price or order.activation_price or order.price
    return NAMES[order.order_type] + (f" at {exact(price)}" if price else "")


def _limit(state: State, reason: Reason, order: cm.PlaceOrder) -> str:
    instrument = state.instruments[order.symbol]
    account = state.accounts.get(order.account)
    base, quote = base_of(order.symbol), quote_of(order.symbol)
    match reason:
        case Reason.QUANTITY_NOT_POSITIVE | Reason.REDUCE_ONLY_REJECTED:
            if account is not None and not account.held(order.symbol, order.position_side):
                return "there is no position to close"
            step = f"the step of {exact(instrument.step)} {base}"
            return "" if order.quantity else f"the part rounds to 0 at {step}"
        case Reason.QUANTITY_BELOW_MINIMUM:
            return f"at least {exact(instrument.min_quantity)} {base}"
        case Reason.QUANTITY_ABOVE_MAXIMUM:
            return f"at most {exact(instrument.max_quantity)} {base}"
        case Reason.QUANTITY_OFF_STEP:
            return f"the step is {exact(instrument.step)} {base}"
        case Reason.PRICE_OFF_TICK:
            return f"the tick is {exact(instrument.tick)} {quote}"
        case Reason.NOTIONAL_BELOW_MINIMUM:
            return f"at least {exact(instrument.min_notional)} {quote}"
        case Reason.TOO_MANY_ORDERS:
            return f"at most {instrument.max_orders} orders"
        case Reason.POSITION_EXCEEDS_BRACKET_AT_LEVERAGE if account is not None:
            leverage = state.leverage_of(account, order.symbol)
            cap = exact(instrument.notional_cap(leverage))
            return f"at {leverage}x at most {cap} {quote} of position and orders"
        case _:
            return _FIXED.get(reason, "")
