"""What the command line calls: brackets and prices by name, several accounts' kinds at once."""

import json
from pathlib import Path

import pytest

from audit.foreign.account import NINE, Records, result
from perplab.audit.verdict import Verdict
from perplab.cli.audit_foreign_work import examine_foreign
from perplab.tables.reading import TableError
from perplab.tape.errors import TapeError


def test_without_brackets_the_built_in_ones_are_used_and_named(tmp_path: Path) -> None:
    audit = examine_foreign(Records(tmp_path).written(), (), ()).audit
    assert result(audit, "liquidation-price").verdict is Verdict.CONFIRMED
    assert any(note.startswith("brackets: built-in ") for note in audit.notes)


def test_brackets_are_files_with_their_date(tmp_path: Path) -> None:
    bracket = {
        "bracket": 1,
        "initialLeverage": 100,
        "notionalCap": 1_000_000,
        "notionalFloor": 0,
        "maintMarginRatio": 0.005,
        "cum": 0.0,
    }
    table = tmp_path / "mine.json"
    table.write_text(json.dumps([{"symbol": "BTCUSDT", "brackets": [bracket]}]))
    files = Records(tmp_path).written("snapshots")
    audit = examine_foreign(files, [f"{table}@2025-09-01"], ()).audit
    told = result(audit, "liquidation-price")
    assert told.verdict is Verdict.VIOLATED
    # 57,500 / 0.995 = 57,788.944723618...
    assert told.findings[0].expected == "57788.94472362"


def test_prices_are_files_of_candles(tmp_path: Path) -> None:
    candles = tmp_path / "BTCUSDT-1m.csv"
    at = NINE + 90 * 60_000
    rows = [f"{at + more},58000,58100,57000,57900,1" for more in (0, 60_000)]
    candles.write_text("\n".join(("open_time_ms,open,high,low,close,volume", *rows)) + "\n")
    audit = examine_foreign(Records(tmp_path).written(), (), [str(candles)]).audit
    assert result(audit, "forced-orders").verdict is Verdict.CONFIRMED
    assert audit.verdict is Verdict.CONFIRMED


def test_a_study_comes_with_a_stream_alone(tmp_path: Path) -> None:
    files = Records(tmp_path).written()
    assert examine_foreign(files, (), ()).study is None
    stream = tmp_path / "stream"
    row = f"BTC,SELL,LIMIT,IOC,0.150,57500,57725.4,FILLED,0.050,0.150,{NINE},8625"
    stream.write_text(f"{row}\n")
    found = examine_foreign([*files, stream], (), ())
    assert found.study is not None
    assert [one.orders for one in found.study.rows] == [1, 0, 0, 0, 1, 0]
    assert [one.number for one in found.audit.liquidations] == [1, 2]
    assert found.audit.subject.endswith(", stream")


def test_what_cannot_be_used_is_told(tmp_path: Path) -> None:
    files = Records(tmp_path).written()
    with pytest.raises(TableError, match="there is no such file"):
        examine_foreign(files, ["gone.json"], ())
    with pytest.raises(TapeError, match=r"gone\.csv"):
        examine_foreign(files, (), ["gone.csv"])
