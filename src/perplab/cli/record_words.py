"""Record words: what one record of a log says, in few words with units, without those before it."""

from collections.abc import Callable, Mapping
from typing import Any

from perplab.domain import commands as cm, events as ev
from perplab.journal.codec import Message
from perplab.lab.amounts import base_of, exact, quote_of, signed
from perplab.lab.refusals import NAMES, refusal
from perplab.lab.sentences import Sentences, percent_of
from perplab.venue.moments import format_time


def words_of(message: Message) -> str:
    """Return a command or event in words; orders are named by their IDs, markets always named."""
    tell: Callable[[Any], str | None] = _TELL.get(type(message)) or Sentences().tell
    text = tell(message) or ""
    symbol = getattr(message, "symbol", "")
    return text if not symbol or base_of(symbol) in text else f"{symbol}: {text}"


def _size(quantity: int, symbol: str) -> str:
    return f"{exact(abs(quantity))} {base_of(symbol)}" if quantity else "all of it"


def _tick(kind: str, tick: cm.Observation, price: str) -> str:
    return f"{kind} row {tick.row:,}: {price} {quote_of(tick.symbol)}"


def _trade(tick: cm.ObserveTrade) -> str:
    size = f"{exact(tick.quantity)} {base_of(tick.symbol)} at " if tick.quantity else ""
    return _tick("trade", tick, f"{size}{exact(tick.price)}") + _since(tick)


def _mark(tick: cm.ObserveMark) -> str:
    return _tick("mark", tick, exact(tick.price)) + _since(tick)


def _since(tick: cm.ObserveTrade | cm.ObserveMark) -> str:
    """Return how far the price went unrecorded, where that is told."""
    low = f", down to {exact(tick.low)}" if tick.low else ""
    high = f", up to {exact(tick.high)}" if tick.high else ""
    return f"{low}{high} since the row before" if low or high else ""


def _order(order: cm.PlaceOrder | ev.OrderAccepted) -> str:
    """Return an order's terms, its ID first."""
    text = f"{order.side} {_size(order.quantity, order.symbol)}"
    if order.price:
        text += f" at {exact(order.price)}"
    if order.trigger_price:
        text += f" when {order.trigger_on} is {exact(order.trigger_price)}"
    if order.callback_rate:
        text += f" when {order.trigger_on} turns by {percent_of(order.callback_rate)}"
    if order.activation_price:
        text += f" after {exact(order.activation_price)}"
    if isinstance(order, ev.OrderAccepted) and order.extreme:
        text += f", now {exact(order.extreme)}"
    return f"{order.order_id}: {NAMES[order.order_type]}, {', '.join([text, *_more(order)])}"


def _more(order: cm.PlaceOrder | ev.OrderAccepted) -> list[str]:
    """Return what else was said of an order."""
    said: list[str] = []
    if order.time_in_force is not cm.TimeInForce.GTC:
        said.append(order.time_in_force.upper())
    if order.good_till_ns:
        said.append(f"till {format_time(order.good_till_ns)}")
    if order.position_side is not cm.PositionSide.BOTH:
        said.append(f"of the {order.position_side}")
    if order.reduce_only:
        said.append("reduce-only")
    if order.price_protect:
        said.append("protected")
    return said


def _filled(event: ev.OrderFilled) -> str:
    did = "bought" if event.side is cm.Side.BUY else "sold"
    text = f"{event.order_id}: {did} {_size(event.quantity, event.symbol)} at {exact(event.price)}"
    left = f", {exact(event.remaining)} left" if event.remaining else ""
    return f"{text} as {'maker' if event.maker else 'taker'}{left}"


def _liquidated(event: ev.LiquidationFilled) -> str:
    did = "bought" if event.side is cm.Side.BUY else "sold"
    size = _size(event.quantity, event.symbol)
    return f"{did} {size} at {exact(event.price)}, taken by the {event.taker.replace('_', ' ')}"


def _shrunk(event: ev.PositionReduced | ev.PositionClosed) -> str:
    closed = "closed all" if isinstance(event, ev.PositionClosed) else "closed"
    text = f"{closed} {_size(event.quantity, event.symbol)}"
    money = quote_of(event.symbol)
    fee = f", fee {exact(event.fee)} {money}" if event.fee else ""
    return f"{text}, PnL {signed(event.realized_pnl)} {money}{fee}"


def _brackets(message: cm.ChangeBrackets | ev.BracketsChanged) -> str:
    return f"{message.symbol}: a table of {len(message.brackets)} brackets"


def _mode(mode: cm.PositionMode) -> str:
    return f"{mode.replace('_', '-')} position mode"


_TELL: Mapping[type, Callable[[Any], str]] = {
    cm.ObserveTrade: _trade,
    cm.ObserveMark: _mark,
    cm.ObserveQuote: lambda c: _tick("quote", c, f"bid {exact(c.bid)}, ask {exact(c.ask)}"),
    cm.StartRun: lambda _: "start the run",
    cm.EndRun: lambda _: "end the run",
    cm.OpenAccount: lambda c: f"open the account, {_mode(c.position_mode)}",
    cm.OpenHolders: lambda c: f"open {len(c.holders):,} accounts, each with a position",
    cm.Deposit: lambda c: f"deposit {exact(c.amount)} USDT into {c.wallet}",
    cm.Withdraw: lambda c: f"withdraw {exact(c.amount)} USDT from {c.wallet}",
    cm.Transfer: lambda c: f"move {exact(c.amount)} USDT from {c.source} to {c.target}",
    cm.SetLeverage: lambda c: f"leverage {c.leverage}x for {c.symbol}",
    cm.SetMarginMode: lambda c: f"{c.margin_mode} margin for {c.symbol}",
    cm.SetPositionMode: lambda c: _mode(c.position_mode),
    cm.AddMargin: lambda c: f"add {exact(c.amount)} {quote_of(c.symbol)} of margin",
    cm.ReduceMargin: lambda c: f"take out {exact(c.amount)} {quote_of(c.symbol)} of margin",
    cm.SetAutoAddMargin: lambda c: f"auto-add margin {'on' if c.on else 'off'}",
    cm.PlaceOrder: _order,
    cm.AmendOrder: lambda c: f"{c.order_id}: amend to {exact(c.quantity)} at {exact(c.price)}",
    cm.CancelOrder: lambda c: f"{c.order_id}: cancel",
    cm.CancelAllOrders: lambda c: f"cancel all orders of {c.symbol}",
    cm.ExpireOrders: lambda _: "end the orders whose time has come",
    cm.SettleFunding: lambda c: f"settle funding of {c.symbol} at {percent_of(c.rate)}",
    cm.ChangeBrackets: _brackets,
    ev.BracketsChanged: _brackets,
    ev.RunStarted: lambda e: f"run started, insurance fund {exact(e.insurance_fund)} USDT",
    ev.RunEnded: lambda _: "run ended",
    ev.AccountOpened: lambda e: f"account opened, {_mode(e.position_mode)}",
    ev.OrderAccepted: _order,
    ev.OrderRejected: lambda e: f"{e.order_id}: REFUSED: {refusal(e.reason)}",
    ev.OrderQueued: lambda e: f"{e.order_id}: {exact(e.ahead)} {base_of(e.symbol)} are ahead of it",
    ev.OrderFilled: _filled,
    ev.LiquidationFilled: _liquidated,
    ev.PositionReduced: _shrunk,
    ev.PositionClosed: _shrunk,
}
"""What Sentences leaves to a later event, or tells by one before."""
