"""Evolve: the state after a fact. No rule, no judgement, no division."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, assert_never, get_args

from perplab.domain import events as ev
from perplab.domain.commands import (
    MarginMode,
    Observation,
    ObserveMark,
    ObserveQuote,
    ObserveTrade,
    PositionMode,
    PositionSide,
    kind_of,
)
from perplab.domain.instrument import Kind
from perplab.domain.ledger import post
from perplab.domain.numbers import Qty, Value
from perplab.domain.state import NO_ORDERS, Account, Order, Position, State, watched_stream


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


def evolve(state: State, event: ev.Event) -> None:
    """Apply one event: its money, and what else it changed."""
    for step in _STEPS[type(event)]:
        step(state, event)


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


def _open_account(state: State, event: ev.AccountOpened) -> None:
    number = len(state.accounts)
    account = Account(name=event.account, number=number, position_mode=event.position_mode)
    state.accounts[event.account] = account


def _open_holder(state: State, event: ev.HolderOpened) -> None:
    """Open an account whose choices and position key are shared with others: it may be many."""
    mode = event.margin_mode
    position = Position(margin_mode=mode, quantity=event.quantity, cost=event.cost)
    state.accounts[event.account] = Account(
        name=event.account,
        number=len(state.accounts),
        position_mode=PositionMode.ONE_WAY,
        leverage=_leverages(event.symbol, event.leverage),
        margin_mode=_modes(event.symbol, mode),
        positions={_key(event.symbol, PositionSide.BOTH): position},
        orders=NO_ORDERS,
    )


# Choices are shared among accounts, so one is replaced where it changes, never changed in place.
@cache
def _leverages(symbol: str, leverage: int) -> dict[str, int]:
    return {symbol: leverage}


@cache
def _modes(symbol: str, mode: MarginMode) -> dict[str, MarginMode]:
    return {symbol: mode} if mode is MarginMode.ISOLATED else {}


@cache
def _key(symbol: str, side: PositionSide) -> tuple[str, PositionSide]:
    return symbol, side


def _set_leverage(state: State, event: ev.LeverageSet) -> None:
    account = state.accounts[event.account]
    account.leverage = account.leverage | {event.symbol: event.leverage}


def _set_margin_mode(state: State, event: ev.MarginModeSet) -> None:
    account = state.accounts[event.account]
    account.margin_mode = account.margin_mode | {event.symbol: event.margin_mode}


def _set_position_mode(state: State, event: ev.PositionModeSet) -> None:
    state.accounts[event.account].position_mode = event.position_mode


def _set_auto_add(state: State, event: ev.AutoAddMarginSet) -> None:
    account = state.accounts[event.account]
    account.positions[event.symbol, event.position_side].auto_add = event.on


def _change_brackets(state: State, event: ev.BracketsChanged) -> None:
    instrument = replace(state.instruments[event.symbol], brackets=event.brackets)
    state.instruments[event.symbol] = instrument
    state.steepest[event.symbol] = instrument.steepest


def _end(state: State, _event: ev.RunEnded) -> None:
    state.ended = True


def _hold(state: State, event: ev.PositionGrown) -> None:
    positions = state.accounts[event.account].positions
    key = _key(event.symbol, event.position_side)
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
        if account.called:
            account.called = any(
                p.margin_mode is MarginMode.CROSS for p in account.positions.values()
            )


def _drop_if_empty(account: Account, symbol: str, side: PositionSide) -> None:
    position = account.positions.get((symbol, side))
    if position and not position.quantity and not position.margin:
        del account.positions[symbol, side]


def _drop(state: State, event: ev.BankruptcyCovered | ev.LiquidationEnded) -> None:
    _drop_if_empty(state.accounts[event.account], event.symbol, event.position_side)


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
    account = state.accounts[event.account]
    if account.orders is NO_ORDERS:
        account.orders = {}
    account.orders[event.order_id] = order
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


def _queue(state: State, event: ev.OrderQueued) -> None:
    state.accounts[event.account].orders[event.order_id].ahead = event.ahead


def _end_order(state: State, event: ev.OrderCanceled | ev.OrderExpired) -> None:
    _remove(state, event.account, event.order_id)


def _remove(state: State, account: str, order_id: str) -> None:
    order = state.accounts[account].orders.pop(order_id)
    del state.orders[order.number]
    state.trailing.pop(order.number, None)


def _call(state: State, event: ev.MarginCalled | ev.MarginCallCleared) -> None:
    account = state.accounts[event.account]
    called = isinstance(event, ev.MarginCalled)
    if event.symbol:
        account.positions[event.symbol, event.position_side].called = called
    else:
        account.called = called


_STEPS: dict[type, tuple[Callable[[State, Any], None], ...]] = {
    ev.RunStarted: (post,),
    ev.RunEnded: (_end,),
    ev.AccountOpened: (_open_account,),
    ev.LeverageSet: (_set_leverage,),
    ev.MarginModeSet: (_set_margin_mode,),
    ev.PositionModeSet: (_set_position_mode,),
    ev.AutoAddMarginSet: (_set_auto_add,),
    ev.BracketsChanged: (_change_brackets,),
    ev.Deposited: (post,),
    ev.Withdrawn: (post,),
    ev.Transferred: (post,),
    ev.MarginAdded: (post,),
    ev.MarginReduced: (post,),
    ev.MarginAutoAdded: (post,),
    ev.FundingPaid: (post,),
    # a position is there before its money comes
    ev.HolderOpened: (_open_holder, post),
    ev.PositionOpened: (_hold, post),
    ev.PositionIncreased: (_hold, post),
    ev.PositionReduced: (post, _release),
    ev.PositionClosed: (post, _release),
    ev.OrderAccepted: (_accept,),
    ev.OrderFilled: (_fill,),
    ev.OrderTriggered: (_trigger,),
    ev.OrderQueued: (_queue,),
    ev.OrderAmended: (_amend,),
    ev.OrderCanceled: (_end_order,),
    ev.OrderExpired: (_end_order,),
    ev.MarginCalled: (_call,),
    ev.MarginCallCleared: (_call,),
    ev.LiquidationFeeCharged: (post,),
    ev.PositionTakenOver: (post,),
    ev.BankruptcyCovered: (post, _drop),
    ev.LiquidationEnded: (post, _drop),
    # the position events beside them change the state
    ev.LiquidationStarted: (),
    ev.LiquidationOrdered: (),
    ev.LiquidationFilled: (),
    ev.PositionDeleveraged: (),
    # a refusal changes nothing
    ev.AccountRejected: (),
    ev.HolderRejected: (),
    ev.TransferRejected: (),
    ev.LeverageRejected: (),
    ev.MarginModeRejected: (),
    ev.PositionModeRejected: (),
    ev.MarginAdjustmentRejected: (),
    ev.OrderRejected: (),
    ev.AmendmentRejected: (),
    ev.CancellationRejected: (),
    ev.FundingRejected: (),
    ev.BracketsRejected: (),
}
assert _STEPS.keys() == set(get_args(ev.Event)), "every event has its steps"
