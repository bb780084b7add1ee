"""Every real price file reads, with as many rows as it is known to have."""

from pathlib import Path

import numpy as np
import pytest

from perplab.domain.instrument import Kind
from perplab.tape.errors import TapeError
from perplab.tape.reading import read

TICKS = [
    # file, symbol and kind of each stream, rows of each
    ("btcusdt_20240808.gz", [("BTCUSDT", Kind.TRADE, 21_313), ("BTCUSDT", Kind.QUOTE, 66_089)]),
    ("ethusdt_20240808.gz", [("ETHUSDT", Kind.TRADE, 14_076), ("ETHUSDT", Kind.QUOTE, 53_992)]),
    ("BTCUSDT.trades.20241028.csv.gz", [("BTCUSDT", Kind.TRADE, 99_294)]),
    ("BTCUSDT.quote.1s.20260101-02.csv.gz", [("BTCUSDT", Kind.QUOTE, 172_686)]),
    ("ETHUSDT.trades.20240420.csv.gz", [("ETHUSDT", Kind.TRADE, 1_999)]),
    ("binance-futures_book_snapshot_5_BTCUSDT.csv", [("BTCUSDT", Kind.QUOTE, 10)]),
    ("binance-futures_book_snapshot_25_BTCUSDT.csv", [("BTCUSDT", Kind.QUOTE, 10)]),
    ("binance-spot-btcusdt-trades.parquet", [("BTCUSDT", Kind.TRADE, 2_001)]),
    ("binance-spot-btcusdt-quotes.parquet", [("BTCUSDT", Kind.QUOTE, 451)]),
]
CANDLES = [
    # file, kind, candles with volume
    ("BTC_USDT_USDT-1h-mark.feather", Kind.MARK, 56_084),
    ("XRP_USDT_USDT-1h-mark.feather", Kind.MARK, 100),
    ("XRP_USDT_USDT-5m-futures.feather", Kind.TRADE, 1_999),
    ("XRP_USDT_USDT-8h-mark.feather", Kind.MARK, 91),
    ("FILUSDT-1m-2023-06.csv.gz", Kind.TRADE, 43_199),
    ("FILUSDT-1m-2024-04.csv.gz", Kind.TRADE, 43_200),
    ("NEARUSDT-1m-2025-11.csv.gz", Kind.TRADE, 43_200),
    ("BTCUSDT-perp-1m-2021-05-19-1243-1343.csv", Kind.TRADE, 60),
    ("BTCUSDT-perp-1m-2025-10-10-2108-2149.csv", Kind.TRADE, 42),
]


@pytest.mark.parametrize(("name", "expected"), TICKS)
def test_tick_files_have_the_rows_they_are_known_for(
    shared: Path, name: str, expected: list[tuple[str, Kind, int]]
) -> None:
    streams = read([shared / "data" / "ticks" / name]).streams
    assert [(s.symbol, s.kind, len(s)) for s in streams] == expected
    for stream in streams:
        assert (np.diff(stream.time_ns) >= 0).all()


@pytest.mark.parametrize(("name", "kind", "candles"), CANDLES)
def test_candle_files_give_four_prices_a_candle(
    shared: Path, name: str, kind: Kind, candles: int
) -> None:
    (stream,) = read([shared / "data" / "klines" / name]).streams
    assert (stream.kind, len(stream)) == (kind, 4 * candles)


def test_every_file_of_ticks_and_candles_reads(shared: Path) -> None:
    paths = [
        path for folder in ("ticks", "klines") for path in (shared / "data" / folder).iterdir()
    ]
    for path in paths:
        reading = read([path])
        assert reading.streams or reading.funding


def test_hourly_last_mark_and_funding_of_one_market_go_together(shared: Path) -> None:
    klines = shared / "data" / "klines"
    kinds = ("futures", "mark", "funding_rate")
    reading = read([klines / f"ETH_USDT_USDT-1h-{kind}.feather" for kind in kinds])
    last, mark = reading.streams
    assert (mark.kind, last.kind, len(reading.funding[0])) == (Kind.MARK, Kind.TRADE, 7_089)
    # 2021-05-19, 13:00 UTC: the lowest last price and the lowest mark price of that day.
    day = [
        slice(stream.last_row_at(1621382400 * 10**9), stream.last_row_at(1621468800 * 10**9))
        for stream in (last, mark)
    ]
    assert int(last.price[day[0]].min()) == 140073000000
    assert int(mark.price[day[1]].min()) == 176425818052


def test_two_recordings_of_the_same_minutes_merge_by_symbol(shared: Path) -> None:
    ticks = shared / "data" / "ticks"
    reading = read([ticks / "ethusdt_20240808.gz", ticks / "btcusdt_20240808.gz"])
    assert [(s.symbol, s.kind) for s in reading.streams] == [
        ("BTCUSDT", Kind.TRADE), ("BTCUSDT", Kind.QUOTE),
        ("ETHUSDT", Kind.TRADE), ("ETHUSDT", Kind.QUOTE),
    ]  # fmt: skip


def test_months_of_one_market_follow_each_other(shared: Path) -> None:
    klines = shared / "data" / "klines"
    paths = [klines / f"FILUSDT-1m-2023-{month}.csv.gz" for month in ("08", "06")]
    (stream,) = read(paths).streams
    assert len(stream) == 4 * (43_199 + 44_629)


def test_forced_order_records_are_refused_with_what_to_say(shared: Path) -> None:
    with pytest.raises(TapeError, match="--columns"):
        read([shared / "data" / "liquidations" / "force_bands_20240817.csv"])
