"""What the exchange's web pages export: newest first, whole seconds, zones, fees in any coin."""

from pathlib import Path

import pytest

from audit.foreign.account import result
from perplab.audit.foreign import audit_files
from perplab.audit.verdict import Audit, Verdict
from perplab.tape.errors import TapeError

TRADES = """\
Uid,Time,Symbol,Side,Price,Quantity,Amount,Fee,Realized Profit,Buyer,Maker,Trade ID,Order ID
1,2025-09-02 03:02:00,BTCUSDT,SELL,62000,0.2,12400,6.20000000USDT,300,false,false,13,103
1,2025-09-01 03:01:00,BTCUSDT,BUY,61000,0.1,6100,3.05000000 USDT,0,true,false,12,101
1,2025-09-01 03:01:00,BTCUSDT,BUY,60000,0.1,6000,3.00000000 USDT,0,true,false,11,101
"""
INCOME = """\
Time,Type,Amount,Asset,Symbol,Transaction ID
2025-09-02 03:02:01,REALIZED_PNL,300,USDT,BTCUSDT,5
2025-09-02 03:02:01,COMMISSION,-6.2,USDT,BTCUSDT,4
2025-09-01 03:01:00,COMMISSION,-3.05,USDT,BTCUSDT,3
2025-09-01 03:01:00,COMMISSION,-3,USDT,BTCUSDT,2
2025-08-31 00:00:00,TRANSFER,1000,USDT,,1
"""


def audited(folder: Path, trades: str = TRADES, income: str = INCOME) -> Audit:
    paths = []
    for name, text in (("a(UTC--6).csv", trades), ("b(UTC--6).csv", income)):
        path = folder / name
        path.write_text(text)
        paths.append(path)
    return audit_files(paths)


def test_exports_of_one_account_agree_though_no_row_names_its_trade(tmp_path: Path) -> None:
    audit = audited(tmp_path)
    for check in ("positions", "fees", "profit", "ledger"):
        assert result(audit, check).verdict is Verdict.CONFIRMED, check
    assert "a(UTC--6).csv: its times are taken in the zone that its name states" in audit.notes


def test_a_fee_that_the_income_has_otherwise_is_found_on_its_day(tmp_path: Path) -> None:
    audit = audited(tmp_path, income=INCOME.replace("-3.05", "-3.06"))
    told = result(audit, "ledger")
    assert told.verdict is Verdict.VIOLATED
    assert (told.findings[0].found, told.findings[0].expected) == ("-6.06", "-6.05")


def test_trades_that_go_on_longer_than_the_income_are_not_held_against_it(tmp_path: Path) -> None:
    later = TRADES.replace("1,2025-09-02 03:02:00", "1,2025-09-05 03:02:00")
    told = result(audited(tmp_path, trades=later), "ledger")
    assert told.verdict is Verdict.CANNOT_TELL


def test_a_fee_in_another_coin_needs_its_price(tmp_path: Path) -> None:
    audit = audited(tmp_path, trades=TRADES.replace("3.00000000 USDT", "0.0035 BNB"))
    told = result(audit, "fees")
    assert told.verdict is Verdict.CANNOT_TELL
    assert told.missing.startswith("the price of BNB at each trade")


def test_a_realized_profit_may_be_a_unit_off_as_the_entry_is_printed_cut(tmp_path: Path) -> None:
    near = result(audited(tmp_path, trades=TRADES.replace(",300,", ",299.99999999,")), "profit")
    off = result(audited(tmp_path, trades=TRADES.replace(",300,", ",299.99999997,")), "profit")
    assert near.verdict is Verdict.CONFIRMED
    assert off.verdict is Verdict.VIOLATED


def test_an_export_without_rows_says_so(tmp_path: Path) -> None:
    header = INCOME.partition("\n")[0]
    audit = audited(tmp_path, income=f"{header}\nNo data matches the criteria.\n")
    assert "b(UTC--6).csv: it says that no data matches, so it has no rows" in audit.notes
    assert result(audit, "ledger").verdict is Verdict.CANNOT_TELL


def test_hedge_mode_without_position_sides_is_noticed_and_not_called_wrong(
    tmp_path: Path,
) -> None:
    hedged = TRADES.replace("SELL,62000,0.2,12400,6.20000000USDT,300", "SELL,62000,0.2,12400,6.2,0")
    told = result(audited(tmp_path, trades=hedged), "profit")
    assert told.verdict is Verdict.CANNOT_TELL
    assert told.missing.startswith("the position side of each trade")


def test_files_of_two_accounts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TapeError, match="row 4, column Uid: found 2, expected 1, as before"):
        audited(
            tmp_path,
            trades=TRADES.replace(
                "1,2025-09-01 03:01:00,BTCUSDT,BUY,60000", "2,2025-09-01 03:01:00,BTCUSDT,BUY,60000"
            ),
        )


def test_semicolons_and_thousands_are_read(tmp_path: Path) -> None:
    trades = TRADES.replace(",", ";").replace("62000", "62,000")
    assert result(audited(tmp_path, trades=trades), "profit").verdict is Verdict.CONFIRMED
