"""Trading bugs: rules of orders, fills, fees and limits with one line changed."""

from audit.planting import Bug, Planted
from perplab.domain.numbers import fee_cut
from perplab.engine import (
    adjustment,
    admission,
    arrival,
    margin,
    market,
    matching,
    modes,
    order_margin,
    trade,
    triggers,
)

TRADING_BUGS = {
    "fees are rounded up": Planted(
        Bug(
            fee_cut, "Money(divide_cut(value * rate, ONE * ONE))", "divide_up(value * rate, SQUARE)"
        ),
        "orders",
        "fees",
    ),
    "maker and taker fee are swapped": Planted(
        Bug(
            trade.fill,
            "state.settings.maker_fee if maker else state.settings.taker_fee",
            "state.settings.taker_fee if maker else state.settings.maker_fee",
        ),
        "touch",
        "fees",
    ),
    "released margin is rounded up": Planted(
        Bug(
            trade._settle,
            "divide_down(margin * abs(quantity), abs(position.quantity))",
            "-divide_down(-margin * abs(quantity), abs(position.quantity))",
        ),
        24,
        "position-margin",
    ),
    "a realized profit is rounded up": Planted(
        Bug(
            trade._realize,
            "money_down(-quantity * price - share)",
            "-money_down(quantity * price + share)",
        ),
        "orders",
        "profit",
    ),
    "a short is margined on its fill alone": Planted(
        Bug(trade._opening_margin, "max(price, state.prices[symbol].mark)", "price"),
        "touch",
        "position-margin",
    ),
    "a stale quote is used": Planted(
        Bug(
            market._is_quoted,
            "quoted and prices.last_ns - prices.quote_ns <= state.settings.quote_max_age_ns",
            "quoted",
        ),
        "orders",
        "fills",
    ),
    "takers do not slip": Planted(
        Bug(market.taker_price, "state.settings.slippage", "0"), "orders", "fills"
    ),
    "a crossing limit gets the worse price": Planted(
        Bug(
            arrival.take,
            "min if order.side is Side.BUY else max",
            "max if order.side is Side.BUY else min",
        ),
        "touch",
        "fills",
    ),
    "each order gets all that was traded": Planted(
        Bug(matching._fill, "left = Qty(left - before + order.remaining)", "pass"),
        "touch",
        "fills",
    ),
    "orders fill by arrival and not by price": Planted(
        Bug(matching._fill, "(-order.sign * order.price, order.number)", "order.number"),
        "touch",
        "fills",
    ),
    "less is assumed ahead in the queue": Planted(
        Bug(
            arrival._ahead,
            "divide_up(state.settings.queue_ahead * ONE, order.price)",
            "divide_up(state.settings.queue_ahead * ONE, order.price) - 1",
        ),
        "orders",
        "orders",
    ),
    "a stop waits until its trigger is passed": Planted(
        Bug(triggers.is_reached, "price <= order.trigger_price", "price < order.trigger_price"),
        "brink",
        "stops",
    ),
    "a trailing stop comes back by half its rate": Planted(
        Bug(
            triggers._has_come_back,
            "divide_up(order.extreme * order.callback_rate, ONE)",
            "divide_up(order.extreme * order.callback_rate, 2 * ONE)",
        ),
        3,
        "stops",
        every_tick=True,
    ),
    "price protection holds nothing back": Planted(
        Bug(triggers.is_held_back, "abs(prices.last - prices.mark) * ONE > allowed", "False"),
        "orders",
        "stops",
    ),
    "orders outlive the position that they reduce": Planted(
        Bug(trade.orphans, "and order.closes", "and order.reduce_only"),
        19,
        "orders",
    ),
    "unrealized profit may leave": Planted(
        Bug(margin.transferable, "limits = [settled, ", "limits = ["), "limits", "accounts"
    ),
    "all of the wallet may be added": Planted(
        Bug(margin.addable, "transferable(state, account)", "account.futures"),
        "limits",
        "margin-changes",
    ),
    "margin may be taken out below the initial": Planted(
        Bug(margin.removable, "min(by_wallet, by_initial, above", "min(by_wallet, above"),
        "margin",
        "margin-changes",
    ),
    "an amount at its limit is refused": Planted(
        Bug(adjustment._refuse_amount, "amount > limit", "amount >= limit"),
        "limits",
        "margin-changes",
    ),
    "leverage falls under an isolated position": Planted(
        Bug(modes._refuse_leverage, "command.leverage < now", "command.leverage < 0"),
        "refused",
        "modes",
    ),
    "a margin mode changes under an order": Planted(
        Bug(modes._refuse_margin_mode, "order.symbol == command.symbol", "False"),
        "refused",
        "modes",
    ),
    "an order that reduces nothing is accepted": Planted(
        Bug(admission._refuse_reduction, "held * order.sign >= 0", "held * order.sign > 0"),
        "refused",
        "admission",
    ),
    "an order need not pay its loss and fee": Planted(
        Bug(
            order_margin.refuse_margin,
            "extra + divide_up(loss, ONE) + fee > free",
            "extra > free",
        ),
        10,
        "admission",
    ),
    "an order may be twice its bracket": Planted(
        Bug(order_margin.refuse_margin, "after.bound > max(cap", "after.bound > max(2 * cap"),
        "limits",
        "admission",
    ),
    "orders on both sides bind margin twice": Planted(
        Bug(
            margin.exposure,
            "max(abs(net + bids), abs(net - asks))",
            "abs(net) + bids + asks",
        ),
        7,
        "admission",
    ),
}
