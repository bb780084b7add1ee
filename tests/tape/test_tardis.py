"""Tardis' daily CSV files."""

import pytest

from perplab.domain.instrument import Kind
from perplab.tape.errors import TapeError
from perplab.tape.options import ReadOptions
from perplab.tape.reading import read
from tape.conftest import Written

HEAD = "exchange,symbol,timestamp,local_timestamp,"
WHERE = "binance-futures,BTCUSDT"


def test_trades_take_the_exchange_time_in_microseconds(written: Written) -> None:
    text = (
        HEAD + "id,side,price,amount\n"
        f"{WHERE},1700000000000123,1700000000009999,a7,buy,60000.1,0.25\n"
        f"{WHERE},1700000000000456,1700000000009999,a8,sell,60000,0.5\n"
    )
    reading = read([written("binance-futures_trades_2023-11-14_BTCUSDT.csv", text)])
    (stream,) = reading.streams
    assert reading.reports[0].format == "Tardis trades"
    assert stream.time_ns.tolist() == [1700000000000123000, 1700000000000456000]
    assert stream.price.tolist() == [6000010000000, 6000000000000]


def test_trades_with_one_id_twice_are_refused_with_both_rows(written: Written) -> None:
    row = f"{WHERE},1700000000000123,1700000000009999,a7,buy,60000.1,0.25\n"
    with pytest.raises(TapeError, match=r"row 3, column id: found id a7, which row 2 has"):
        read([written("x.csv", HEAD + "id,side,price,amount\n" + row * 2)])


def test_quotes_and_book_snapshots_give_the_best_bid_and_ask(written: Written) -> None:
    quotes = (
        HEAD + f"ask_amount,ask_price,bid_price,bid_amount\n{WHERE},1700000000000123,1,2,101,99,3\n"
    )
    snapshot = (
        HEAD + "asks[0].price,asks[0].amount,bids[0].price,bids[0].amount\n"
        f"{WHERE},1700000000000123,1,101,2,99,3\n"
    )
    streams = [read([written("q.csv", text)]).streams[0] for text in (quotes, snapshot)]
    assert streams[0].digest == streams[1].digest
    assert streams[0].kind is Kind.QUOTE
    assert streams[0].ask is not None
    assert (streams[0].price[0], streams[0].ask[0]) == (9900000000, 10100000000)


def test_crossed_quotes_are_kept_and_counted(written: Written) -> None:
    text = (
        HEAD + f"ask_amount,ask_price,bid_price,bid_amount\n{WHERE},1700000000000123,1,2,99,99,3\n"
    )
    (report,) = read([written("q.csv", text)]).reports
    assert report.notes == ["1 quote has a bid at or above the ask."]


TICKER = (
    HEAD + "funding_timestamp,funding_rate,predicted_funding_rate,open_interest,"
    "last_price,index_price,mark_price\n"
    # time, settlement due, rate, mark: the settlement is at ...0100 s
    f"{WHERE},1700000000000000,1,1700000100000000,0.0001,,,,,60000\n"
    f"{WHERE},1700000050000000,1,1700000100000000,0.0003,,,,,\n"
    f"{WHERE},1700000099000000,1,1700000100000000,,,,,,60100.5\n"
    f"{WHERE},1700000101000000,1,1700000200000000,-0.0002,,,,,60200\n"
)


def test_a_ticker_gives_marks_and_the_last_rate_before_each_settlement(written: Written) -> None:
    reading = read([written("t.csv", TICKER)])
    (marks,), (series,) = reading.streams, reading.funding
    assert marks.kind is Kind.MARK
    assert marks.price.tolist() == [6000000000000, 6010050000000, 6020000000000]
    assert series.time_ns.tolist() == [1700000100000000000]
    assert series.rate.tolist() == [30000]
    assert "1 row without a mark price is left out." in reading.reports[0].notes
    assert [report.kind for report in reading.reports] == ["mark", "funding"]


def test_a_ticker_gives_one_kind_when_one_is_asked_for(written: Written) -> None:
    path = written("t.csv", TICKER)
    marks = read([path], ReadOptions(kind=Kind.MARK))
    rates = read([path], ReadOptions(kind="funding"))
    assert (len(marks.streams), len(marks.funding)) == (1, 0)
    assert (len(rates.streams), len(rates.funding)) == (0, 1)
    with pytest.raises(TapeError, match="quote prices, as asked for"):
        read([path], ReadOptions(kind=Kind.QUOTE))


def test_a_file_of_two_symbols_is_refused_unless_one_is_picked(written: Written) -> None:
    text = (
        HEAD + "id,side,price,amount\n"
        f"{WHERE},1700000000000123,1,1,buy,60000.1,0.25\n"
        "binance-futures,ETHUSDT,1700000000000123,1,1,buy,2000,0.25\n"
    )
    path = written("trades.csv", text)
    with pytest.raises(TapeError, match=r"row 3, column symbol: found 'ETHUSDT'.*--symbol"):
        read([path])
    reading = read([path], ReadOptions(symbol="ETHUSDT"))
    assert reading.streams[0].price.tolist() == [200000000000]
    assert reading.reports[0].notes == ["1 row of another symbol is left out."]


def test_liquidations_and_incremental_books_are_not_taken_for_trades(written: Written) -> None:
    trade = HEAD + f"id,side,price,amount\n{WHERE},1700000000000123,1,a7,buy,60000.1,0.25\n"
    with pytest.raises(TapeError, match="liquidations"):
        read([written("binance-futures_liquidations_2023-11-14_BTCUSDT.csv", trade)])
    book = HEAD + f"is_snapshot,side,price,amount\n{WHERE},1700000000000123,1,true,bid,1,1\n"
    with pytest.raises(TapeError, match="incremental book"):
        read([written("binance-futures_incremental_book_L2_BTCUSDT.csv", book)])
