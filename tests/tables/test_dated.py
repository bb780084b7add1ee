"""Which of several dated tables is in force."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from perplab.tables.dated import built_in, read_dated
from perplab.tables.reading import TableError
from tables.test_brackets import OURS


def ns(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**9


def table(folder: Path, name: str, effective: str, rate: str = "0.006") -> str:
    path = folder / name
    path.write_text(OURS.replace("2023-06-01", effective).replace("0.006", rate))
    return str(path)


FIRST, SECOND = "0.006", "0.008"


@pytest.fixture
def pair(tmp_path: Path) -> list[str]:
    later = table(tmp_path, "later.toml", "2023-09-01", SECOND)
    text = Path(later).read_text()
    Path(later).write_text(text.replace("amount = 200", "amount = 100"))
    return [later, table(tmp_path, "first.toml", "2023-06-01", FIRST)]


def test_the_table_in_force_is_the_last_that_has_begun(pair: list[str]) -> None:
    tables = read_dated(pair)
    rates = [
        tables.in_force("FILUSDT", ns(day))[0].rate
        for day in ("2023-06-01", "2023-08-31", "2023-09-01", "2025-01-01")
    ]
    assert rates == [600_000, 600_000, 800_000, 800_000]


def test_before_its_date_the_earliest_table_is_used_and_that_is_said(pair: list[str]) -> None:
    tables = read_dated(pair)
    assert tables.in_force("FILUSDT", ns("2022-01-01"))[0].rate == 600_000
    assert "used before that date" in tables.note("FILUSDT", ns("2022-01-01"))
    assert "used before that date" not in tables.note("FILUSDT", ns("2023-06-01"))


def test_a_table_that_comes_into_force_during_a_run_is_a_change(pair: list[str]) -> None:
    tables = read_dated(pair)
    start, date, end = ns("2023-08-31"), ns("2023-09-01"), ns("2023-09-02")
    changes = tables.changes_between("FILUSDT", start, end)
    assert [(time, rows[0].rate) for time, rows in changes] == [(date, 800_000)]
    assert tables.changes_between("FILUSDT", start, date) == changes
    assert tables.changes_between("FILUSDT", date, end) == ()
    assert tables.changes_between("FILUSDT", ns("2022-01-01"), start) == ()


def test_a_later_table_of_the_same_rows_is_no_change(tmp_path: Path) -> None:
    same = [table(tmp_path, "a.toml", "2023-06-01"), table(tmp_path, "b.toml", "2023-07-01")]
    changes = read_dated(same).changes_between("FILUSDT", 0, ns("2024-01-01"))
    assert changes == ()


def test_a_date_that_is_stated_is_stronger_than_the_files_own(tmp_path: Path) -> None:
    path = table(tmp_path, "a.toml", "2023-06-01")
    tables = read_dated([f"{path}@2020-02-03"])
    assert tables.tables[0].effective_ns == ns("2020-02-03")
    assert "in force from 2020-02-03 as stated" in tables.note("FILUSDT", ns("2021-01-01"))


def test_a_freqtrade_release_is_dated_by_its_name(tmp_path: Path) -> None:
    named = tmp_path / "freqtrade-2023.5_binance_leverage_tiers.json"
    named.write_text("[]")
    assert read_dated([named]).tables[0].effective_ns == ns("2023-05-01")
    named.rename(tmp_path / "freqtrade-2023.13_tiers.json")
    with pytest.raises(TableError, match="found month 13"):
        read_dated([tmp_path / "freqtrade-2023.13_tiers.json"])


def test_an_undated_table_holds_from_the_start(tmp_path: Path) -> None:
    (tmp_path / "now.json").write_text("[]")
    table = read_dated([tmp_path / "now.json"]).tables[0]
    assert table.effective_ns == 0
    assert table.dated_by == "undated, in force from the start"


def test_a_stated_date_that_is_none_is_refused(tmp_path: Path) -> None:
    path = table(tmp_path, "a.toml", "2023-06-01")
    with pytest.raises(TableError, match="found 'yesterday' after @, expected a date"):
        read_dated([f"{path}@yesterday"])


def test_two_tables_of_one_symbol_from_the_same_time_are_refused(tmp_path: Path) -> None:
    same = [table(tmp_path, "a.toml", "2023-06-01"), table(tmp_path, "b.toml", "2023-06-01")]
    with pytest.raises(TableError, match="both hold FILUSDT from the same time"):
        read_dated(same)


def test_a_symbol_without_brackets_is_refused_with_what_to_do(pair: list[str]) -> None:
    with pytest.raises(TableError, match=r"DOGEUSDT: no leverage brackets in .*--brackets FILE"):
        read_dated(pair).in_force("DOGEUSDT", 0)


def test_a_faulty_table_is_refused_when_its_symbol_is_asked_for(tmp_path: Path) -> None:
    path = table(tmp_path, "a.toml", "2023-06-01", rate="0.007")
    with pytest.raises(TableError, match="row 2: maintenance amount: found 200, expected 150"):
        read_dated([path]).in_force("FILUSDT", 0)
    assert read_dated([path], lookup=True).in_force("FILUSDT", 0)[1].amount == 200 * 10**8


def test_without_files_the_built_in_tables_are_used() -> None:
    assert read_dated([]) == built_in()
    assert built_in().symbols == ("BTCUSDT", "ETHUSDT")
    assert [len(built_in().in_force(symbol, 0)) for symbol in built_in().symbols] == [12, 12]
    assert built_in().tables[0].effective_ns == ns("2025-08-19")


def test_the_built_in_brackets_are_those_of_a_public_copy_of_their_time(shared: Path) -> None:
    copy = shared / "data/tiers/freqtrade-2025.10_binance_leverage_tiers.json.gz"
    for symbol in built_in().symbols:
        there = read_dated([copy]).in_force(symbol, 0)
        assert built_in().in_force(symbol, 0) == there


def test_twelve_real_tables_give_the_brackets_of_each_time(shared: Path) -> None:
    tables = read_dated(sorted((shared / "data/tiers").glob("*.json.gz")))
    crash = tables.in_force("FILUSDT", ns("2023-06-10"))
    assert [row.max_leverage for row in crash][:3] == [50, 25, 20]
    assert "freqtrade-2023.5_" in tables.note("FILUSDT", ns("2023-06-10"))
    changes = tables.changes_between("BTCUSDT", ns("2022-06-01"), ns("2026-12-31"))
    assert changes[-1][1] == built_in().in_force("BTCUSDT", 0)
