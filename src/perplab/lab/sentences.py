"""Sentences: what each event of an account means, in plain words with units."""

from collections.abc import Callable, Mapping
from typing import Any

from perplab.domain import commands as cm, events as ev
from perplab.domain.events import Event
from perplab.domain.numbers import ONE, divide_half_up
from perplab.domain.reasons import Cancellation, Expiry
from perplab.engine.outlook import margin_ratio
from perplab.engine.risk import Risk
from perplab.lab.amounts import base_of, exact, percent, quote_of, rounded, signed
from perplab.lab.refusals import NAMES, refusal
from perplab.venue.moments import format_time

_WHO = {
    Cancellation.USER: "cancelled",
    Cancellation.LIQUIDATION: "cancelled by the liquidation",
    Cancellation.DELEVERAGING: "cancelled by auto-deleveraging",
    Cancellation.AMENDED_AWAY: "cancelled: amended below what it had filled",
}
_ENDS = {
    Expiry.IOC_REST: "ended: nothing more to fill at once",
    Expiry.NO_POSITION: "ended with the position",
    Expiry.MARGIN_INSUFFICIENT: "ended: the wallet cannot pay its margin",
    Expiry.BRACKET_EXCEEDED: "ended: its bracket does not allow the leverage",
    Expiry.GOOD_TILL_DATE: "ended: its time has come",
    Expiry.CANNOT_FILL_AT_ONCE: "ended: it cannot be filled at once",
}
_TAKERS = {
    ev.Taker.MARKET: "by the market",
    ev.Taker.HEDGE: "against the other leg of the hedge",
    ev.Taker.INSURANCE_FUND: "by the insurance fund",
    ev.Taker.DELEVERAGING: "by auto-deleveraging",
}


class Sentences:
    """Tells one account's events in order; it remembers orders and the last fill's price."""

    def __init__(self) -> None:
        self._orders: dict[str, ev.OrderAccepted] = {}
        self._fill = 0
        self._by = ""

    def tell(self, event: Event) -> str | None:
        """Return the event in words, None for one that a later event tells better."""
        if isinstance(event, ev.OrderAccepted):
            self._orders[event.order_id] = event
            return _accepted(event)
        if isinstance(event, ev.OrderFilled):
            self._fill, self._by = event.price, ""
            return None
        if isinstance(event, ev.LiquidationFilled):
            self._fill, self._by = event.price, f" {_TAKERS[event.taker]}"
            return None
        tell = _TELL.get(type(event))
        return tell(self, event) if tell else None

    def order(self, order_id: str) -> str:
        """Return what to call an order."""
        order = self._orders.get(order_id)
        return NAMES[order.order_type] if order else f"order {order_id}"

    def closed(self, event: ev.PositionReduced | ev.PositionClosed) -> str:
        """Return what a reduction or close realized."""
        size = f"{exact(abs(event.quantity))} {base_of(event.symbol)}"
        what = f"closed all {size}" if isinstance(event, ev.PositionClosed) else f"closed {size}"
        money = quote_of(event.symbol)
        text = f"{what} at {exact(self._fill)}{self._by}, PnL {signed(event.realized_pnl)} {money}"
        return f"{text}, fee {rounded(event.fee)}" if event.fee else text


def _accepted(event: ev.OrderAccepted) -> str | None:
    size = f"{exact(event.quantity)} {base_of(event.symbol)}" if event.quantity else "all of it"
    if event.order_type is cm.OrderType.MARKET:
        return None
    if event.order_type is cm.OrderType.LIMIT:
        till = f", till {format_time(event.good_till_ns)}" if event.good_till_ns else ""
        return f"limit order placed: {event.side} {size} at {exact(event.price)}{till}"
    return f"{NAMES[event.order_type]} placed: {event.side} {size}{_at(event)} when {_when(event)}"


def _at(event: ev.OrderAccepted) -> str:
    return f" at {exact(event.price)}" if event.price else ""


def _when(event: ev.OrderAccepted) -> str:
    """Return what a conditional order waits for."""
    on = event.trigger_on
    if event.order_type is not cm.OrderType.TRAILING_STOP_MARKET:
        near = ", mark and last near" if event.price_protect else ""
        return f"{on} is {exact(event.trigger_price)}{near}"
    far, near = ("highest", "falls") if event.side is cm.Side.SELL else ("lowest", "rises")
    text = f"{on} {near} {percent_of(event.callback_rate)} from its {far}"
    if event.activation_price:
        return f"{text}, once that is {exact(event.activation_price)}"
    return f"{text}, now {exact(event.extreme)}"


def _triggered(sentences: Sentences, event: ev.OrderTriggered) -> str:
    text = f"{sentences.order(event.order_id)} triggered at {exact(event.price)}"
    return f"{text}, back from {exact(event.extreme)}" if event.extreme else text


def _grown(_: Sentences, event: ev.PositionGrown) -> str:
    price = divide_half_up(event.cost, event.quantity)
    side = "long" if event.quantity > 0 else "short"
    verb = "opened" if isinstance(event, ev.PositionOpened) else "increased"
    size, money = f"{exact(abs(event.quantity))} {base_of(event.symbol)}", quote_of(event.symbol)
    text = f"{verb} {side} {size} at {exact(price)}, fee {rounded(event.fee)} {money}"
    if event.margin_mode is cm.MarginMode.ISOLATED:
        text += f", margin {rounded(event.isolated)} {money}"
    return text


def holder(event: ev.HolderOpened) -> str:
    """Return with what an account came in."""
    side = "long" if event.quantity > 0 else "short"
    size, money = f"{exact(abs(event.quantity))} {base_of(event.symbol)}", quote_of(event.symbol)
    held = f"{side} {size} from {exact(divide_half_up(event.cost, event.quantity))}"
    brought = f"{rounded(event.futures + event.isolated)} {money}"
    return f"came in {held}, {event.margin_mode} {event.leverage}x, with {brought}"


def _called(_: Sentences, event: ev.MarginCalled) -> str:
    ratio = margin_ratio(Risk(event.equity, event.maintenance))
    return f"MARGIN CALL: margin ratio {percent(ratio)}"


def _adjustment_refused(_: Sentences, event: ev.MarginAdjustmentRejected) -> str:
    amount = f" of {rounded(event.amount)} {quote_of(event.symbol)}" if event.amount else ""
    at_most = f"; at most {rounded(event.limit)}" if event.amount else ""
    return f"REFUSED: margin change{amount}: {refusal(event.reason)}{at_most}"


def _liquidated(_: Sentences, event: ev.LiquidationStarted) -> str:
    equity, needed = rounded_value(event.equity), rounded_fine(event.maintenance)
    return f"LIQUIDATION: equity {equity}, maintenance margin {needed} {_money(event.symbol)}"


def _ordered(_: Sentences, event: ev.LiquidationOrdered) -> str:
    size = f"{exact(event.quantity)} {base_of(event.symbol)}"
    limit = rounded(event.bankruptcy_price)
    return (
        f"order to {event.side} {size}, limit {limit} = bankruptcy price, bracket {event.bracket}"
    )


def _taken_over(_: Sentences, event: ev.PositionTakenOver) -> str:
    money = quote_of(event.symbol)
    won = f"{signed(event.result)} {money} for the fund"
    return f"insurance fund closed it at {exact(event.market_price)}: {won}"


def _ended(_: Sentences, event: ev.LiquidationEnded) -> str:
    money = _money(event.symbol)
    if event.outcome is ev.Outcome.RECOVERED:
        return "liquidation over: the rest is above maintenance margin again"
    if event.forfeited:
        return f"liquidation over: {rounded(event.forfeited)} {money} left to the insurance fund"
    if event.symbol:
        return f"liquidation over: {rounded(event.returned)} {money} back to the wallet"
    return "liquidation over: no position is left"


def _money(symbol: str) -> str:
    return quote_of(symbol) if symbol else "USDT"


def rounded_value(value: int) -> str:
    """Return a 1e-16 count as a rounded amount."""
    return rounded(divide_half_up(value, ONE))


def rounded_fine(fine: int) -> str:
    """Return a 1e-24 count as a rounded amount."""
    return rounded(divide_half_up(fine, ONE * ONE))


_TELL: Mapping[type, Callable[[Sentences, Any], str]] = {
    ev.AccountRejected: lambda _, e: f"REFUSED: account: {refusal(e.reason)}",
    ev.HolderOpened: lambda _, e: holder(e),
    ev.HolderRejected: lambda _, e: f"REFUSED: account with a position: {refusal(e.reason)}",
    ev.Deposited: lambda _, e: f"deposited {rounded(e.amount)} USDT into {e.wallet}",
    ev.Withdrawn: lambda _, e: f"withdrew {rounded(e.amount)} USDT from {e.wallet}",
    ev.Transferred: lambda _, e: f"moved {rounded(e.amount)} USDT from {e.source} to {e.target}",
    ev.TransferRejected: lambda _, e: (
        f"REFUSED: transfer: {refusal(e.reason)}; at most {rounded(e.limit)} USDT"
    ),
    ev.LeverageSet: lambda _, e: f"leverage {e.leverage}x for {e.symbol}",
    ev.LeverageRejected: lambda _, e: (
        f"REFUSED: leverage {e.leverage}x for {e.symbol}: {refusal(e.reason)}"
    ),
    ev.MarginModeSet: lambda _, e: f"{e.margin_mode} margin for {e.symbol}",
    ev.MarginModeRejected: lambda _, e: (
        f"REFUSED: {e.margin_mode} margin for {e.symbol}: {refusal(e.reason)}"
    ),
    ev.PositionModeSet: lambda _, e: f"{e.position_mode.replace('_', '-')} position mode",
    ev.PositionModeRejected: lambda _, e: (
        f"REFUSED: {e.position_mode.replace('_', '-')} mode: {refusal(e.reason)}"
    ),
    ev.AutoAddMarginSet: lambda _, e: f"auto-add margin {'on' if e.on else 'off'}",
    ev.MarginAdded: lambda _, e: f"added {rounded(e.amount)} {quote_of(e.symbol)} of margin",
    ev.MarginReduced: lambda _, e: f"took out {rounded(e.amount)} {quote_of(e.symbol)} of margin",
    ev.MarginAutoAdded: lambda _, e: (
        f"auto-added {rounded(e.amount)} {quote_of(e.symbol)} from the wallet"
    ),
    ev.MarginAdjustmentRejected: _adjustment_refused,
    ev.OrderAmended: lambda s, e: (
        f"{s.order(e.order_id)} amended: {exact(e.quantity)} at {exact(e.price)}"
    ),
    ev.AmendmentRejected: lambda _, e: f"REFUSED: amendment: {refusal(e.reason)}",
    ev.CancellationRejected: lambda _, e: f"REFUSED: cancellation: {refusal(e.reason)}",
    ev.OrderTriggered: _triggered,
    ev.OrderCanceled: lambda s, e: f"{s.order(e.order_id)} {_WHO[e.cancellation]}",
    ev.OrderExpired: lambda s, e: f"{s.order(e.order_id)} {_ENDS[e.expiry]}",
    ev.PositionOpened: _grown,
    ev.PositionIncreased: _grown,
    ev.PositionReduced: Sentences.closed,
    ev.PositionClosed: Sentences.closed,
    ev.MarginCalled: _called,
    ev.MarginCallCleared: lambda _, _e: "margin call over",
    ev.LiquidationStarted: _liquidated,
    ev.LiquidationOrdered: _ordered,
    ev.LiquidationFeeCharged: lambda _, e: (
        f"clearance fee {rounded(e.amount)} {quote_of(e.symbol)} to the insurance fund"
    ),
    ev.PositionTakenOver: _taken_over,
    ev.PositionDeleveraged: lambda _, e: (
        f"auto-deleveraged {exact(e.quantity)} {base_of(e.symbol)} at {exact(e.price)}"
    ),
    ev.BankruptcyCovered: lambda _, e: (
        f"balance below zero: {rounded(e.amount)} USDT paid back to zero by the insurance fund"
    ),
    ev.LiquidationEnded: _ended,
    ev.FundingPaid: lambda _, e: (
        f"funding {signed(e.amount)} {quote_of(e.symbol)} at {percent_of(e.rate)}"
    ),
    ev.BracketsChanged: lambda _, e: f"another bracket table of {e.symbol} is in force",
    ev.FundingRejected: lambda _, e: f"REFUSED: funding: {refusal(e.reason)}",
    ev.BracketsRejected: lambda _, e: f"REFUSED: brackets: {refusal(e.reason)}",
}


def percent_of(rate: int) -> str:
    """Return a rate of 1e-8 in percent, with all its decimals."""
    return f"{exact(rate * 100)}%"
