"""Wrong money: corruptions of fees, profit, margins, wallets and funding."""

from audit.corrupting import add, answered, corrupts, replace
from audit.forging import Line, Log, event


@corrupts("margin", "fees")
def a_fee_is_off_by_the_last_decimal(log: Log) -> None:
    opened = log.line("PositionOpened", account="plain")
    add(opened)("fee")
    add(opened, -1)("isolated")


@corrupts("margin", "fees")
def a_fee_is_low_by_the_last_decimal(log: Log) -> None:
    closed = log.line("PositionClosed", account="short")
    add(closed, -1)("fee")
    add(closed)("futures")


@corrupts("margin", "fees")
def a_taker_pays_the_fee_of_a_maker(log: Log) -> None:
    opened = log.line("PositionOpened", account="alive")
    opened["fee"], opened["futures"] = "0.02", "-0.02"


@corrupts("touch", "fees")
def a_maker_pays_the_fee_of_a_taker(log: Log) -> None:
    opened = log.line("PositionOpened", account="one")
    opened["fee"], opened["futures"] = "0.049", "-0.049"


@corrupts("touch", "fills")
def a_taker_is_called_a_maker(log: Log) -> None:
    log.line("OrderFilled", account="three")["maker"] = True
    opened = log.line("PositionOpened", account="three")
    opened["fee"], opened["isolated"] = "0.0776", "38.7224"


@corrupts("margin", "profit")
def a_profit_is_off_by_the_last_decimal(log: Log) -> None:
    add(log.line("PositionClosed", account="alive"))("realized_pnl", "futures")


@corrupts("margin", "profit")
def a_loss_of_a_liquidation_is_off_by_the_last_decimal(log: Log) -> None:
    add(log.line("PositionClosed", account="plain"))("realized_pnl", "isolated")


@corrupts("margin", "profit")
def the_cost_of_a_part_is_off_by_its_last_decimal(log: Log) -> None:
    add(log.line("PositionReduced", account="short"), decimals=16)("cost")


@corrupts("margin", "position-margin")
def an_opening_moves_less_margin(log: Log) -> None:
    opened = log.line("PositionOpened", account="plain")
    add(opened)("futures")
    add(opened, -1)("isolated")


@corrupts("touch", "position-margin")
def a_short_is_not_charged_on_the_mark(log: Log) -> None:
    opened = log.line("PositionOpened", 1, account="two")
    opened["futures"], opened["isolated"] = "-21", "20.958"


@corrupts("margin", "position-margin")
def a_partial_close_releases_more_margin(log: Log) -> None:
    reduced = log.line("PositionReduced", account="rich")
    add(reduced)("futures")
    add(reduced, -1)("isolated")


@corrupts("margin", "money")
def a_close_pays_out_more_than_profit_less_fee(log: Log) -> None:
    add(log.line("PositionClosed", account="short"))("futures")


@corrupts("margin", "position-margin")
def a_close_leaves_margin_behind(log: Log) -> None:
    closed = log.line("PositionClosed", account="short")
    add(closed, -1)("futures")
    add(closed)("isolated")


@corrupts("margin", "accounts")
def a_deposit_is_larger_than_its_command(log: Log) -> None:
    add(log.line("Deposited", account="plain"), 10**8)("amount")


@corrupts("margin", "accounts")
def a_deposit_is_larger_than_the_plan_says(log: Log) -> None:
    add(log.line("Deposit", account="plain"))("amount")
    add(log.line("Deposited", account="plain"))("amount")


@corrupts("margin", "accounts")
def a_deposit_goes_to_another_wallet(log: Log) -> None:
    log.line("Deposited", account="rich", wallet="spot")["wallet"] = "futures"


@corrupts("margin", "accounts")
def a_transfer_adds_money(log: Log) -> None:
    add(log.line("Transferred", account="rich"))("amount")


@corrupts("margin", "accounts")
def a_withdrawal_drives_a_wallet_below_zero(log: Log) -> None:
    log.line("Withdraw", account="rich")["amount"] = "500"
    log.line("Withdrawn", account="rich")["amount"] = "500"


@corrupts("margin", "accounts")
def a_transfer_above_its_limit_is_made(log: Log) -> None:
    asked = log.line("Transfer", account="alive")
    replace(log, log.line("TransferRejected", account="alive"), answered(asked, "Transferred"))


@corrupts("margin", "accounts")
def a_transfer_within_its_limit_is_refused(log: Log) -> None:
    refused = event("TransferRejected", account="rich", reason="balance_insufficient", limit="40")
    replace(log, log.line("Transferred", account="rich"), refused)


@corrupts("refused", "accounts")
def a_limit_of_a_transfer_is_off_by_the_last_decimal(log: Log) -> None:
    add(log.line("TransferRejected", account="bob"))("limit")


@corrupts("refused", "accounts")
def a_transfer_is_refused_for_another_reason(log: Log) -> None:
    log.line("TransferRejected", reason="same_wallet")["reason"] = "balance_insufficient"


@corrupts("margin", "accounts")
def an_account_opens_in_another_position_mode(log: Log) -> None:
    log.line("AccountOpened", account="plain")["position_mode"] = "hedge"


@corrupts("margin", "margin-changes")
def margin_is_added_above_the_limit(log: Log) -> None:
    asked = log.line("AddMargin", account="adds", amount="5000")
    refused = log.line("MarginAdjustmentRejected", account="adds", amount="5000")
    replace(log, refused, answered(asked, "MarginAdded"))


@corrupts("margin", "margin-changes")
def margin_is_taken_out_above_the_limit(log: Log) -> None:
    asked = log.line("ReduceMargin", account="rich", amount="500")
    refused = log.line("MarginAdjustmentRejected", account="rich", amount="500")
    replace(log, refused, answered(asked, "MarginReduced"))


@corrupts("margin", "margin-changes")
def a_limit_of_added_margin_is_off_by_the_last_decimal(log: Log) -> None:
    add(log.line("MarginAdjustmentRejected", account="adds", amount="5000"))("limit")


@corrupts("margin", "margin-changes")
def a_limit_of_reduced_margin_is_off_by_the_last_decimal(log: Log) -> None:
    add(log.line("MarginAdjustmentRejected", account="rich", amount="500"), -1)("limit")


@corrupts("margin", "margin-changes")
def margin_is_refused_for_another_reason(log: Log) -> None:
    refused = log.line("MarginAdjustmentRejected", account="adds", amount="5000")
    refused["reason"] = "no_position"


@corrupts("margin", "margin-changes")
def margin_within_the_limit_is_refused(log: Log) -> None:
    added = log.line("MarginAdded", account="adds")
    more = {"reason": "cross_balance_insufficient", "limit": "0"}
    replace(log, added, Line("event", "MarginAdjustmentRejected", {**added.body, **more}))


@corrupts("margin", "margin-changes")
def more_margin_is_added_than_was_asked_for(log: Log) -> None:
    add(log.line("MarginAdded", account="adds"))("amount")


@corrupts("margin", "margin-changes")
def margin_is_added_to_another_account(log: Log) -> None:
    log.line("MarginAdded", account="adds")["account"] = "rich"


@corrupts("margin", "margin-changes")
def auto_add_is_not_switched_as_asked(log: Log) -> None:
    log.line("AutoAddMarginSet", account="rich")["on"] = False


@corrupts("funding", "funding")
def one_position_pays_no_funding(log: Log) -> None:
    log.drop("FundingPaid", account="both", position_side="long")


@corrupts("funding", "funding")
def a_settlement_is_left_out(log: Log) -> None:
    entry, _ = log.find("SettleFunding", 3)
    log.entries.remove(entry)


@corrupts("funding", "funding")
def a_settlement_has_another_rate(log: Log) -> None:
    entry, _ = log.find("SettleFunding", rate="0.00012345")
    for line in entry.lines:
        line["rate"] = "0.0001"
    amounts = {"-3": "0.0291", "1": "-0.0097", "-2": "0.0194", "3": "-0.0291"}
    for line in entry.events:
        line["amount"] = amounts[line["quantity"]]


@corrupts("funding", "funding")
def a_payment_has_another_rate(log: Log) -> None:
    add(log.line("FundingPaid", account="long"))("rate")


@corrupts("funding", "funding")
def a_payment_is_at_another_mark(log: Log) -> None:
    paid = log.line("FundingPaid", account="long")
    paid["mark"], paid["amount"] = "97", "-0.194"


@corrupts("funding", "funding")
def a_payment_is_off_by_the_last_decimal(log: Log) -> None:
    add(log.line("FundingPaid", account="both", amount="-0.01197465"))("amount")


@corrupts("funding", "funding")
def a_payment_has_the_wrong_sign(log: Log) -> None:
    log.line("FundingPaid", account="short")["amount"] = "-0.294"


@corrupts("funding", "funding")
def a_payment_is_for_less_than_is_held(log: Log) -> None:
    paid = log.line("FundingPaid", account="short")
    paid["quantity"], paid["amount"] = "-2", "0.196"


@corrupts("funding", "funding")
def a_payment_is_made_twice(log: Log) -> None:
    paid = log.line("FundingPaid", account="short")
    log.insert_after(paid, Line("event", paid.type, dict(paid.body)))


@corrupts("funding", "funding")
def a_payment_leaves_the_wrong_wallet(log: Log) -> None:
    log.line("FundingPaid", account="long")["margin_mode"] = "cross"


@corrupts("funding", "funding")
def a_settlement_comes_late(log: Log) -> None:
    entry, _ = log.find("SettleFunding", 3)
    entry.time_ns += 1_000_000_000


@corrupts("funding", "brackets")
def a_change_of_brackets_is_left_out(log: Log) -> None:
    entry, _ = log.find("ChangeBrackets")
    log.entries.remove(entry)


@corrupts("funding", "brackets")
def another_table_comes_into_force(log: Log) -> None:
    entry, _ = log.find("ChangeBrackets")
    for line in entry.lines:
        line["brackets"] = [{**row, "max_leverage": 3} for row in line["brackets"]]


@corrupts("funding", "brackets")
def a_table_is_not_the_one_of_its_command(log: Log) -> None:
    changed = log.line("BracketsChanged")
    changed["brackets"] = [{**row, "max_leverage": 3} for row in changed["brackets"]]


@corrupts("funding", "brackets")
def a_change_of_brackets_comes_late(log: Log) -> None:
    entry, _ = log.find("ChangeBrackets")
    entry.time_ns += 1_000_000_000
