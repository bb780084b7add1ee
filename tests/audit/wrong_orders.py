"""Wrong orders: corruptions of the life of orders, of triggers and fills."""

from audit.corrupting import add, at_row, block, corrupts, move, replace, take
from audit.forging import Log, event

TRADE = ("OrderFilled", "PositionOpened", "PositionIncreased", "PositionReduced", "PositionClosed")


@corrupts("refused", "orders")
def an_amendment_is_refused_for_another_reason(log: Log) -> None:
    log.line("AmendmentRejected")["reason"] = "order_unchanged"


@corrupts("orders", "orders")
def a_cancellation_that_finds_nothing_cancels(log: Log) -> None:
    rejected = log.line("CancellationRejected")
    names = {"account": "times", "symbol": "AAAUSDT", "order_id": "g", "cancellation": "user"}
    replace(log, rejected, event("OrderCanceled", **names))


@corrupts("orders", "orders")
def an_order_jumps_the_queue_by_its_number(log: Log) -> None:
    log.line("OrderAccepted", account="taker", order_id="last")["number"] = 1


@corrupts("orders", "orders")
def an_amended_order_keeps_its_place(log: Log) -> None:
    number = log.line("OrderAccepted", order_id="r")["number"]
    log.line("OrderAmended", order_id="r")["number"] = number


@corrupts("orders", "orders")
def an_order_is_amended_to_another_price(log: Log) -> None:
    log.line("OrderAmended", order_id="r")["price"] = "98.6"


@corrupts("orders", "orders")
def an_order_is_cancelled_that_nobody_cancelled(log: Log) -> None:
    names = {"account": "queue", "symbol": "AAAUSDT", "order_id": "q", "cancellation": "user"}
    at_row(log, 1).lines.append(event("OrderCanceled", **names))


@corrupts("margin", "liquidation-orders")
def a_liquidation_is_said_to_be_the_users_own_cancellation(log: Log) -> None:
    log.line("OrderCanceled", account="plain")["cancellation"] = "user"


@corrupts("orders", "orders")
def an_order_does_not_end_at_its_date(log: Log) -> None:
    entry, _ = log.find("ExpireOrders")
    log.entries.remove(entry)


@corrupts("orders", "orders")
def an_order_ends_before_its_date(log: Log) -> None:
    entry, _ = log.find("ExpireOrders")
    entry.time_ns -= 1_000_000_000


@corrupts("orders", "orders")
def an_order_that_could_only_reduce_outlives_its_position(log: Log) -> None:
    log.drop("OrderExpired", account="stops", order_id="o6")


@corrupts("orders", "orders")
def an_order_ends_for_another_reason(log: Log) -> None:
    log.line("OrderExpired", expiry="ioc_rest")["expiry"] = "cannot_fill_at_once"


@corrupts("orders", "orders")
def less_is_ahead_of_an_order_than_is_assumed(log: Log) -> None:
    add(log.line("OrderQueued", order_id="b"), -1)("ahead")


@corrupts("orders", "orders")
def a_trade_takes_less_from_the_queue(log: Log) -> None:
    add(log.line("OrderQueued", 1, order_id="b"))("ahead")


@corrupts("orders", "fills")
def a_trade_at_the_price_moves_no_queue(log: Log) -> None:
    log.drop("OrderQueued", 1, order_id="b")


@corrupts("margin", "stops")
def a_take_profit_is_triggered_one_tick_early(log: Log) -> None:
    entry, _ = log.find("OrderTriggered", account="short")
    move(log, entry, block(entry, "short", ("OrderTriggered", *TRADE)), 7)


@corrupts("margin", "stops")
def a_take_profit_is_triggered_one_tick_late(log: Log) -> None:
    entry, _ = log.find("OrderTriggered", account="short")
    move(log, entry, block(entry, "short", ("OrderTriggered", *TRADE)), 9)


@corrupts("orders", "stops")
def a_stop_is_never_triggered(log: Log) -> None:
    entry, _ = log.find("OrderTriggered", account="stops", order_id="o4")
    take(entry, block(entry, "stops", ("OrderTriggered", *TRADE)))


@corrupts("orders", "stops")
def a_stop_is_triggered_at_another_price(log: Log) -> None:
    log.line("OrderTriggered", account="stops", order_id="o4")["price"] = "97.9"


@corrupts("orders", "stops")
def a_trailing_stop_came_back_from_elsewhere(log: Log) -> None:
    log.line("OrderTriggered", account="times", extreme="104")["extreme"] = "105"


@corrupts("orders", "stops")
def a_triggered_limit_keeps_its_old_place(log: Log) -> None:
    log.line("OrderTriggered", account="stops", order_id="o5")["number"] = 5


@corrupts("touch", "fills")
def a_fill_is_at_a_price_that_never_traded(log: Log) -> None:
    log.line("OrderFilled", account="one")["price"] = "97.9"
    opened = log.line("PositionOpened", account="one")
    opened["cost"], opened["fee"], opened["futures"] = "97.9", "0.01958", "-0.01958"


@corrupts("margin", "fills")
def a_market_order_gets_a_better_price(log: Log) -> None:
    log.line("OrderFilled", account="alive")["price"] = "99.9"
    opened = log.line("PositionOpened", account="alive")
    opened["cost"], opened["fee"], opened["futures"] = "99.9", "0.04995", "-0.04995"


@corrupts("orders", "fills")
def a_stop_fills_at_its_trigger_and_not_at_the_market(log: Log) -> None:
    log.line("OrderFilled", account="stops", order_id="o4")["price"] = "98"
    reduced = log.line("PositionReduced", account="stops")
    reduced["realized_pnl"], reduced["fee"], reduced["futures"] = "-1.98", "0.0441", "15.9668"


@corrupts("touch", "fills")
def a_fill_is_of_more_than_was_traded(log: Log) -> None:
    filled = log.line("OrderFilled", account="one")
    filled["quantity"], filled["remaining"] = "2", "0"
    opened = log.line("PositionOpened", account="one")
    opened["quantity"], opened["cost"] = "2", "196"
    opened["fee"], opened["futures"] = "0.0392", "-0.0392"


@corrupts("touch", "fills")
def a_fill_is_of_less_than_was_traded(log: Log) -> None:
    filled = log.line("OrderFilled", account="one")
    filled["quantity"], filled["remaining"] = "0.9", "1.1"
    opened = log.line("PositionOpened", account="one")
    opened["quantity"], opened["cost"] = "0.9", "88.2"
    opened["fee"], opened["futures"] = "0.01764", "-0.01764"


@corrupts("touch", "fills")
def a_limit_order_fills_before_it_is_reached(log: Log) -> None:
    entry, _ = log.find("OrderFilled", account="one")
    move(log, entry, entry.events, 1)


@corrupts("touch", "fills")
def a_limit_order_does_not_fill_though_it_is_reached(log: Log) -> None:
    entry, _ = log.find("OrderFilled", account="two")
    take(entry, block(entry, "two", TRADE))


@corrupts("touch", "fills")
def the_later_order_fills_before_the_earlier(log: Log) -> None:
    entry, _ = log.find("OrderFilled", account="two")
    command, *events = entry.lines
    entry.lines = [command, *events[2:], *events[:2]]


@corrupts("margin", "fills")
def a_liquidation_is_filled_at_a_better_price(log: Log) -> None:
    log.line("LiquidationFilled", account="plain")["price"] = "91"
    closed = log.line("PositionClosed", account="plain")
    closed["realized_pnl"], closed["isolated"] = "-18", "-18"
    log.line("LiquidationFeeCharged", account="plain")["amount"] = "1.9"
