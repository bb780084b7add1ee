"""What makes a bracket table, and what is accepted for looking up alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from perplab.domain.numbers import ONE, Money
from perplab.tables.check import checked
from perplab.tables.dated import built_in, read_dated
from perplab.tables.reading import TableError

TABLE = built_in().in_force("BTCUSDT", 0)


@pytest.mark.parametrize(
    ("row", "change", "told"),
    [
        (1, {"floor": ONE}, "row 1: floor: found 1, expected 0"),
        (1, {"amount": ONE}, "row 1: maintenance amount: found 1, expected 0"),
        (
            2,
            {"floor": 300_001 * ONE},
            "row 2: floor: found 300001, expected 300000, the cap",
        ),
        (2, {"rate": 400_000}, "row 2: rate: found 0.004, expected more than 0.004"),
        (2, {"amount": 301 * ONE}, "row 2: maintenance amount: found 301, expected 300 ="),
        (2, {"max_leverage": 150}, "row 2: maximum leverage: found 150, expected less than 150"),
        (2, {"cap": 300_000 * ONE}, "row 2: cap: found 300000, expected more than 300000"),
        (12, {"rate": ONE}, "row 12: rate: found 1, expected a rate above 0 and below 1"),
        (12, {"max_leverage": 0}, "row 12: maximum leverage: found 0, expected at least 1"),
    ],
)
def test_a_faulty_row_is_refused_with_what_was_found_and_expected(
    row: int, change: dict[str, Any], told: str
) -> None:
    rows = list(TABLE)
    rows[row - 1] = replace(rows[row - 1], **change)
    with pytest.raises(TableError) as refused:
        checked("BTCUSDT", rows, "file.json")
    assert f"file.json: BTCUSDT: {told}" in str(refused.value)


def test_a_number_that_no_market_has_is_shown_in_short() -> None:
    rows = (TABLE[0], replace(TABLE[1], floor=Money(ONE * 10**400)))
    with pytest.raises(TableError) as refused:
        checked("BTCUSDT", rows, "file.json")
    assert "row 2: floor: found 10000000000000000000000000000000... (401 char" in str(refused.value)
    assert all(len(line) < 200 for line in str(refused.value).splitlines())


def test_amounts_that_jump_are_accepted_for_looking_up() -> None:
    rows = (TABLE[0], replace(TABLE[1], amount=Money(0)), *TABLE[2:])
    assert checked("BTCUSDT", rows, "file.json", lookup=True) == rows


def test_what_cannot_be_looked_up_is_refused_all_the_same() -> None:
    rows = (TABLE[1], TABLE[0])
    with pytest.raises(TableError, match="row 2: cap: found 300000, expected more than 800000"):
        checked("BTCUSDT", rows, "file.json", lookup=True)
    with pytest.raises(TableError, match="has no rows"):
        checked("BTCUSDT", (), "file.json", lookup=True)


def test_every_symbol_of_twelve_real_tables_passes(shared: Path) -> None:
    tables = read_dated(sorted((shared / "data/tiers").glob("*.json.gz")))
    passed = [
        checked(symbol, rows, table.source)
        for table in tables.tables
        for symbol, rows in table.rows.items()
    ]
    assert len(tables.tables) == 12
    assert len(passed) == 5015
