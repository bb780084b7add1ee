"""Liquidation bugs: rules of margin calls, liquidation and funding with one line changed."""

from audit.planting import Bug, Planted
from perplab.domain.instrument import Instrument
from perplab.engine import (
    deleveraging,
    funding,
    liquidation,
    lone,
    market,
    outright,
    risk,
    standing,
    trade,
    watch,
)

LIQUIDATION_BUGS = {
    "equity at maintenance is not liquidated": Planted(
        Bug(
            risk.is_liquidatable,
            "0 < risk.maintenance >= risk.equity",
            "0 < risk.maintenance > risk.equity",
        ),
        "brink",
        "liquidations",
    ),
    "margin is not called for at exactly the ratio": Planted(
        Bug(watch.is_at_call, "margin_call_ratio) <= 0", "margin_call_ratio) < 0"),
        "brink",
        "margin-calls",
    ),
    "margin is called for at 85%": Planted(
        Bug(watch.is_at_call, "state.settings.margin_call_ratio", "85_000_000"),
        "cross",
        "margin-calls",
    ),
    "a call is over below 80% and not 75%": Planted(
        Bug(watch.watch, "state.settings.margin_call_rearm", "80_000_000"),
        2,
        "margin-calls",
        every_tick=True,
    ),
    "a long's band reaches one unit too far": Planted(
        Bug(lone._highest, "divide_down(-start, slope)", "divide_down(-start, slope) - 1"),
        9,
        "margin-calls",
    ),
    "a short's band reaches one unit too far": Planted(
        Bug(lone._lowest, "divide_up(start, -slope)", "divide_up(start, -slope) + 1"),
        27,
        "liquidations",
    ),
    "the band of several positions reaches one unit too far": Planted(
        Bug(
            standing.reaches_of,
            "move = divide_up(distance, len(pool.symbols) * abs(slope))",
            "move = divide_up(distance, len(pool.symbols) * abs(slope)) + 1",
        ),
        27,
        "liquidations",
    ),
    "a bankruptcy price is rounded the other way": Planted(
        Bug(
            risk.bankruptcy_price,
            "divide_up(numerator, quantity) if quantity > 0 else divide_down(numerator, quantity)",
            "divide_down(numerator, quantity) if quantity > 0 else divide_up(numerator, quantity)",
        ),
        "cross",
        "bankruptcy-price",
    ),
    "a bankruptcy price forgets the other positions": Planted(
        Bug(
            risk.bankruptcy_price,
            "risk.equity - unrealized(state, leg)",
            "leg.position.margin * ONE",
        ),
        "cross",
        "bankruptcy-price",
    ),
    "a liquidated isolated loss is taken from the wallet": Planted(
        Bug(trade.shrink, "if release else (0, net)", "if release else (net, 0)"),
        "margin",
        "position-margin",
    ),
    "auto-add takes more than may leave the wallet": Planted(
        Bug(
            watch._auto_add,
            "min(wanted, addable(state, state.accounts[key.account]))",
            "wanted",
        ),
        18,
        "auto-add",
    ),
    "auto-add forgets its switch": Planted(
        Bug(watch.watch, "position is not None and position.auto_add", "position is not None"),
        "margin",
        "auto-add",
    ),
    "the clearance fee is on the whole position": Planted(
        Bug(
            liquidation._reduce,
            "value_of(market, size))",
            "value_of(market, size + abs(leg.position.quantity)))",
        ),
        "cross",
        "clearance-fee",
    ),
    "a liquidation forgets to cancel orders": Planted(
        Bug(liquidation.step_by_step, "yield from _cancel_orders(account, key)", "pass"),
        "cross",
        "liquidation-orders",
    ),
    "the smallest position goes first": Planted(
        Bug(liquidation._first_to_go, "max(legs", "min(legs"),
        "cross",
        "liquidation-orders",
    ),
    "a hedged pair is not netted": Planted(
        Bug(liquidation.step_by_step, "pair = _hedged_pair(legs)", "pair = None"),
        "cross",
        "liquidation-orders",
    ),
    "a partial liquidation closes a step too much": Planted(
        Bug(
            liquidation._order_size,
            "held - min(held, steps * instrument.step)",
            "min(held, held - min(held, steps * instrument.step) + instrument.step)",
        ),
        "cross",
        "liquidation-orders",
    ),
    "what is left goes where the setting does not say": Planted(
        Bug(
            liquidation._end,
            "closed and state.settings.remainder_to_fund",
            "closed and not state.settings.remainder_to_fund",
        ),
        "gap",
        "aftermath",
    ),
    "an outright story keeps what is left where the setting does not say": Planted(
        Bug(
            outright.outright,
            "left if settings.remainder_to_fund else 0",
            "0 if settings.remainder_to_fund else left",
        ),
        "funding",
        "aftermath",
    ),
    "an outright clearance fee is on the mark": Planted(
        Bug(outright.outright, "fee_cut(size * market, instr", "fee_cut(size * mark, instr"),
        11,
        "clearance-fee",
    ),
    "an outright story charges the fee that it should not": Planted(
        Bug(outright.outright, "fee if settings.liquid", "fee if not settings.liquid"),
        "margin",
        "fees",
    ),
    "an outright story realizes at the mark": Planted(
        Bug(outright.outright, "held * market - position", "held * mark - position"),
        1,
        "profit",
    ),
    "a story is told outright above the first bracket": Planted(
        Bug(outright.outright, "if bracket and settings.partial_liquidation:", "if False:"),
        "cross",
        "liquidation-orders",
    ),
    "a story is told outright in spite of orders": Planted(
        Bug(outright.outright, "if account.orders or len", "if len"),
        "margin",
        "liquidation-orders",
    ),
    "the fund's result has the wrong sign": Planted(
        Bug(
            liquidation._take_over,
            "money_down((market - limit) * held)",
            "money_down((limit - market) * held)",
        ),
        "fund",
        "aftermath",
    ),
    "the fund pays less than it has": Planted(
        Bug(trade.cover, "max(0, amount - max(0, state.ledger.insurance))", "amount"),
        "covered",
        "aftermath",
    ),
    "the worst ranked is deleveraged first": Planted(
        Bug(deleveraging.rank, "(-entry.score", "(entry.score"), "gap", "deleveraging"
    ),
    "who is deleveraged pays a fee": Planted(
        Bug(deleveraging.deleverage, "signed, price, 0)", "signed, price, 50_000)"),
        "gap",
        "fees",
    ),
    "funding has the wrong sign": Planted(
        Bug(funding.settle_funding, "Money(-paid)", "Money(paid)"), "funding", "funding"
    ),
    "shorts have no funding": Planted(
        Bug(funding.settle_funding, "not position.quantity", "position.quantity <= 0"),
        "funding",
        "funding",
    ),
    "funding is at the last price": Planted(
        Bug(
            funding.settle_funding,
            "state.prices[command.symbol].mark",
            "state.prices[command.symbol].last",
        ),
        12,
        "funding",
    ),
    "profit is at the last price": Planted(
        Bug(
            risk.assess,
            "equity += position.quantity * mark",
            "equity += position.quantity * state.prices[symbol].last",
        ),
        "cross",
        "liquidations",
    ),
    "the maintenance amount is forgotten": Planted(
        Bug(
            Instrument.maintenance_at,
            "notional * bracket.rate - bracket.amount * SQUARE",
            "notional * bracket.rate",
        ),
        "cross",
        "liquidations",
    ),
    "a liquidation takes the last price where the mark is worse": Planted(
        Bug(
            market.forced_price,
            "max(price, mark) if side is Side.BUY else min(price, mark)",
            "price",
        ),
        "cross",
        "fills",
    ),
}
