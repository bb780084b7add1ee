"""An account's records: right ones are confirmed, each wrong figure is found where it stands."""

from collections.abc import Callable
from pathlib import Path

import pytest

from audit.foreign.account import NINE, Records, income as income_row, result, trade as trade_row
from perplab.audit.verdict import Verdict
from perplab.tables.dated import built_in


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path)


def test_an_account_whose_records_agree_is_confirmed_in_every_check(records: Records) -> None:
    audit = records.audited()
    assert {one.check.name: one.verdict for one in audit.checks if one.findings} == {
        "forced-orders": Verdict.CANNOT_TELL
    }
    assert result(audit, "forced-orders").missing == (
        "prices of that time: --prices FILES, candles or trades"
    )
    assert {one.check.name for one in audit.checks if not one.looked_at} == set()
    assert "0.05% as taker (3 trades)" in " ".join(audit.notes)


def test_its_liquidation_is_told_with_its_numbers(records: Records) -> None:
    (one,) = records.audited().liquidations
    said = {line.check: (line.verdict, line.text) for line in one.lines}
    assert (one.verdict, one.symbol, one.side) == (Verdict.CONFIRMED, "BTCUSDT", "long")
    assert said["position"][1] == "it closed 0.15 of 0.15 at an average entry of 60500, all of it"
    assert "liquidation at 57730.92369478 (bracket 1, 0.4%)" in said["implied-price"][1]
    assert "the fill is 0.0096% worse" in said["implied-price"][1]
    assert said["bankruptcy-price"] == (
        Verdict.CONFIRMED,
        "entry 60500 and isolated wallet 450 make a bankruptcy price of 57500; the limit is 57500",
    )
    assert said["clearance-fee"][1].startswith("29.480595 to the insurance fund, of 33.81 left")


def changed(name: str, index: int, **cells: object) -> Callable[[Records], None]:
    def change(records: Records) -> None:
        records.files[name][index].update(cells)

    return change


WRONG: dict[str, tuple[Callable[[Records], None], str, str, str]] = {
    "a fee": (changed("trades", 0, commission="3.00000100"), "fees", "3.000001", ""),
    "a fee at a rate of its own": (
        changed("trades", 2, commission="1.24"),
        "fees",
        "1.24",
        "0.05% of 3100",
    ),
    "a realized profit": (changed("trades", 2, realizedPnl="75.01"), "profit", "75.01", "75"),
    "a fee in the income": (changed("income", 3, income="-1.54"), "ledger", "-1.54", "-1.55"),
    "a profit in the income": (changed("income", 4, income="76"), "ledger", "76", "75"),
    "an order's average": (
        changed("orders", 1, avgPrice="61000.20"),
        "orders",
        "0.1 at 61000.2",
        "0.1 at 61000",
    ),
    "an order's quantity": (
        changed("orders", 2, executedQty="0.051"),
        "orders",
        "0.051 at 62000",
        "0.05 at 62000",
    ),
    "a funding payment": (
        changed("income", 5, income="-0.91500760"),
        "funding",
        "-0.9150076",
        "-0.9150075",
    ),
    "a funding payment of the wrong sign": (
        changed("income", 5, income="0.91500750"),
        "funding",
        "0.9150075",
        "-0.9150075",
    ),
    "a printed liquidation price": (
        changed("snapshots", 0, liquidationPrice="57730.92369479"),
        "liquidation-price",
        "57730.92369479",
        "57730.92369478",
    ),
    "a printed position": (
        changed("snapshots", 0, positionAmt="0.151"),
        "positions",
        "0.151 at 60500",
        "0.15 at 60500",
    ),
    "a clearance at another time": (
        changed("income", 8, time=NINE),
        "insurance",
        "-29.480595",
        "",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_figure_is_found(records: Records, what: str) -> None:
    change, check, found, expected = WRONG[what]
    change(records)
    verdict = result(records.audited(), check)
    assert verdict.verdict is Verdict.VIOLATED
    wrong = [one for one in verdict.findings if one.verdict is Verdict.VIOLATED]
    assert (wrong[0].found, wrong[0].expected) == (found, expected or wrong[0].expected)


FORCED: dict[str, tuple[Callable[[Records], None], str]] = {
    "filled beyond its limit": (changed("forced", 0, price="57800"), "fill-limit"),
    "that closed more than was held": (changed("forced", 0, executedQty="0.2"), "position"),
    "of which the fund took more than was left": (
        changed("income", 8, income="-40"),
        "clearance-fee",
    ),
}


@pytest.mark.parametrize("what", FORCED)
def test_a_forced_order_is_violated_if_it_was(records: Records, what: str) -> None:
    change, check = FORCED[what]
    change(records)
    audit = records.audited()
    (one,) = audit.liquidations
    lines = {line.check for line in one.lines if line.verdict is Verdict.VIOLATED}
    assert one.verdict is Verdict.VIOLATED
    assert check in lines
    assert result(audit, "forced-orders").verdict is Verdict.VIOLATED


def test_a_forced_order_filled_far_from_what_it_implies_cannot_be_told(records: Records) -> None:
    changed("forced", 0, price="56000")(records)
    (one,) = records.audited("trades", "income", "forced").liquidations
    assert one.verdict is Verdict.CANNOT_TELL
    assert one.missing.startswith("the account's other positions and its wallet")


def test_a_forced_order_without_its_limit_cannot_be_told(records: Records) -> None:
    changed("forced", 0, price="0")(records)
    (one,) = records.audited().liquidations
    assert one.verdict is Verdict.CANNOT_TELL
    assert "the limit price of the forced order" in one.missing


def test_of_a_partial_liquidation_the_whole_position_is_taken(records: Records) -> None:
    """6 of 10 BTC are closed: 10 BTC at 60,000 are in the third bracket, 6 would be as well."""
    records.files["trades"] = [
        trade_row(0, 1, "BUY", "60000", "10", commission="300"),
        trade_row(90, 4, "SELL", "57000", "6", commission="171", realizedPnl="-18000"),
    ]
    changed("forced", 0, executedQty="6", avgPrice="57000")(records)
    (one,) = records.audited("trades", "forced").liquidations
    said = {line.check: line.text for line in one.lines}
    assert said["position"] == "it closed 6 of 10 at an average entry of 60000, 4 of it stayed"
    table = built_in().in_force("BTCUSDT", NINE * 10**6)
    row = next(row for row in table if row.cap >= 10 * 57_500 * 10**8)
    due = (575_000 * 10**8 - row.amount) / (10 * (10**8 - row.rate))
    assert f"implies liquidation at {due:.2f}"[:-1] in said["implied-price"]


def test_a_deleveraging_says_nothing_of_the_accounts_own_margin(records: Records) -> None:
    changed("forced", 0, clientOrderId="adl_autoclose")(records)
    (one,) = records.audited().liquidations
    assert one.verdict is Verdict.CANNOT_TELL
    assert [line.check for line in one.lines] == ["position", "deleveraging"]


def test_a_clearance_of_a_time_without_orders_cannot_be_told(records: Records) -> None:
    changed("income", 8, time=NINE + 500 * 60_000)(records)
    told = result(records.audited(), "insurance")
    assert told.verdict is Verdict.CANNOT_TELL
    assert "GET /fapi/v1/forceOrders" in told.missing


MISSING = {
    "fees": ("income", "the trade history"),
    "profit": ("income", "the trade history"),
    "ledger": ("trades", "the transaction history"),
    "orders": ("trades", "the order history"),
    "funding": ("trades", "the transaction history"),
    "insurance": ("trades", "the transaction history"),
    "liquidation-price": ("trades", "GET /fapi/v3/positionRisk"),
    "forced-orders": ("trades", "GET /fapi/v1/forceOrders"),
}


@pytest.mark.parametrize("check", MISSING)
def test_what_is_not_given_is_named(records: Records, check: str) -> None:
    name, needed = MISSING[check]
    told = result(records.audited(name), check)
    assert told.verdict is Verdict.CANNOT_TELL
    assert needed in told.missing


def test_funding_without_rates_and_marks_cannot_be_told(records: Records) -> None:
    told = result(records.audited("trades", "income"), "funding")
    assert told.verdict is Verdict.CANNOT_TELL
    assert "GET /fapi/v1/fundingRate" in told.missing


def test_funding_while_nothing_was_held_is_violated_even_without_rates(records: Records) -> None:
    records.files["income"].append(income_row(120, "FUNDING_FEE", "-0.5"))
    told = result(records.audited("trades", "income"), "funding")
    assert "while nothing was held" in told.findings[0].what


def test_brackets_that_are_not_given_are_asked_for(records: Records) -> None:
    from perplab.audit.foreign import audit_files

    audit = audit_files(records.written())
    assert "--brackets FILE@DATE" in result(audit, "liquidation-price").missing
    assert "--brackets FILE@DATE" in audit.liquidations[0].missing


def test_a_position_that_is_older_than_its_trades_is_not_judged(records: Records) -> None:
    del records.files["trades"][:2]
    audit = records.audited("trades")
    told = result(audit, "profit")
    assert told.verdict is Verdict.CANNOT_TELL
    assert told.missing.startswith("the trades back to when the position was opened")


def test_once_it_was_closed_the_next_position_is_judged_again(records: Records) -> None:
    del records.files["trades"][:2]
    records.files["trades"] += [
        trade_row(100, 5, "SELL", "58000", "0.1", commission="2.9"),
        trade_row(101, 6, "BUY", "57000", "0.1", commission="2.85", realizedPnl="99"),
    ]
    told = result(records.audited("trades"), "profit")
    assert [(one.found, one.expected) for one in told.findings if one.found] == [("99", "100")]


def test_a_missing_trade_is_told_once_and_not_for_ever(records: Records) -> None:
    del records.files["trades"][1]
    told = result(records.audited("trades"), "profit")
    wrong = [one for one in told.findings if one.verdict is Verdict.VIOLATED]
    assert len(wrong) == 2


def test_hedge_positions_are_kept_apart(records: Records) -> None:
    records.files["trades"] = [
        trade_row(0, 1, "BUY", "60000", "0.1", commission="3", positionSide="LONG"),
        trade_row(1, 2, "SELL", "61000", "0.1", commission="3.05", positionSide="SHORT"),
        trade_row(
            2, 3, "SELL", "62000", "0.1", commission="3.1", positionSide="LONG", realizedPnl="200"
        ),
        trade_row(
            3, 4, "BUY", "62000", "0.1", commission="3.1", positionSide="SHORT", realizedPnl="-100"
        ),
    ]
    audit = records.audited("trades")
    assert result(audit, "profit").verdict is Verdict.CONFIRMED
    assert result(audit, "fees").verdict is Verdict.CONFIRMED


def test_rows_that_stand_in_two_exports_count_once(records: Records) -> None:
    records.files["again"] = records.files["trades"][1:3]
    audit = records.audited("trades", "again")
    assert result(audit, "profit").verdict is Verdict.CONFIRMED
    assert "2 rows stand twice and were taken once" in audit.notes
