"""Wrong admission: corruptions of what was accepted, set or refused, and why."""

from audit.corrupting import corrupts, replace
from audit.forging import Line, Log, event


def accepted(log: Log, rejected: Line, number: int) -> None:
    """Accept an order that was refused, with a number that fits."""
    entry = next(one for one in log.entries if any(line is rejected for line in one.lines))
    body = dict(entry.command.body)
    account, symbol, order_id = (body.pop(name) for name in ("account", "symbol", "order_id"))
    order = {"account": account, "symbol": symbol, "order_id": order_id, "number": number}
    replace(log, rejected, Line("event", "OrderAccepted", order | body))


@corrupts("refused", "admission")
def an_order_that_its_reduction_forbids_is_accepted(log: Log) -> None:
    accepted(log, log.line("OrderRejected", reason="reduce_only_rejected"), 4)


@corrupts("refused", "admission")
def an_order_that_cannot_be_paid_is_accepted(log: Log) -> None:
    accepted(log, log.line("OrderRejected", reason="margin_insufficient"), 2)


@corrupts("refused", "admission")
def an_order_above_its_bracket_is_accepted(log: Log) -> None:
    rejected = log.line("OrderRejected", reason="position_exceeds_bracket_at_leverage")
    accepted(log, rejected, 2)


@corrupts("refused", "admission")
def a_stop_that_would_trigger_at_once_is_accepted(log: Log) -> None:
    accepted(log, log.line("OrderRejected", reason="would_trigger_immediately"), 4)


@corrupts("orders", "admission")
def a_post_only_order_that_would_take_is_accepted(log: Log) -> None:
    accepted(log, log.line("OrderRejected", reason="would_take"), 14)


@corrupts("refused", "admission")
def a_price_off_its_tick_is_accepted(log: Log) -> None:
    accepted(log, log.line("OrderRejected", reason="price_off_tick"), 2)


@corrupts("refused", "admission")
def an_order_is_refused_though_it_can_be_paid(log: Log) -> None:
    entry, order = log.find("OrderAccepted", account="bob")
    names = {name: order[name] for name in ("account", "symbol", "order_id")}
    entry.lines = [entry.command, event("OrderRejected", **names, reason="margin_insufficient")]


@corrupts("refused", "admission")
def an_order_is_refused_for_another_reason(log: Log) -> None:
    log.line("OrderRejected", reason="margin_insufficient")["reason"] = "quantity_off_step"


@corrupts("refused", "admission")
def the_second_reason_is_given_and_not_the_first(log: Log) -> None:
    rejected = log.line("OrderRejected", reason="position_exceeds_bracket_at_leverage")
    rejected["reason"] = "margin_insufficient"


@corrupts("margin", "admission")
def an_order_is_accepted_for_more_than_was_asked(log: Log) -> None:
    log.line("OrderAccepted", account="plain")["quantity"] = "2.001"


@corrupts("margin", "admission")
def a_trigger_is_another_than_was_asked(log: Log) -> None:
    log.line("OrderAccepted", account="plain", order_type="stop_market")["trigger_price"] = "85.1"


@corrupts("orders", "admission")
def a_trailing_stop_begins_elsewhere(log: Log) -> None:
    log.line("OrderAccepted", account="times", order_type="trailing_stop_market")["extreme"] = "99"


@corrupts("refused", "modes")
def a_leverage_is_set_though_it_is_refused(log: Log) -> None:
    rejected = log.line("LeverageRejected", leverage=51)
    names = {name: rejected[name] for name in ("account", "symbol", "leverage")}
    replace(log, rejected, event("LeverageSet", **names))


@corrupts("refused", "modes")
def a_lower_leverage_is_set_though_it_cannot_be_paid(log: Log) -> None:
    rejected = log.line("LeverageRejected", leverage=4)
    names = {name: rejected[name] for name in ("account", "symbol", "leverage")}
    replace(log, rejected, event("LeverageSet", **names))


@corrupts("refused", "modes")
def a_leverage_is_refused_though_it_is_fine(log: Log) -> None:
    chosen = log.line("LeverageSet", account="ann", leverage=20)
    rejected = {**chosen.body, "reason": "margin_insufficient_for_leverage"}
    replace(log, chosen, Line("event", "LeverageRejected", rejected))


@corrupts("margin", "modes")
def another_leverage_is_set_than_was_asked_for(log: Log) -> None:
    log.line("LeverageSet", account="plain")["leverage"] = 9


@corrupts("refused", "modes")
def a_margin_mode_changes_under_a_position(log: Log) -> None:
    rejected = log.line("MarginModeRejected", reason="margin_mode_with_position")
    names = {name: rejected[name] for name in ("account", "symbol", "margin_mode")}
    replace(log, rejected, event("MarginModeSet", **names))


@corrupts("refused", "modes")
def a_margin_mode_changes_under_an_order(log: Log) -> None:
    rejected = log.line("MarginModeRejected", reason="margin_mode_with_open_orders")
    names = {name: rejected[name] for name in ("account", "symbol", "margin_mode")}
    replace(log, rejected, event("MarginModeSet", **names))


@corrupts("refused", "modes")
def a_position_mode_changes_under_a_position(log: Log) -> None:
    rejected = log.line("PositionModeRejected")
    names = {name: rejected[name] for name in ("account", "position_mode")}
    replace(log, rejected, event("PositionModeSet", **names))


@corrupts("refused", "modes")
def a_margin_mode_is_refused_for_another_reason(log: Log) -> None:
    rejected = log.line("MarginModeRejected", reason="margin_mode_with_position")
    rejected["reason"] = "margin_mode_unchanged"
