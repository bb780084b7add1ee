"""Several files, one stream for each market and kind."""

import pytest

from perplab.domain.instrument import Kind
from perplab.tape.errors import TapeError
from perplab.tape.reading import read
from tape.conftest import Written

MS = 1700000000000


def trades(start: int, count: int = 2, columns: str = "time,price,size") -> str:
    size = ",1" if columns.endswith("size") else ""
    rows = (f"{MS + start + i},{start + i + 1}{size}\n" for i in range(count))
    return columns + "\n" + "".join(rows)


def quotes(start: int) -> str:
    return f"time,bid,ask\n{MS + start},1,2\n"


def test_files_of_one_stream_are_joined_in_time_order(written: Written) -> None:
    later = written("BTCUSDT-2.csv", trades(10))
    sooner = written("BTCUSDT-1.csv", trades(0))
    reading = read([later, sooner])
    (stream,) = reading.streams
    assert stream.name == "BTCUSDT-1.csv, BTCUSDT-2.csv"
    assert (stream.price // 10**8).tolist() == [1, 2, 11, 12]
    assert [report.name for report in reading.reports] == ["BTCUSDT-2.csv", "BTCUSDT-1.csv"]


def test_many_files_are_named_by_the_first_and_the_last(written: Written) -> None:
    paths = [written(f"BTCUSDT-{i}.csv", trades(10 * i)) for i in range(5)]
    assert read(paths).streams[0].name == "BTCUSDT-0.csv to BTCUSDT-4.csv (5 files)"


def test_streams_come_by_symbol_and_then_by_turn(written: Written) -> None:
    paths = [
        written("ETHUSDT.csv", trades(0)),
        written("BTCUSDT.csv", trades(0)),
        written("BTCUSDT-quotes.csv", quotes(0)),
        written("BTCUSDT-marks.csv", f"time,mark_price\n{MS},5\n"),
    ]
    assert [(s.symbol, s.kind) for s in read(paths).streams] == [
        ("BTCUSDT", Kind.TRADE),
        ("BTCUSDT", Kind.QUOTE),
        ("BTCUSDT", Kind.MARK),
        ("ETHUSDT", Kind.TRADE),
    ]


def test_files_of_one_stream_that_overlap_are_refused(written: Written) -> None:
    paths = [written("BTCUSDT-1.csv", trades(0, 5)), written("BTCUSDT-2.csv", trades(3))]
    with pytest.raises(TapeError, match=r"BTCUSDT-2.csv: .*before the end of BTCUSDT-1.csv"):
        read(paths)
    with pytest.raises(TapeError, match="follow each other in time"):
        read([paths[0], paths[0]])


def test_files_may_meet_in_one_moment(written: Written) -> None:
    paths = [written("BTCUSDT-1.csv", trades(0, 2)), written("BTCUSDT-2.csv", trades(1))]
    assert len(read(paths).streams[0]) == 4


def test_sizes_that_one_file_does_not_tell_are_unknown(written: Written) -> None:
    paths = [
        written("BTCUSDT-1.csv", trades(0)),
        written("BTCUSDT-2.csv", trades(10, columns="time,price")),
    ]
    quantity = read(paths).streams[0].quantity
    assert quantity is not None
    assert quantity.tolist() == [10**8, 10**8, 0, 0]


def test_quotes_and_funding_are_joined_too(written: Written) -> None:
    head = "calc_time,funding_interval_hours,last_funding_rate\n"
    paths = [
        written("BTCUSDT-q1.csv", quotes(0)),
        written("BTCUSDT-q2.csv", quotes(5)),
        written("BTCUSDT-f1.csv", head + f"{MS},8,0.0001\n"),
        written("BTCUSDT-f2.csv", head + f"{MS + 9},8,0.0002\n"),
    ]
    reading = read(paths)
    assert reading.streams[0].ask is not None
    assert len(reading.streams[0].ask) == 2
    assert reading.funding[0].rate.tolist() == [10000, 20000]
    with pytest.raises(TapeError, match="funding rows"):
        read([paths[2], paths[2]])
