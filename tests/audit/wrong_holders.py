"""Wrong holders: corruptions of accounts that come in with a position."""

from audit.corrupting import add, corrupts
from audit.forging import Log, event


@corrupts("crowd", "accounts")
def a_holder_comes_in_with_a_cost_that_is_off(log: Log) -> None:
    add(log.line("HolderOpened", account="crowd1"), decimals=16)("cost")


@corrupts("crowd", "accounts")
def a_holder_has_less_margin_and_a_fuller_wallet(log: Log) -> None:
    opened = log.line("HolderOpened", account="crowd2")
    add(opened)("futures")
    add(opened, -1)("isolated")


@corrupts("crowd", "accounts")
def a_holder_in_cross_becomes_isolated(log: Log) -> None:
    log.line("HolderOpened", account="crowd4")["margin_mode"] = "isolated"


@corrupts("crowd", "accounts")
def a_holder_comes_in_with_another_leverage(log: Log) -> None:
    log.line("HolderOpened", account="crowd6")["leverage"] = 21


@corrupts("crowd", "accounts")
def a_holder_is_left_out(log: Log) -> None:
    log.drop("HolderOpened", account="crowd9")


@corrupts("crowd", "accounts")
def a_holder_is_refused_for_nothing(log: Log) -> None:
    opened = log.line("HolderOpened", account="crowd9")
    opened.type = "HolderRejected"
    reason = "margin_insufficient"
    opened.body = event("", account="crowd9", symbol="AAAUSDT", reason=reason).body


@corrupts("crowd", "accounts")
def a_holder_is_refused_for_another_reason(log: Log) -> None:
    log.line("HolderRejected")["reason"] = "margin_insufficient"


@corrupts("crowd", "accounts")
def the_plan_has_another_holder(log: Log) -> None:
    log.line("OpenHolders")["holders"][8]["account"] = "crowd10"
    log.line("HolderOpened", account="crowd9")["account"] = "crowd10"


@corrupts("crowd", "accounts")
def the_plan_has_one_holder_more(log: Log) -> None:
    log.line("OpenHolders")["holders"].pop()
    log.drop("HolderOpened", account="crowd9")


@corrupts("crowd", "accounts")
def a_population_comes_in_twice(log: Log) -> None:
    entry, _ = log.find("OpenHolders")
    holders = [{**one, "account": f"{one['account']}x"} for one in entry.command["holders"]]
    entry.command["holders"] = [*entry.command["holders"], *holders]
