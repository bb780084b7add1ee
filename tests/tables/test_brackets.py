"""Bracket tables from files: three formats, and what is refused."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from perplab.domain.instrument import Bracket
from perplab.domain.numbers import ONE, Money, Rate
from perplab.tables.brackets import read_brackets, symbol_of
from perplab.tables.reading import TableError

OURS = """
effective = 2023-06-01
[brackets]
FILUSDT = [
    { floor = 0, cap = 50_000, rate = 0.006, amount = 0, max_leverage = 50 },
    { floor = 50_000, cap = 250_000, rate = "0.01", amount = 200, max_leverage = 25 },
]
"""
ROWS = (
    Bracket(
        floor=Money(0),
        cap=Money(50_000 * ONE),
        rate=Rate(600_000),
        amount=Money(0),
        max_leverage=50,
    ),
    Bracket(
        floor=Money(50_000 * ONE),
        cap=Money(250_000 * ONE),
        rate=Rate(1_000_000),
        amount=Money(200 * ONE),
        max_leverage=25,
    ),
)


def api_rows() -> list[dict[str, Any]]:
    keys = ("bracket", "initialLeverage", "notionalFloor", "notionalCap", "maintMarginRatio", "cum")
    terms = ((1, 50, 0, 50_000, 0.006, 0.0), (2, 25, 50_000, 250_000, 0.01, 200.0))
    return [dict(zip(keys, row, strict=True)) for row in terms]


def saved(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data))
    return path


def test_our_own_toml_is_read_exactly_with_or_without_quotes(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OURS)
    file = read_brackets(path)
    assert file.rows == {"FILUSDT": ROWS}
    assert f"{file.effective}" == "2023-06-01"


def test_the_exchanges_answer_is_read_as_a_list_or_as_one_object(tmp_path: Path) -> None:
    symbol = {"symbol": "FILUSDT", "brackets": api_rows()}
    assert read_brackets(saved(tmp_path / "list.json", [symbol])).rows == {"FILUSDT": ROWS}
    assert read_brackets(saved(tmp_path / "one.json", symbol)).rows == {"FILUSDT": ROWS}


def test_rows_are_put_in_the_order_of_their_bracket_number(tmp_path: Path) -> None:
    symbol = {"symbol": "FILUSDT", "brackets": api_rows()[::-1]}
    assert read_brackets(saved(tmp_path / "list.json", [symbol])).rows == {"FILUSDT": ROWS}


def test_a_coefficient_is_not_applied_and_that_is_said(tmp_path: Path) -> None:
    plain = {"symbol": "FILUSDT", "notionalCoef": 1, "brackets": api_rows()}
    scaled = {"symbol": "BTCUSDT", "notionalCoef": 1.5, "brackets": api_rows()}
    file = read_brackets(saved(tmp_path / "list.json", [plain, scaled]))
    assert file.rows == {"FILUSDT": ROWS, "BTCUSDT": ROWS}
    assert len(file.notes) == 1
    assert "notionalCoef of BTCUSDT is not applied" in file.notes[0]


def test_a_freqtrade_table_is_read_by_what_the_exchange_printed(tmp_path: Path) -> None:
    rows = [
        {"tier": 1.0, "maxNotional": 9.2e18, "info": {name: str(row[name]) for name in row}}
        for row in api_rows()
    ]
    path = tmp_path / "tiers.json.gz"
    path.write_bytes(gzip.compress(json.dumps({"FIL/USDT:USDT": rows}).encode()))
    assert read_brackets(path).rows == {"FILUSDT": ROWS}


@pytest.mark.parametrize(
    ("pair", "symbol"),
    [
        ("BTC/USDT", "BTCUSDT"),
        ("BTC/USDT:USDT", "BTCUSDT"),
        ("BTC/USDT:USDT-221230", "BTCUSDT_221230"),
        ("BTCUSDT_221230", "BTCUSDT_221230"),
    ],
)
def test_a_pair_names_its_symbol(pair: str, symbol: str) -> None:
    assert symbol_of(pair) == symbol


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.json", b"", "is empty"),
        ("a.json", b"[{", "is not JSON"),
        ("a.json", b"\xff\xfe", "is not UTF-8"),
        ("a.json", b"3", "expected the answer of leverageBracket"),
        ("a.json", b"{}", "expected the answer of leverageBracket"),
        ("a.json.gz", gzip.compress(b"[1, 2]", mtime=0)[:12], "cannot be read"),
        ("a.json", b'[{"symbol": "X"}]', "row 1.brackets: is missing"),
        ("a.json", b'{"X/USDT": [{"tier": 1}]}', "X/USDT.row 1.info: is missing"),
        ("a.toml", b"effective = ", "is not TOML"),
        ("a.toml", b"effective = 3\n[brackets]\n", "effective.datetime: found 3"),
        ("a.toml", OURS.replace("0.006", "six").encode(), "is not TOML"),
        ("a.toml", OURS.replace('"0.01"', '"1%"').encode(), "row 2.rate: found '1%'"),
        ("a.toml", OURS.replace("cap = 50_000", "cap = -1").encode(), "row 1.cap: found -1"),
        ("a.toml", OURS.replace("= 25 }", "= 2.5 }").encode(), "row 2.max_leverage: found '2.5'"),
        ("a.toml", OURS.replace("cap", "top").encode(), "row 1.top: is not a key"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_place(
    tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TableError) as refused:
        read_brackets(path)
    assert str(path) in str(refused.value)
    assert told in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="there is no such file"):
        read_brackets(tmp_path / "none.json")


def test_a_symbol_that_occurs_twice_is_refused(tmp_path: Path) -> None:
    symbol = {"symbol": "FILUSDT", "brackets": api_rows()}
    with pytest.raises(TableError, match="occurs twice"):
        read_brackets(saved(tmp_path / "list.json", [symbol, symbol]))
    with pytest.raises(TableError, match="are the same symbol"):
        read_brackets(saved(tmp_path / "pairs.json", {"A/USDT": [], "A/USDT:USDT": []}))


@pytest.mark.parametrize("text", ["[" * 100_000, f"[{'1' * 5000}]"], ids=["deep", "long"])
def test_json_that_no_parser_takes_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(TableError, match=r"a\.json: found .* expected a table"):
        read_brackets(path)


def test_toml_that_no_parser_takes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    for value in ("[" * 100_000, "1" * 5000):
        path.write_text(f"x = {value}")
        with pytest.raises(TableError, match=r"a\.toml: found .* expected a table"):
            read_brackets(path)


def test_a_quoted_number_of_thousands_of_digits_is_refused_in_short(tmp_path: Path) -> None:
    rows = api_rows()
    rows[0]["notionalCap"] = "1" * 5001
    path = saved(tmp_path / "a.json", {"symbol": "X", "brackets": rows})
    with pytest.raises(TableError, match="has 5001 characters, more than 60") as caught:
        read_brackets(path)
    assert len(str(caught.value)) < 500


def test_rows_of_the_exchange_are_put_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    data = {"symbol": "FILUSDT", "brackets": api_rows()[::-1]}
    assert read_brackets(saved(tmp_path / "a.json", data)).rows == {"FILUSDT": ROWS}
