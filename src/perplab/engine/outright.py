"""Outright: the story of a liquidation in which one order closes a lone position at the market.

That is how nearly all of them go: no orders to cancel, one position in the pool, in the first
bracket, and a market that pays at least the bankruptcy price. Then every event follows from the
pool as it is, and the rules need not be asked again after each. It is the story that
`liquidation.liquidate` tells step by step, sooner.
"""

from collections.abc import Sequence

from perplab.domain import events as ev
from perplab.domain.commands import MarginMode, Side
from perplab.domain.numbers import Money, Price, Qty, Value, fee_cut, money_down
from perplab.domain.state import PoolKey, State
from perplab.engine.market import forced_price
from perplab.engine.risk import Risk, bankruptcy_price, legs_of, wallet_of


def outright(state: State, key: PoolKey, risk: Risk) -> Sequence[ev.Event] | None:
    """Return what follows the start of a liquidation; None if it does not go outright."""
    name = key.account
    account, settings = state.accounts[name], state.settings
    legs = legs_of(account, key)
    if account.orders or len(legs) != 1:
        return None
    (leg,) = legs
    symbol, position_side, position = leg
    instrument, mark = state.instruments[symbol], state.prices[symbol].mark
    held, mode = position.quantity, position.margin_mode
    size = abs(held)
    bracket = instrument.bracket_at(size * mark)
    if bracket and settings.partial_liquidation:
        return None
    side = Side.SELL if held > 0 else Side.BUY
    limit, market = bankruptcy_price(state, leg, risk), forced_price(state, symbol, side)
    if market < limit if held > 0 else market > limit:
        return None
    worth = money_down(risk.equity + held * (market - mark))
    rate = settings.taker_fee if settings.liquidation_taker_fee else 0
    fee = min(fee_cut(size * market, rate), max(0, worth))
    realized = money_down(held * market - position.cost)
    left = wallet_of(account, key) + realized - fee
    if left < 0:
        return None
    cleared = min(fee_cut(size * market, instrument.liquidation_fee), left)
    left -= cleared
    forfeited = left if settings.remainder_to_fund else 0
    isolated = mode is MarginMode.ISOLATED
    story: list[ev.Event] = [
        ev.LiquidationOrdered(
            account=name,
            symbol=symbol,
            position_side=position_side,
            side=side,
            quantity=Qty(size),
            bankruptcy_price=limit,
            mark=mark,
            bracket=bracket + 1,
            equity=risk.equity,
            maintenance=risk.maintenance,
        ),
        ev.LiquidationFilled(
            account=name,
            symbol=symbol,
            position_side=position_side,
            side=side,
            quantity=Qty(size),
            price=Price(market),
            taker=ev.Taker.MARKET,
        ),
        ev.PositionClosed(
            account=name,
            symbol=symbol,
            position_side=position_side,
            margin_mode=mode,
            quantity=Qty(-held),
            cost=Value(-position.cost),
            realized_pnl=realized,
            fee=Money(fee),
            futures=Money(0 if isolated else realized - fee),
            isolated=Money(realized - fee if isolated else 0),
        ),
    ]
    if cleared:
        story.append(
            ev.LiquidationFeeCharged(
                account=name,
                symbol=symbol,
                position_side=position_side,
                margin_mode=mode,
                amount=Money(cleared),
            )
        )
    story.append(
        ev.LiquidationEnded(
            account=name,
            symbol=key.symbol,
            position_side=key.position_side,
            outcome=ev.Outcome.CLOSED,
            returned=Money(left - forfeited if isolated else 0),
            forfeited=Money(forfeited),
        )
    )
    return story
