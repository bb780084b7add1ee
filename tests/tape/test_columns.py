"""Files of no known format, whose columns are named by the reader or name themselves."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from perplab.domain.instrument import Kind
from perplab.tape.errors import TapeError
from perplab.tape.options import ReadOptions
from perplab.tape.reading import read
from tape.conftest import Written

MS = 1700000000000


def test_time_and_price_are_enough(written: Written) -> None:
    (stream,) = read([written("btcusdt.csv", f"time,price\n{MS},5\n{MS},6\n")]).streams
    assert stream.kind is Kind.TRADE
    assert stream.quantity is None
    assert stream.price.tolist() == [500000000, 600000000]


@pytest.mark.parametrize("name", ["quantity", "qty", "size", "amount"])
def test_sizes_are_known_by_their_usual_names(written: Written, name: str) -> None:
    text = f"timestamp,{name},price\n{MS},0.5,6\n"
    (stream,) = read([written("btcusdt.csv", text)]).streams
    assert stream.quantity is not None
    assert stream.quantity.tolist() == [50000000]


def test_columns_are_named_by_the_reader(written: Written) -> None:
    path = written("BTCUSDT.csv", f"ts;px;vol;x\n{MS};6,0;1;9\n".replace("6,0", "6.0"))
    options = ReadOptions(columns={"time": "ts", "price": "px", "quantity": "vol"})
    (stream,) = read([path], options).streams
    assert stream.price.tolist() == [600000000]
    with pytest.raises(TapeError, match=r"--columns time=ts,price=px"):
        read([path])


def test_columns_without_a_header_are_named_by_number(written: Written) -> None:
    path = written("BTCUSDT.csv", f"x,{MS},6\nx,{MS + 1},7\n")
    (stream,) = read([path], ReadOptions(columns={"time": "2", "price": "3"})).streams
    assert stream.price.tolist() == [600000000, 700000000]


def test_named_columns_can_be_quotes_marks_candles_or_funding(written: Written) -> None:
    path = written("BTCUSDT-1m.csv", f"t,a,b,c,d\n{MS},6,8,5,7\n")
    roles = {
        "quotes": {"time": "t", "bid": "c", "ask": "a"},
        "candles": {"time": "t", "open": "a", "high": "b", "low": "c", "close": "d"},
        "funding": {"time": "t", "rate": "a"},
        "price": {"time": "t", "price": "a"},
    }
    quotes = read([path], ReadOptions(columns=roles["quotes"])).streams[0]
    candles = read([path], ReadOptions(columns=roles["candles"])).streams[0]
    marks = read([path], ReadOptions(columns=roles["price"], kind=Kind.MARK)).streams[0]
    funding = read([path], ReadOptions(columns=roles["funding"])).funding[0]
    assert (quotes.kind, candles.kind, marks.kind) == (Kind.QUOTE, Kind.TRADE, Kind.MARK)
    assert (len(candles), funding.rate.tolist()) == (4, [600000000])


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ({"time": "t", "cost": "a"}, "the role 'cost' in --columns"),
        ({"time": "t", "price": "z"}, "column z: found no such column, expected one of t, a"),
        ({"time": "t"}, "expected time and one of"),
        ({"price": "a"}, "expected time and one of"),
        ({"time": "a", "price": "a"}, "two roles for one column"),
    ],
)
def test_columns_that_make_no_sense_are_refused(
    written: Written, columns: dict[str, str], complaint: str
) -> None:
    path = written("BTCUSDT.csv", f"t,a\n{MS},6\n")
    with pytest.raises(TapeError, match=complaint):
        read([path], ReadOptions(columns=columns))


@pytest.mark.parametrize(
    ("text", "expected_ns"),
    [
        ("2024-01-02 03:04:05", 1704164645000000000),
        ("2024-01-02T03:04:05.123456789Z", 1704164645123456789),
        ("2024-01-02 03:04:05.5+00:00", 1704164645500000000),
        ("2024-01-02", 1704153600000000000),
        ("1704164645.000000001", 1704164645000000001),
        ("1704164645", 1704164645000000000),
    ],
)
def test_times_may_be_texts_in_utc(written: Written, text: str, expected_ns: int) -> None:
    (stream,) = read([written("BTCUSDT.csv", f"time,price\n{text},6\n")]).streams
    assert stream.time_ns.tolist() == [expected_ns]


@pytest.mark.parametrize(
    "text", ["2024-01-02 03:04:05+02:00", "yesterday", "2024-13-02 00:00:00", "12345", "-5", "0"]
)
def test_texts_that_are_no_time_are_refused(written: Written, text: str) -> None:
    path = written("BTCUSDT.csv", f"time,price\n{text},6\n")
    with pytest.raises(TapeError, match="row 2, column time"):
        read([path])


@pytest.mark.parametrize("suffix", ["parquet", "feather"])
def test_parquet_and_feather_read_by_the_same_names(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"btcusdt.{suffix}"
    frame = pl.DataFrame(
        {
            "timestamp": [datetime(2024, 1, 2, 3, 4, 5, 6000, tzinfo=UTC)] * 2,
            "price": [60000.1, 60000.2],
            "quantity": [0.001, 2.0],
        }
    )
    frame.write_parquet(path) if suffix == "parquet" else frame.write_ipc(path)
    (stream,) = read([path]).streams
    assert stream.time_ns.tolist() == [1704164645006000000] * 2
    assert stream.price.tolist() == [6000010000000, 6000020000000]


def test_parquet_may_hold_whole_numbers_texts_or_decimals(tmp_path: Path) -> None:
    for number, price in enumerate(
        (
            pl.Series([6]),
            pl.Series(["6.00"]),
            pl.Series(["6"]).cast(pl.Decimal(20, 12)),
            pl.Series([6.0], dtype=pl.Float32),
        )
    ):
        path = tmp_path / f"btcusdt{number}.parquet"
        pl.DataFrame({"time": [MS], "price": price}).write_parquet(path)
        options = ReadOptions(symbol="BTCUSDT")
        assert read([path], options).streams[0].price.tolist() == [600000000]


@pytest.mark.parametrize(
    "price",
    [
        pl.Series([6.0, None]),
        pl.Series([6.0, float("nan")]),
        pl.Series([6.0, float("inf")]),
        pl.Series([6.0, 0.123456789]),
        pl.Series([6.0, 0.0]),
        pl.Series([6.0, 1e11]),
        pl.Series([6, 10**11]),
        pl.Series(["6", "six"]),
        pl.Series(["6", "0.123456789"]).cast(pl.Decimal(20, 12)),
    ],
)
def test_a_bad_price_in_parquet_is_refused_with_its_row(tmp_path: Path, price: pl.Series) -> None:
    path = tmp_path / "btcusdt.parquet"
    pl.DataFrame({"time": [MS, MS], "price": price}).write_parquet(path)
    with pytest.raises(TapeError, match="row 2, column price"):
        read([path])


def test_columns_of_types_that_cannot_be_prices_or_times_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "btcusdt.parquet"
    pl.DataFrame({"time": [MS], "price": [True]}).write_parquet(path)
    with pytest.raises(TapeError, match="column price: found type Boolean"):
        read([path])
    pl.DataFrame({"time": [1.7e12], "price": [6.0]}).write_parquet(path)
    with pytest.raises(TapeError, match="column time: found times of type Float64"):
        read([path])


def test_damaged_parquet_and_feather_are_refused(tmp_path: Path) -> None:
    for name, start in (("a.parquet", b"PAR1"), ("a.feather", b"ARROW1")):
        path = tmp_path / name
        path.write_bytes(start + bytes(100))
        with pytest.raises(TapeError, match="damaged"):
            read([path])


def test_a_symbol_is_needed_from_somewhere_and_never_contradicted(written: Written) -> None:
    nameless = written("ticks.csv", f"time,price\n{MS},6\n")
    with pytest.raises(TapeError, match="--symbol BTCUSDT"):
        read([nameless])
    assert read([nameless], ReadOptions(symbol="btcusdt")).streams[0].symbol == "BTCUSDT"
    with pytest.raises(TapeError, match="found prices of ETHUSDT, expected prices of BTCUSDT"):
        read([written("ETHUSDT.csv", f"time,price\n{MS},6\n")], ReadOptions(symbol="BTCUSDT"))
    inside = written("ETHUSDT.csv", f"time,price,symbol\n{MS},6,BTC/USDT\n")
    with pytest.raises(TapeError, match="symbol BTCUSDT in a file named for ETHUSDT"):
        read([inside])
    assert read([inside], ReadOptions(symbol="BTCUSDT")).streams[0].symbol == "BTCUSDT"


def test_a_kind_that_the_file_does_not_hold_is_refused(written: Written) -> None:
    path = written("BTCUSDT.csv", f"time,price\n{MS},6\n")
    with pytest.raises(TapeError, match="quote prices, as asked for"):
        read([path], ReadOptions(kind=Kind.QUOTE))
