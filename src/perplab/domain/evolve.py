"""Evolve: the state after a fact. No rule, no judgement, no division."""

from dataclasses import replace
from typing import assert_never

from perplab.domain import events as ev
from perplab.domain.commands import (
    MarginMode,
    Observation,
    ObserveMark,
    ObserveQuote,
    ObserveTrade,
    PositionSide,
    kind_of,
)
from perplab.domain.instrument import Kind
from perplab.domain.ledger import post
from perplab.domain.numbers import Qty, Value
from perplab.domain.state import Account, Order, Position, State, watched_stream


def observe(state: State, tick: Observation, time_ns: int) -> None:
    """Make the tape's row the current price of its symbol."""
    prices = state.prices[tick.symbol]
    streams = state.instruments[tick.symbol].streams
    match tick:
        case ObserveTrade():
            prices.last, prices.last_ns = tick.price, time_ns
            if Kind.MARK not in streams:
                prices.mark, prices.mark_ns = tick.price, time_ns
        case ObserveMark():
            prices.mark, prices.mark_ns = tick.price, time_ns
            if Kind.TRADE not in streams:
                prices.last, prices.last_ns = tick.price, time_ns
        case ObserveQuote():
            prices.bid, prices.ask, prices.quote_ns = tick.bid, tick.ask, time_ns
        case _:
            assert_never(tick)
    if state.trailing and not isinstance(tick, ObserveQuote):
        _trail(state, tick)


def evolve(state: State, event: ev.Event) -> None:  # noqa: C901, PLR0912, PLR0915  # one case per event
    """Apply one event: first its money, then what else it changed."""
    if isinstance(event, ev.PositionGrown):
        _hold(state, event)
        post(state, event)
        return
    post(state, event)
    match event:
        case ev.PositionReduced() | ev.PositionClosed():
            _release(state, event)
        case ev.OrderAccepted():
            _accept(state, event)
        case ev.OrderFilled():
            _fill(state, event)
        case ev.OrderTriggered():
            _trigger(state, event)
        case ev.OrderQueued():
            state.accounts[event.account].orders[event.order_id].ahead = event.ahead
        case ev.OrderCanceled() | ev.OrderExpired():
            _remove(state, event.account, event.order_id)
        case ev.OrderAmended():
            _amend(state, event)
        case ev.MarginCalled():
            _call(state, event, called=True)
        case ev.MarginCallCleared():
            _call(state, event, called=False)
        case ev.BankruptcyCovered() | ev.LiquidationEnded():
            _drop_if_empty(state.accounts[event.account], event.symbol, event.position_side)
        case ev.AccountOpened():
            number = len(state.accounts)
            account = Account(name=event.account, number=number, position_mode=event.position_mode)
            state.accounts[event.account] = account
        case ev.LeverageSet():
            state.accounts[event.account].leverage[event.symbol] = event.leverage
        case ev.MarginModeSet():
            state.accounts[event.account].margin_mode[event.symbol] = event.margin_mode
        case ev.PositionModeSet():
            state.accounts[event.account].position_mode = event.position_mode
        case ev.AutoAddMarginSet():
            account = state.accounts[event.account]
            account.positions[event.symbol, event.position_side].auto_add = event.on
        case ev.BracketsChanged():
            instrument = state.instruments[event.symbol]
            state.instruments[event.symbol] = replace(instrument, brackets=event.brackets)
        case ev.RunEnded():
            state.ended = True
        case (
            ev.RunStarted()
            | ev.Deposited()
            | ev.Withdrawn()
            | ev.Transferred()
            | ev.MarginAdded()
            | ev.MarginReduced()
            | ev.MarginAutoAdded()
            | ev.FundingPaid()
            | ev.LiquidationFeeCharged()
            | ev.PositionTakenOver()
        ):
            pass  # money only, and it is posted
        case (
            ev.LiquidationStarted()
            | ev.LiquidationOrdered()
            | ev.LiquidationFilled()
            | ev.PositionDeleveraged()
        ):
            pass  # the position events beside them change the state
        case (
            ev.AccountRejected()
            | ev.TransferRejected()
            | ev.LeverageRejected()
            | ev.MarginModeRejected()
            | ev.PositionModeRejected()
            | ev.MarginAdjustmentRejected()
            | ev.OrderRejected()
            | ev.AmendmentRejected()
            | ev.CancellationRejected()
            | ev.FundingRejected()
            | ev.BracketsRejected()
        ):
            pass  # a refusal changes nothing
        case _:
            assert_never(event)


def _trail(state: State, tick: ObserveTrade | ObserveMark) -> None:
    """Let the trailing stops of the row's stream follow the price, and what was passed over."""
    instrument = state.instruments[tick.symbol]
    for order in state.trailing.values():
        if order.symbol != tick.symbol or watched_stream(instrument, order) is not kind_of(tick):
            continue
        if order.falls:
            order.extreme = max(order.extreme, tick.high, tick.price)
        else:
            order.extreme = min(order.extreme, tick.low or tick.price, tick.price)


def _hold(state: State, event: ev.PositionGrown) -> None:
    positions = state.accounts[event.account].positions
    key = event.symbol, event.position_side
    position = positions.get(key)
    if position is None:
        position = positions[key] = Position(margin_mode=event.margin_mode)
    position.quantity = Qty(position.quantity + event.quantity)
    position.cost = Value(position.cost + event.cost)


def _release(state: State, event: ev.PositionShrunk) -> None:
    account = state.accounts[event.account]
    position = account.positions[event.symbol, event.position_side]
    position.quantity = Qty(position.quantity + event.quantity)
    position.cost = Value(position.cost + event.cost)
    if isinstance(event, ev.PositionClosed):
        position.auto_add = position.called = False
        _drop_if_empty(account, event.symbol, event.position_side)
        if not any(p.margin_mode is MarginMode.CROSS for p in account.positions.values()):
            account.called = False


def _drop_if_empty(account: Account, symbol: str, side: PositionSide) -> None:
    position = account.positions.get((symbol, side))
    if position and not position.quantity and not position.margin:
        del account.positions[symbol, side]


def _accept(state: State, event: ev.OrderAccepted) -> None:
    order = Order(
        account=event.account,
        symbol=event.symbol,
        order_id=event.order_id,
        number=event.number,
        side=event.side,
        order_type=event.order_type,
        position_side=event.position_side,
        quantity=event.quantity,
        remaining=event.quantity,
        price=event.price,
        trigger_price=event.trigger_price,
        trigger_on=event.trigger_on,
        time_in_force=event.time_in_force,
        reduce_only=event.reduce_only,
        close_position=event.close_position,
        callback_rate=event.callback_rate,
        activation_price=event.activation_price,
        price_protect=event.price_protect,
        good_till_ns=event.good_till_ns,
        extreme=event.extreme,
    )
    state.accounts[event.account].orders[event.order_id] = order
    state.orders[event.number] = order
    if event.extreme:
        state.trailing[event.number] = order
    state.next_number = event.number + 1


def _trigger(state: State, event: ev.OrderTriggered) -> None:
    order = state.accounts[event.account].orders[event.order_id]
    order.triggered = True
    state.trailing.pop(order.number, None)
    if event.number:
        _requeue(state, order, event.number)


def _amend(state: State, event: ev.OrderAmended) -> None:
    order = state.accounts[event.account].orders[event.order_id]
    order.remaining = Qty(order.remaining + event.quantity - order.quantity)
    order.price, order.quantity, order.ahead = event.price, event.quantity, Qty(0)
    _requeue(state, order, event.number)


def _requeue(state: State, order: Order, number: int) -> None:
    """Give an order another place in the order of arrival: the last."""
    del state.orders[order.number]
    order.number = number
    state.orders[number] = order
    state.next_number = number + 1


def _fill(state: State, event: ev.OrderFilled) -> None:
    order = state.accounts[event.account].orders[event.order_id]
    order.remaining = event.remaining
    if not event.remaining:
        _remove(state, event.account, event.order_id)


def _remove(state: State, account: str, order_id: str) -> None:
    order = state.accounts[account].orders.pop(order_id)
    del state.orders[order.number]
    state.trailing.pop(order.number, None)


def _call(state: State, event: ev.MarginCalled | ev.MarginCallCleared, *, called: bool) -> None:
    account = state.accounts[event.account]
    if event.symbol:
        account.positions[event.symbol, event.position_side].called = called
    else:
        account.called = called
