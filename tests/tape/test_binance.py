"""Binance's own files, as data.binance.vision has served them over the years."""

import gzip
import hashlib
import zipfile
from pathlib import Path

import pytest

from perplab.domain.instrument import Kind
from perplab.tape.errors import TapeError
from perplab.tape.options import ReadOptions
from perplab.tape.reading import read
from perplab.tape.stream import Stream
from tape.conftest import Written

AGG_HEADER = (
    "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
)
AGG_ROWS = """\
1,60000.1,0.5,10,11,1700000000000,true
2,60000.20,1,12,12,1700000000001,false
3,59999.90000000,0.001,13,19,1700000000001,true
"""
BOOK_HEADER = (
    "update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,"
    "transaction_time,event_time\n"
)
KLINE_HEADER = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,"
    "taker_buy_volume,taker_buy_quote_volume,ignore\n"
)
KLINE_ROWS = """\
1700000000000,100,120,90,110,8,1700000059999,800,5,4,400,0
1700000060000,110,111,109,110,0.00000009,1700000119999,0,1,0,0,0
"""


def only(path: Path, options: ReadOptions | None = None) -> Stream:
    (stream,) = read([path], options).streams
    return stream


@pytest.mark.parametrize("header", [AGG_HEADER, ""])
def test_agg_trades_read_with_and_without_header(written: Written, header: str) -> None:
    reading = read([written("BTCUSDT-aggTrades-2023-11-14.csv", header + AGG_ROWS)])
    (stream,), (report,) = reading.streams, reading.reports
    assert report.format == "Binance aggTrades"
    assert (stream.symbol, stream.kind) == ("BTCUSDT", Kind.TRADE)
    assert stream.price.tolist() == [6000010000000, 6000020000000, 5999990000000]
    assert stream.quantity is not None
    assert stream.quantity.tolist() == [50000000, 100000000, 100000]
    assert stream.time_ns.tolist() == [
        1700000000000000000, 1700000000001000000, 1700000000001000000,
    ]  # fmt: skip


@pytest.mark.parametrize("digits", ["", "000", "000000"])
def test_times_in_ms_us_and_ns_are_told_apart_by_their_digits(
    written: Written, digits: str
) -> None:
    rows = AGG_ROWS.replace("1700000000000", "1700000000000" + digits)
    rows = rows.replace("1700000000001", "1700000000001" + digits)
    stream = only(written("BTCUSDT-aggTrades.csv", rows))
    assert int(stream.time_ns[-1]) == 1700000000001000000


def test_spot_files_without_header_and_with_another_column_read_too(written: Written) -> None:
    rows = AGG_ROWS.replace("true\n", "True,True\n").replace("false\n", "False,True\n")
    assert len(only(written("BTCUSDT-aggTrades.csv", rows))) == 3


@pytest.mark.parametrize("header", ["id,price,qty,quote_qty,time,is_buyer_maker\n", ""])
def test_trades_read_with_and_without_header(written: Written, header: str) -> None:
    rows = "7,3054.91,0.1,305.491,1713571200068,true\n8,3054.90,0.2,610.98,1713571200069,false\n"
    reading = read([written("ETHUSDT-trades-2024-04-20.csv", header + rows)])
    assert reading.reports[0].format == "Binance trades"
    assert reading.streams[0].price.tolist() == [305491000000, 305490000000]


@pytest.mark.parametrize("header", [BOOK_HEADER, ""])
def test_book_tickers_of_one_millisecond_are_sorted_by_update_id(
    written: Written, header: str
) -> None:
    rows = (
        "12,99,1,101,1,1700000000000,1700000000005\n"
        "11,98,1,100,1,1700000000000,1700000000004\n"
        "13,97,1,102,1,1700000000001,1700000000006\n"
    )
    reading = read([written("BTCUSDT-bookTicker-2023-11-14.csv", header + rows)])
    (stream,) = reading.streams
    assert stream.kind is Kind.QUOTE
    assert stream.ask is not None
    assert stream.price.tolist() == [9800000000, 9900000000, 9700000000]
    assert stream.ask.tolist() == [10000000000, 10100000000, 10200000000]
    assert reading.reports[0].resorted_rows == 1


@pytest.mark.parametrize("header", [KLINE_HEADER, ""])
def test_klines_become_four_prices_and_say_that_the_path_is_assumed(
    written: Written, header: str
) -> None:
    reading = read([written("BTCUSDT-1m-2023-11.csv", header + KLINE_ROWS)])
    (stream,), (report,) = reading.streams, reading.reports
    assert report.format == "Binance klines"
    assert [int(p) // 10**8 for p in stream.price[:4]] == [100, 90, 120, 110]
    assert stream.quantity is not None
    assert stream.quantity.tolist() == [200000000] * 4 + [2] * 4
    assert [(int(t) - 1700000000000000000) // 10**9 for t in stream.time_ns[:5]] == [
        0, 15, 30, 45, 60,
    ]  # fmt: skip
    assert any("the path inside a candle is assumed" in note for note in report.notes)


def test_mark_price_klines_are_told_by_their_folder(written: Written) -> None:
    path = written("markPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2023-11.csv", KLINE_ROWS)
    stream = only(path)
    assert stream.kind is Kind.MARK
    assert stream.quantity is None


def test_index_price_klines_are_refused_unless_called_the_mark(written: Written) -> None:
    path = written("indexPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2023-11.csv", KLINE_ROWS)
    with pytest.raises(TapeError, match="--mark FILE"):
        read([path])
    assert only(path, ReadOptions(kind=Kind.MARK)).kind is Kind.MARK


@pytest.mark.parametrize("header", ["calc_time,funding_interval_hours,last_funding_rate\n", ""])
def test_funding_rates_are_signed_and_keep_their_time(written: Written, header: str) -> None:
    rows = "1700006400001,8,0.00010000\n1700035200000,8,-0.00003105\n"
    reading = read([written("BTCUSDT-fundingRate-2023-11.csv", header + rows)])
    (series,) = reading.funding
    assert not reading.streams
    assert series.symbol == "BTCUSDT"
    assert series.rate.tolist() == [10000, -3105]
    assert int(series.time_ns[0]) == 1700006400001000000
    assert reading.reports[0].kind == "funding"


def test_gz_and_zip_hold_the_same_tape_as_the_plain_file(written: Written, tmp_path: Path) -> None:
    plain = written("BTCUSDT-aggTrades.csv", AGG_HEADER + AGG_ROWS)
    packed = tmp_path / "BTCUSDT-aggTrades.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    zipped = tmp_path / "BTCUSDT-aggTrades-2023-11-14.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, plain.name)
    digests = {only(path).digest for path in (plain, packed, zipped)}
    assert len(digests) == 1


def test_a_right_checksum_beside_the_file_is_accepted(written: Written, tmp_path: Path) -> None:
    path = written("BTCUSDT-aggTrades.csv", AGG_ROWS)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    (tmp_path / "BTCUSDT-aggTrades.csv.CHECKSUM").write_text(f"{sha256}  {path.name}\n")
    assert len(only(path)) == 3


@pytest.mark.parametrize("stated", ["0" * 64, "abc", ""])
def test_a_wrong_checksum_is_refused(written: Written, stated: str) -> None:
    path = written("BTCUSDT-aggTrades.csv", AGG_ROWS)
    written("BTCUSDT-aggTrades.csv.CHECKSUM", f"{stated}  {path.name}\n")
    with pytest.raises(TapeError, match="SHA-256"):
        read([path])


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(written: Written) -> None:
    plain = only(written("BTCUSDT-a.csv", AGG_HEADER + AGG_ROWS))
    text = ("\ufeff" + AGG_HEADER + AGG_ROWS).replace("\n", "\r\n")
    assert only(written("BTCUSDT-b.csv", text)).digest == plain.digest


@pytest.mark.parametrize(
    ("header", "what"),
    [
        ("timestamp,percentage,depth,notional\n2024-01-01 00:00:00,-5,1,2\n", "bookDepth"),
        ("create_time,symbol,sum_open_interest\n2024-01-01 00:00:00,BTCUSDT,1\n", "metrics"),
    ],
)
def test_files_without_usable_prices_are_refused_by_name(
    written: Written, header: str, what: str
) -> None:
    with pytest.raises(TapeError, match=what):
        read([written("BTCUSDT-x.csv", header)])
