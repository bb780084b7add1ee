"""Wrong margins: corruptions of margin calls and of auto-added margin."""

from audit.corrupting import add, at_row, block, corrupts, move, replace, take
from audit.forging import Line, Log, event

BOTH = {"symbol": "AAAUSDT", "position_side": "both"}


@corrupts("margin", "margin-calls")
def a_margin_call_is_missing(log: Log) -> None:
    log.drop("MarginCalled", 1, account="plain")


@corrupts("margin", "margin-calls")
def a_margin_call_and_its_end_are_missing(log: Log) -> None:
    log.drop("MarginCalled", account="plain")
    log.drop("MarginCallCleared", account="plain")


@corrupts("margin", "margin-calls")
def a_margin_call_comes_too_early(log: Log) -> None:
    called = event("MarginCalled", account="adds", **BOTH, equity="18.1", maintenance="1.822")
    at_row(log, 2).lines.append(called)


@corrupts("margin", "margin-calls")
def a_margin_call_comes_one_tick_late(log: Log) -> None:
    entry, called = log.find("MarginCalled", account="plain")
    move(log, entry, [called], 3)


@corrupts("margin", "margin-calls")
def a_margin_call_comes_twice(log: Log) -> None:
    called = log.line("MarginCalled", 1, account="rich")
    at_row(log, 5).lines.insert(1, Line("event", called.type, dict(called.body)))


@corrupts("margin", "margin-calls")
def a_margin_call_is_over_too_early(log: Log) -> None:
    cleared = log.drop("MarginCallCleared", account="plain")
    cleared["equity"], cleared["maintenance"] = "2.1", "1.822"
    log.insert_after(log.line("MarginCalled", account="plain"), cleared)


@corrupts("margin", "margin-calls")
def a_margin_call_is_never_over(log: Log) -> None:
    log.drop("MarginCallCleared", account="plain")


@corrupts("margin", "margin-calls")
def a_margin_call_has_another_equity(log: Log) -> None:
    add(log.line("MarginCalled", account="plain"), decimals=16)("equity")


@corrupts("cross", "margin-calls")
def a_margin_call_has_another_maintenance(log: Log) -> None:
    add(log.line("MarginCalled", account="two"), decimals=24)("maintenance")


@corrupts("margin", "auto-add")
def an_auto_addition_is_off_by_the_last_decimal(log: Log) -> None:
    add(log.line("MarginAutoAdded", account="rich"))("amount")


@corrupts("margin", "auto-add")
def an_auto_addition_is_not_due(log: Log) -> None:
    added = event("MarginAutoAdded", account="rich", **BOTH, amount="1", mark="91")
    at_row(log, 4).lines.append(added)


@corrupts("margin", "auto-add")
def margin_is_auto_added_though_the_switch_is_off(log: Log) -> None:
    entry, started = log.find("LiquidationStarted", account="plain")
    added = log.line("MarginAutoAdded", account="rich")
    replace(log, started, Line("event", added.type, {**added.body, "account": "plain"}))
    take(entry, block(entry, "plain"))


@corrupts("margin", "auto-add")
def an_auto_addition_is_missing(log: Log) -> None:
    log.drop("MarginAutoAdded", account="rich")


@corrupts("margin", "auto-add")
def an_auto_addition_is_at_another_mark(log: Log) -> None:
    log.line("MarginAutoAdded", account="rich")["mark"] = "91"


@corrupts("margin", "auto-add")
def an_auto_addition_is_more_than_the_wallet_has(log: Log) -> None:
    log.line("MarginAutoAdded", account="auto")["amount"] = "21"


@corrupts("funding", "auto-add")
def a_fixed_addition_is_not_a_multiple(log: Log) -> None:
    log.line("MarginAutoAdded", account="thin")["amount"] = "1.5"
