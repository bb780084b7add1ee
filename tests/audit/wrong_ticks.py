"""Wrong ticks: corruptions of recorded prices, of the order of records, and of the manifest."""

from audit.corrupting import at_row, corrupts, stream_of, tick
from audit.forging import Line, Log
from perplab.domain.numbers import format_units

SECOND_NS = 1_000_000_000


@corrupts("margin", "ticks")
def a_price_is_off_by_one_tick(log: Log) -> None:
    log.line("ObserveTrade", row=4)["price"] = "91.1"


@corrupts("touch", "ticks")
def more_was_traded_on_a_tick(log: Log) -> None:
    log.line("ObserveTrade", row=2)["quantity"] = "2"


@corrupts("touch", "ticks")
def a_tick_has_the_number_of_another_row(log: Log) -> None:
    log.line("ObserveTrade", row=2)["row"] = 1


@corrupts("margin", "ticks")
def a_tick_comes_at_another_time(log: Log) -> None:
    at_row(log, 8).time_ns -= SECOND_NS


@corrupts("margin", "ticks")
def a_tick_is_invented(log: Log) -> None:
    place = log.entries.index(at_row(log, 8))
    made = tick(log, 7)
    made.command["price"] = "87"
    log.entries.insert(place, made)


@corrupts("margin", "ticks")
def a_tick_beyond_the_tape_is_invented(log: Log) -> None:
    rows = len(stream_of(log))
    made = tick(log, rows - 1)
    made.command["row"] = rows
    log.entries.insert(-1, made)


@corrupts("touch", "ticks")
def a_tick_is_told_twice(log: Log) -> None:
    entry = at_row(log, 7)
    log.entries.insert(log.entries.index(entry), tick(log, 7))


@corrupts("margin", "ticks")
def an_order_is_decided_at_a_price_that_is_gone(log: Log) -> None:
    entry, _ = log.find("AutoAddMarginSet", account="rich", on=False)
    log.entries.remove(at_row(log, 16))
    assert entry in log.entries


@corrupts("orders", "ticks")
def a_quote_is_another(log: Log) -> None:
    log.line("ObserveQuote", row=4)["ask"] = "48.2"


@corrupts("orders", "ticks")
def a_price_is_said_to_have_gone_further(log: Log) -> None:
    log.line("ObserveMark", high="98")["high"] = "99"


@corrupts("orders", "ticks")
def how_far_a_price_went_is_left_out(log: Log) -> None:
    del log.line("ObserveMark", high="98").body["high"]


@corrupts("orders", "ticks")
def two_ticks_are_told_in_the_wrong_order(log: Log) -> None:
    entry, _ = log.find("ObserveMark", 3, symbol="AAAUSDT")
    place = log.entries.index(entry)
    other = log.entries[place + 1]
    assert not entry.events
    assert not other.events
    assert entry.time_ns == other.time_ns
    log.entries[place : place + 2] = [other, entry]


@corrupts("margin", "causes")
def two_events_are_in_the_wrong_order(log: Log) -> None:
    entry, filled = log.find("OrderFilled", account="plain")
    place = entry.lines.index(filled)
    entry.lines[place : place + 2] = reversed(entry.lines[place : place + 2])


@corrupts("margin", "causes")
def a_fill_is_left_out_but_not_what_it_did(log: Log) -> None:
    log.drop("OrderFilled", account="plain")


@corrupts("margin", "causes")
def a_fill_does_nothing_to_a_position(log: Log) -> None:
    log.drop("PositionReduced", account="short")


@corrupts("margin", "causes")
def a_position_is_opened_twice(log: Log) -> None:
    opened = log.line("PositionOpened", account="plain")
    log.insert_after(opened, Line("event", "PositionIncreased", dict(opened.body)))


@corrupts("margin", "causes")
def an_event_stands_in_another_batch(log: Log) -> None:
    moved = log.drop("PositionOpened", account="plain")
    log.find("AutoAddMarginSet", account="auto")[0].lines.append(moved)


@corrupts("margin", "causes")
def a_position_is_opened_for_another_account(log: Log) -> None:
    log.line("PositionOpened", account="plain")["account"] = "alive"


@corrupts("margin", "accounts")
def a_deposit_of_the_plan_is_left_out(log: Log) -> None:
    entry, _ = log.find("Deposit", account="rich", wallet="spot")
    log.entries.remove(entry)


@corrupts("margin", "accounts")
def an_account_of_the_plan_is_never_opened(log: Log) -> None:
    log.entries = [entry for entry in log.entries if entry.command.body.get("account") != "alive"]


@corrupts("margin", "money")
def the_fund_begins_with_more(log: Log) -> None:
    log.line("RunStarted")["insurance_fund"] = "1000000001"


@corrupts("margin", "causes")
def the_run_never_starts(log: Log) -> None:
    entry, _ = log.find("StartRun")
    log.entries.remove(entry)


@corrupts("margin", "causes")
def the_run_ends_too_early(log: Log) -> None:
    log.entries = [*log.entries[:-3], log.entries[-1]]
    log.entries[-1].time_ns = log.entries[-2].time_ns


@corrupts("margin", "causes")
def a_command_has_no_answer(log: Log) -> None:
    log.drop("LeverageSet", account="plain")


@corrupts("margin", "causes")
def a_command_has_the_answer_of_another(log: Log) -> None:
    first, one = log.find("LeverageSet", account="plain")
    second, other = log.find("MarginModeSet", account="plain")
    first.lines, second.lines = [first.command, other], [second.command, one]


@corrupts("margin", "manifest")
def the_tape_has_another_digest(log: Log) -> None:
    tape = log.manifest["tapes"][0]
    tape["digest"] = tape["digest"][::-1]


@corrupts("funding", "manifest")
def the_funding_has_another_digest(log: Log) -> None:
    series = log.manifest["funding"][0]
    series["digest"] = series["digest"][::-1]


@corrupts("margin", "manifest")
def the_tape_has_more_rows(log: Log) -> None:
    log.manifest["tapes"][0]["rows"] += 1


@corrupts("funding", "manifest")
def the_funding_is_said_to_be_none(log: Log) -> None:
    log.manifest["funding"] = []


def setting(log: Log, name: str, value: object) -> None:
    """Change a setting in the manifest."""
    assert name in log.manifest["config"]["settings"]
    log.manifest["config"]["settings"][name] = value


@corrupts("margin", "margin-calls")
def margin_was_to_be_called_for_at_another_ratio(log: Log) -> None:
    setting(log, "margin_call_ratio", "0.9")


@corrupts("margin", "margin-calls")
def calls_were_to_be_over_at_another_ratio(log: Log) -> None:
    setting(log, "margin_call_rearm", "0.05")


@corrupts("margin", "fees")
def another_fee_was_agreed(log: Log) -> None:
    setting(log, "taker_fee", "0.0004")


@corrupts("cross", "liquidation-orders")
def parts_were_not_to_be_closed(log: Log) -> None:
    setting(log, "partial_liquidation", value=False)


@corrupts("margin", "auto-add")
def auto_add_was_to_restore_less(log: Log) -> None:
    setting(log, "auto_add", "maintenance")


@corrupts("funding", "aftermath")
def what_is_left_was_to_go_to_the_fund(log: Log) -> None:
    setting(log, "remainder_to_fund", value=True)


@corrupts("orders", "fills")
def takers_were_to_slip_more(log: Log) -> None:
    setting(log, "slippage", "0.003")


@corrupts("orders", "orders")
def more_was_assumed_ahead(log: Log) -> None:
    setting(log, "queue_ahead", "251")


@corrupts("cross", "clearance-fee")
def another_clearance_fee_was_agreed(log: Log) -> None:
    log.manifest["config"]["instruments"][0]["liquidation_fee"] = "0.0124"


@corrupts("margin", "liquidations")
def the_table_of_the_manifest_is_another(log: Log) -> None:
    for instrument in log.manifest["config"]["instruments"]:
        for row in instrument["brackets"]:
            row["rate"] = format_units(2 * int(float(row["rate"]) * 100) * 10**6)
            row["amount"] = format_units(2 * round(float(row["amount"]) * 10**8))


@corrupts("margin", "manifest")
def a_bracket_does_not_begin_where_the_one_before_ends(log: Log) -> None:
    rows = log.manifest["config"]["instruments"][0]["brackets"]
    rows[2]["cap"] = rows[1]["cap"]


@corrupts("margin", "accounts")
def the_plan_gave_an_account_more(log: Log) -> None:
    log.manifest["scenario"]["accounts"][0]["futures"] = "1001"
