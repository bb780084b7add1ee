"""Candles: from freqtrade's feather files and others, four prices each."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, strategies as st

from perplab.domain.instrument import Kind
from perplab.tape.candles import Candles, ticks
from perplab.tape.errors import TapeError
from perplab.tape.options import ReadOptions
from perplab.tape.reading import read
from tape.conftest import Written

HOUR = 3_600_000_000_000


def feather(tmp_path: Path, name: str, *rows: tuple[float, ...], step_hours: int = 1) -> Path:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "date": [start + timedelta(hours=step_hours * i) for i in range(len(rows))],
            **{
                column: [row[place] for row in rows]
                for place, column in enumerate(("open", "high", "low", "close", "volume"))
            },
        }
    )
    path = tmp_path / name
    frame.write_ipc(path)
    return path


def test_the_name_tells_trades_marks_and_funding_apart(tmp_path: Path) -> None:
    rows = [(100.1, 101.0, 99.9, 100.2, 4.0), (100.2, 101.0, 99.9, 100.3, 4.0)]
    rates = [(0.0001, 0.0, 0.0, 0.0, 0.0), (-0.00025, 0.0, 0.0, 0.0, 0.0)]
    reading = read(
        [
            feather(tmp_path, "BTC_USDT_USDT-1h-futures.feather", *rows),
            feather(tmp_path, "BTC_USDT_USDT-1h-mark.feather", *rows),
            feather(tmp_path, "BTC_USDT_USDT-1h-funding_rate.feather", *rates),
        ]
    )
    assert [(s.symbol, s.kind) for s in reading.streams] == [
        ("BTCUSDT", Kind.TRADE), ("BTCUSDT", Kind.MARK),
    ]  # fmt: skip
    assert reading.funding[0].rate.tolist() == [10000, -25000]
    assert reading.streams[1].price[:4].tolist() == [
        10010000000, 9990000000, 10100000000, 10020000000,
    ]  # fmt: skip


def test_the_first_extreme_is_a_setting(tmp_path: Path) -> None:
    path = feather(tmp_path, "BTCUSDT-1h.feather", (5.0, 9.0, 1.0, 4.0, 4.0))
    low, high = (
        read([path], ReadOptions(candle_path=first)).streams[0].price // 10**8
        for first in ("low-first", "high-first")
    )
    assert low.tolist() == [5, 1, 9, 4]
    assert high.tolist() == [5, 9, 1, 4]


@given(
    volumes=st.lists(st.integers(4, 10**15), min_size=1, max_size=20),
    length=st.integers(4, HOUR),
)
def test_times_rise_strictly_and_points_never_trade_more_than_the_candle(
    volumes: list[int], length: int
) -> None:
    count = len(volumes)
    ones = np.ones(count, np.int64)
    candles = Candles(
        time_ns=np.arange(count, dtype=np.int64) * length,
        open=ones,
        high=ones,
        low=ones,
        close=ones,
        volume=np.array(volumes, np.int64),
    )
    time_ns, _, quantity = ticks(candles, length, "low-first")
    assert (np.diff(time_ns) > 0).all()
    assert quantity is not None
    assert (quantity > 0).all()
    assert (quantity.reshape(-1, 4).sum(axis=1) <= candles.volume).all()


def test_candles_without_volume_give_no_trades_and_are_counted(tmp_path: Path) -> None:
    path = feather(
        tmp_path, "BTCUSDT-1h.feather", (5.0, 9.0, 1.0, 4.0, 4.0), (4.0, 4.0, 4.0, 4.0, 0.0)
    )
    (report,) = read([path]).reports
    assert report.rows == 4
    assert "1 candle without volume gives no trades." in report.notes


def test_candles_without_any_volume_are_refused_as_trades(tmp_path: Path) -> None:
    path = feather(tmp_path, "BTCUSDT-1h.feather", (5.0, 9.0, 1.0, 4.0, 0.0))
    with pytest.raises(TapeError, match="--mark FILE"):
        read([path])
    assert read([path], ReadOptions(kind=Kind.MARK)).streams[0].kind is Kind.MARK


@pytest.mark.parametrize("row", [(5.0, 4.9, 1.0, 4.0, 1.0), (5.0, 9.0, 4.5, 4.0, 1.0)])
def test_a_candle_that_leaves_its_own_range_is_refused_with_its_row(
    tmp_path: Path, row: tuple[float, ...]
) -> None:
    path = feather(tmp_path, "BTCUSDT-1h.feather", (5.0, 9.0, 1.0, 4.0, 1.0), row)
    with pytest.raises(TapeError, match=r"row 2: found open 5, high .*between low and high"):
        read([path])


def test_candles_closer_than_their_length_are_refused(tmp_path: Path) -> None:
    rows = [(5.0, 9.0, 1.0, 4.0, 1.0)] * 3
    with pytest.raises(TapeError, match=r"row 2: .*3600 s after.*candles 86400 s apart"):
        read([feather(tmp_path, "BTCUSDT-1d.feather", *rows)])


def test_one_candle_needs_its_length_in_the_name(tmp_path: Path) -> None:
    with pytest.raises(TapeError, match="length in the file's name"):
        read([feather(tmp_path, "BTCUSDT.feather", (5.0, 9.0, 1.0, 4.0, 1.0))])


def test_gaps_between_candles_are_kept(tmp_path: Path) -> None:
    path = feather(tmp_path, "BTCUSDT-1h.feather", *[(5.0, 9.0, 1.0, 4.0, 1.0)] * 2, step_hours=5)
    (stream,) = read([path]).streams
    assert int(stream.time_ns[4] - stream.time_ns[3]) == 5 * HOUR - 3 * HOUR // 4


def test_sums_of_doubles_count_as_the_decimal_they_are_next_to(tmp_path: Path) -> None:
    path = feather(tmp_path, "BTCUSDT-1h.feather", (0.1 + 0.2, 0.4, 0.1, 0.2, 523374743.8))
    (stream,) = read([path]).streams
    assert stream.quantity is not None
    assert int(stream.price[0]) == 30000000
    assert int(stream.quantity[0]) * 4 == 52337474380000000


def test_minute_candles_in_text_read_by_their_column_open_time_ms(written: Written) -> None:
    text = "open_time_ms,open,high,low,close,volume\n1621428180000,5,6,4,5,1\n"
    (stream,) = read([written("BTCUSDT-perp-1m-2021-05-19.csv", text)]).streams
    assert stream.symbol == "BTCUSDT"
    assert int(stream.time_ns[3] - stream.time_ns[0]) == 45_000_000_000
