"""Printed liquidation prices of real accounts, derived again to the last digit."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from audit.foreign.account import Records, result
from perplab.audit.foreign import audit_files
from perplab.audit.verdict import CheckResult, Verdict
from perplab.tables.dated import DatedTables, read_dated


@pytest.fixture
def rows(shared: Path) -> list[dict[str, Any]]:
    """Return real positions as the exchange's positionRisk tells them."""
    oracle = json.loads((shared / "data/oracles/liquidation_price.json").read_text())
    return [_risk(row) for row in oracle["rows"]]


def _risk(row: dict[str, str]) -> dict[str, Any]:
    known = "unknown" not in row["time"]
    at = datetime.fromisoformat(row["time"]).replace(tzinfo=UTC) if known else None
    return {
        "symbol": row["symbol"],
        "positionAmt": row["position_amount"],
        "entryPrice": row["entry_price"],
        "liquidationPrice": row["printed_liquidation_price"],
        "isolatedWallet": row["isolated_wallet"],
        "isolatedMargin": row["printed_isolated_margin"],
        "unRealizedProfit": row["printed_unrealized_profit"],
        "updateTime": int(at.timestamp() * 1000) if at else None,
    }


@pytest.fixture
def tables(shared: Path) -> DatedTables:
    return _tables(shared)


@cache
def _tables(shared: Path) -> DatedTables:
    return read_dated(sorted((shared / "data/tiers").glob("*.gz")))


def told(folder: Path, rows: list[dict[str, Any]], tables: DatedTables | None) -> CheckResult:
    path = folder / "positions"
    path.write_text(json.dumps(rows))
    return result(audit_files([path], brackets=tables), "liquidation-price")


def test_ten_real_positions_agree_to_the_last_printed_digit(
    tmp_path: Path, rows: list[dict[str, Any]], tables: DatedTables
) -> None:
    found = told(tmp_path, rows, tables)
    assert (found.verdict, found.looked_at, found.findings) == (Verdict.CONFIRMED, 10, ())


def test_margin_less_profit_is_the_wallet_where_it_is_not_printed(
    tmp_path: Path, rows: list[dict[str, Any]], tables: DatedTables
) -> None:
    for row in rows:
        del row["isolatedWallet"]
    assert told(tmp_path, rows, tables).verdict is Verdict.CONFIRMED


@pytest.mark.parametrize("index", range(10))
def test_one_unit_more_in_the_last_digit_is_found(
    tmp_path: Path, rows: list[dict[str, Any]], tables: DatedTables, index: int
) -> None:
    row = rows[index]
    if row["updateTime"] is None or row["updateTime"] < 1_654_041_600_000:
        pytest.skip("it is older than the first table, so that no figure can be called wrong")
    whole, _, part = row["liquidationPrice"].partition(".")
    row["liquidationPrice"] = f"{whole}.{int(part) + 2:0{len(part)}d}"
    found = told(tmp_path, [row], tables)
    assert found.verdict is Verdict.VIOLATED
    assert found.findings[0].expected.startswith(whole)


def test_a_price_that_only_another_days_brackets_give_cannot_be_told(
    tmp_path: Path, rows: list[dict[str, Any]], tables: DatedTables
) -> None:
    near = next(row for row in rows if row["symbol"] == "NEARUSDT")
    near["updateTime"] = int(datetime(2024, 10, 24, tzinfo=UTC).timestamp() * 1000)
    later = near | {"updateTime": int(datetime(2026, 4, 1, tzinfo=UTC).timestamp() * 1000)}
    found = told(tmp_path, [later], tables)
    assert found.verdict is Verdict.CANNOT_TELL
    assert "gives it, which was not in force by its date" in found.missing


def test_a_cross_position_needs_the_wallet_and_the_others(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.files["snapshots"][0]["marginType"] = "cross"
    found = result(records.audited("snapshots"), "liquidation-price")
    assert found.verdict is Verdict.CANNOT_TELL
    assert found.missing.startswith("the cross wallet")


def test_an_entry_that_was_printed_cut_is_allowed_for(tmp_path: Path) -> None:
    """3 BTC for 100,000.01 are at 33333.33666666...; (100,000.01 - 5,000) / 2.988 is printed."""
    records = Records(tmp_path)
    cut = {
        "positionAmt": "3",
        "entryPrice": "33333.33666",
        "isolatedWallet": "5000",
        "liquidationPrice": "31793.84538153",
    }
    records.files["snapshots"][0] |= cut
    found = result(records.audited("snapshots"), "liquidation-price")
    assert found.verdict is Verdict.CONFIRMED
    records.files["snapshots"][0] |= {"entryPrice": "33333.3366"}
    found = result(records.audited("snapshots"), "liquidation-price")
    assert found.verdict is Verdict.VIOLATED


def test_a_long_that_cannot_be_liquidated_prints_zero(tmp_path: Path) -> None:
    records = Records(tmp_path)
    records.files["snapshots"][0] |= {"isolatedWallet": "9100", "liquidationPrice": "0"}
    found = result(records.audited("snapshots"), "liquidation-price")
    assert found.verdict is Verdict.CONFIRMED
