"""Time runs forward; small disorder is put right and reported."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from perplab.tape.clock import in_order
from perplab.tape.csv_table import CsvTable
from perplab.tape.errors import TapeError
from perplab.tape.reading import read
from perplab.tape.sheet import load
from perplab.tape.source import Source
from tape.conftest import Written

NS = 1700000000000000000
SECOND = 1_000_000_000


def tape(*times: int) -> str:
    return "time,price\n" + "".join(f"{NS + t},{place + 1}\n" for place, t in enumerate(times))


def test_disorder_within_a_second_is_sorted_stably_and_counted(written: Written) -> None:
    reading = read([written("BTCUSDT.csv", tape(0, 30, 10, 30, 20, 40))])
    (stream,), (report,) = reading.streams, reading.reports
    assert (stream.time_ns - NS).tolist() == [0, 10, 20, 30, 30, 40]
    assert (stream.price // 10**8).tolist() == [1, 3, 5, 2, 4, 6]
    assert report.resorted_rows == 2
    assert (report.first_ns, report.last_ns) == (NS, NS + 40)


def test_a_clock_that_goes_back_by_a_second_is_the_limit(written: Written) -> None:
    assert read([written("BTCUSDT.csv", tape(0, SECOND, 0))]).reports[0].resorted_rows == 1
    with pytest.raises(TapeError, match=r"row 4, column time: .* 1.000 s earlier"):
        read([written("BTCUSDT.csv", tape(0, SECOND + 1, 0))])


def test_a_slow_slide_back_is_measured_from_the_latest_time(written: Written) -> None:
    steps = (2 * SECOND, SECOND * 3 // 2, SECOND * 9 // 10)
    with pytest.raises(TapeError, match=r"row 4, column time"):
        read([written("BTCUSDT.csv", tape(*steps))])


@given(times=st.lists(st.integers(0, SECOND), min_size=1, max_size=50))
def test_any_disorder_within_a_second_ends_as_a_stable_sort(times: list[int]) -> None:

    data = tape(*times).encode()
    table = CsvTable(Source(path=Path("a.csv"), stored=data, data=data, content="text"))
    sheet = load(table, {"time": "time"})
    order, late = in_order(sheet, np.array(times, np.int64))
    expected = sorted(range(len(times)), key=times.__getitem__)
    assert (list(range(len(times))) if order is None else order.tolist()) == expected
    assert late == sum(t < max(times[: place + 1]) for place, t in enumerate(times))


def test_two_settlements_at_one_time_are_refused(written: Written) -> None:
    text = "calc_time,funding_interval_hours,last_funding_rate\n" + "1700006400000,8,0.0001\n" * 2
    with pytest.raises(TapeError, match=r"row 3, column calc_time: .*one settlement at a time"):
        read([written("BTCUSDT.csv", text)])
