"""Wrong liquidations: corruptions of liquidations and of what follows them."""

from copy import deepcopy

from audit.corrupting import add, block, corrupts, move, take
from audit.forging import Log, event

BOTH = {"symbol": "AAAUSDT", "position_side": "both"}
BIG = {"account": "big", **BOTH}


@corrupts("margin", "liquidations")
def a_liquidation_comes_one_tick_early(log: Log) -> None:
    entry, _ = log.find("LiquidationStarted", account="plain")
    move(log, entry, block(entry, "plain"), 4)


@corrupts("margin", "liquidations")
def a_liquidation_comes_one_tick_late(log: Log) -> None:
    entry, _ = log.find("LiquidationStarted", account="plain")
    move(log, entry, block(entry, "plain"), 6)


@corrupts("margin", "liquidations")
def a_liquidation_never_comes(log: Log) -> None:
    entry, _ = log.find("LiquidationStarted", account="plain")
    take(entry, block(entry, "plain"))


@corrupts("cross", "liquidations")
def a_cross_liquidation_never_comes(log: Log) -> None:
    entry, _ = log.find("LiquidationStarted", account="two")
    take(entry, block(entry, "two"))


@corrupts("margin", "liquidations")
def a_healthy_position_is_liquidated(log: Log) -> None:
    entry, _ = log.find("LiquidationStarted", account="plain")
    lines = deepcopy(block(entry, "plain"))
    for line in lines:
        line["account"] = "adds"
    entry.lines.extend(line for line in lines if line.type != "OrderCanceled")


@corrupts("margin", "liquidations")
def a_liquidation_starts_with_another_equity(log: Log) -> None:
    add(log.line("LiquidationStarted", account="plain"), decimals=16)("equity")


@corrupts("margin", "liquidations")
def a_liquidation_starts_with_another_maintenance(log: Log) -> None:
    add(log.line("LiquidationStarted", account="plain"), decimals=24)("maintenance")


@corrupts("margin", "bankruptcy-price")
def a_bankruptcy_price_is_off_by_the_last_decimal(log: Log) -> None:
    add(log.line("LiquidationOrdered", account="plain"))("bankruptcy_price")


@corrupts("cross", "bankruptcy-price")
def a_bankruptcy_price_in_cross_is_off_by_the_last_decimal(log: Log) -> None:
    add(log.line("LiquidationOrdered", account="two"), -1)("bankruptcy_price")


@corrupts("margin", "liquidation-orders")
def a_bracket_is_the_next(log: Log) -> None:
    log.line("LiquidationOrdered", account="plain")["bracket"] = 2


@corrupts("margin", "liquidations")
def a_liquidation_order_is_at_another_mark(log: Log) -> None:
    log.line("LiquidationOrdered", account="plain")["mark"] = "90.8"


@corrupts("margin", "liquidation-orders")
def orders_are_cancelled_after_the_liquidation_and_not_first(log: Log) -> None:
    canceled = log.drop("OrderCanceled", account="plain")
    log.insert_after(log.line("LiquidationFeeCharged", account="plain"), canceled)


@corrupts("cross", "liquidation-orders")
def an_order_of_the_pool_is_not_cancelled(log: Log) -> None:
    log.drop("OrderCanceled", account="two", order_id="low")


@corrupts("cross", "liquidation-orders")
def a_partial_liquidation_is_one_step_too_small(log: Log) -> None:
    log.line("LiquidationOrdered", account="big")["quantity"] = "3.888"
    log.line("LiquidationFilled", account="big")["quantity"] = "3.888"
    reduced = log.line("PositionReduced", account="big")
    reduced["quantity"], reduced["cost"] = "-3.888", "-388.8"
    reduced["realized_pnl"], reduced["futures"] = "-38.88", "-38.88"
    log.line("LiquidationFeeCharged", account="big")["amount"] = "4.374"


@corrupts("cross", "liquidation-orders")
def all_is_closed_where_a_part_was_due(log: Log) -> None:
    entry, ordered = log.find("LiquidationOrdered", account="big")
    ordered["quantity"] = "15"
    entry.lines = entry.lines[: entry.lines.index(ordered) + 1]
    entry.lines += [
        event(
            *("LiquidationFilled",),
            account="big",
            symbol="AAAUSDT",
            position_side="both",
            side="sell",
            quantity="15",
            price="90",
            taker="market",
        ),
        event(
            *("PositionClosed",),
            account="big",
            symbol="AAAUSDT",
            position_side="both",
            margin_mode="cross",
            quantity="-15",
            cost="-1500",
            realized_pnl="-150",
            fee="0",
            futures="-150",
            isolated="0",
        ),
    ]


@corrupts("cross", "liquidation-orders")
def the_smaller_position_goes_first_in_cross(log: Log) -> None:
    entry, _ = log.find("LiquidationStarted", account="two")
    places = [place for place, line in enumerate(entry.lines) if line.type == "LiquidationOrdered"]
    first, second = places[0], places[2]
    lines = entry.lines
    larger, smaller = lines[first : first + 4], lines[second : second + 4]
    lines[first : first + 4], lines[second : second + 4] = smaller, larger


@corrupts("cross", "liquidation-orders")
def a_hedged_pair_is_not_netted_first(log: Log) -> None:
    entry, _ = log.find("LiquidationFilled", account="pair", taker="hedge")
    place = next(i for i, line in enumerate(entry.lines) if line.body.get("taker") == "hedge")
    del entry.lines[place : place + 4]


@corrupts("margin", "clearance-fee")
def a_clearance_fee_is_off_by_the_last_decimal(log: Log) -> None:
    add(log.line("LiquidationFeeCharged", account="plain"), -1)("amount")


@corrupts("cross", "clearance-fee")
def a_clearance_fee_of_a_part_is_off_by_the_last_decimal(log: Log) -> None:
    add(log.line("LiquidationFeeCharged", account="big"))("amount")


@corrupts("margin", "clearance-fee")
def a_clearance_fee_takes_more_than_is_left(log: Log) -> None:
    log.line("LiquidationFeeCharged", account="plain")["amount"] = "2.2725"


@corrupts("cross", "clearance-fee")
def a_clearance_fee_is_missing(log: Log) -> None:
    log.drop("LiquidationFeeCharged", account="big")


@corrupts("fund", "clearance-fee")
def a_clearance_fee_is_taken_of_a_takeover(log: Log) -> None:
    fee = event("LiquidationFeeCharged", account="gap", **BOTH, margin_mode="isolated", amount="1")
    log.insert_after(log.line("PositionTakenOver", account="gap"), fee)


@corrupts("funding", "aftermath")
def what_is_left_goes_to_the_fund_against_the_setting(log: Log) -> None:
    ended = log.line("LiquidationEnded", account="long")
    ended["returned"], ended["forfeited"] = "0", ended["returned"]


@corrupts("funding", "aftermath")
def what_is_left_is_off_by_the_last_decimal(log: Log) -> None:
    add(log.line("LiquidationEnded", account="long"), -1)("returned")


@corrupts("margin", "aftermath")
def a_closed_pool_is_said_to_have_recovered(log: Log) -> None:
    log.line("LiquidationEnded", account="plain")["outcome"] = "recovered"


@corrupts("cross", "aftermath")
def a_recovered_pool_is_said_to_be_closed(log: Log) -> None:
    log.line("LiquidationEnded", account="big")["outcome"] = "closed"


@corrupts("margin", "aftermath")
def a_liquidation_has_no_end(log: Log) -> None:
    log.drop("LiquidationEnded", account="plain")


@corrupts("fund", "aftermath")
def the_result_of_a_takeover_is_off_by_the_last_decimal(log: Log) -> None:
    add(log.line("PositionTakenOver", account="gap"))("result")


@corrupts("fund", "aftermath")
def a_takeover_is_closed_at_another_price(log: Log) -> None:
    taken = log.line("PositionTakenOver", account="gap")
    taken["market_price"], taken["result"] = "92.1", "-5.9"


@corrupts("gap", "aftermath")
def the_fund_takes_over_what_it_cannot_pay(log: Log) -> None:
    entry, filled = log.find("LiquidationFilled", account="fund")
    filled["taker"] = "insurance_fund"
    taken = event(
        *("PositionTakenOver",),
        account="fund",
        symbol="AAAUSDT",
        quantity="2",
        bankruptcy_price="95.05",
        market_price="80",
        result="-30.1",
    )
    log.insert_after(log.line("PositionClosed", account="fund"), taken)
    gone = ("OrderCanceled", "PositionDeleveraged", "PositionReduced")
    take(entry, [line for line in block(entry, "shorty", gone) if line.body.get("cost") != "-200"])


@corrupts("fund", "aftermath")
def others_are_deleveraged_though_the_fund_can_pay(log: Log) -> None:
    log.line("LiquidationFilled", account="gap")["taker"] = "deleveraging"
    log.drop("PositionTakenOver", account="gap")


@corrupts("gap", "deleveraging")
def the_wrong_account_is_deleveraged(log: Log) -> None:
    for type_name in ("PositionDeleveraged", "PositionReduced"):
        log.line(type_name, account="shorty")["account"] = "wins"
    reduced = log.line("PositionReduced", account="wins")
    reduced["margin_mode"], reduced["futures"], reduced["isolated"] = "cross", "9.9", "0"


@corrupts("gap", "deleveraging")
def a_deleveraging_is_at_another_price(log: Log) -> None:
    log.line("PositionDeleveraged", account="shorty")["price"] = "95.04"


@corrupts("gap", "deleveraging")
def a_deleveraging_is_of_less(log: Log) -> None:
    log.line("PositionDeleveraged", account="shorty")["quantity"] = "1.9"


@corrupts("gap", "deleveraging")
def a_deleveraging_is_missing(log: Log) -> None:
    log.drop("PositionDeleveraged", account="wins")
    log.drop("PositionClosed", account="wins")


@corrupts("gap", "deleveraging")
def an_order_of_who_is_deleveraged_stays_open(log: Log) -> None:
    log.drop("OrderCanceled", account="wins")


@corrupts("covered", "aftermath")
def a_loss_beyond_the_margin_is_not_covered(log: Log) -> None:
    log.drop("BankruptcyCovered", account="isolated")


@corrupts("covered", "money")
def a_loss_beyond_the_wallet_is_not_covered(log: Log) -> None:
    log.drop("BankruptcyCovered", account="crossed")


@corrupts("covered", "aftermath")
def the_fund_pays_more_than_it_has(log: Log) -> None:
    log.line("BankruptcyCovered", account="crossed")["exchange"] = "0"


@corrupts("covered", "aftermath")
def a_cover_is_off_by_the_last_decimal(log: Log) -> None:
    add(log.line("BankruptcyCovered", account="isolated"))("amount")
