"""File names tell the market, the kind of candles and their length."""

from pathlib import Path

import pytest

from perplab.domain.instrument import Kind
from perplab.tape.naming import candle_kind_of, interval_of, market, symbol_of


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("BTCUSDT-aggTrades-2024-01-01.zip", "BTCUSDT"),
        ("BTC_USDT_USDT-1h-mark.feather", "BTCUSDT"),
        ("1000PEPE_USDT_USDT-1h-futures.feather", "1000PEPEUSDT"),
        ("btcusdt_20240808.gz", "BTCUSDT"),
        ("binance-spot-btcusdt-trades.parquet", "BTCUSDT"),
        ("binance-futures_book_snapshot_5_BTCUSDT.csv", "BTCUSDT"),
        ("BTCUSDT.quote.1s.20260101-02.csv.gz", "BTCUSDT"),
        ("BTCUSD_PERP-1m-2024-01.zip", "BTCUSD_PERP"),
        ("BTCUSDT_240628-trades-2024-01.zip", "BTCUSDT_240628"),
        ("ETHUSDC-1m.csv", "ETHUSDC"),
        ("ticks.csv", None),
        ("USDT.csv", None),
    ],
)
def test_a_name_tells_the_market(name: str, symbol: str | None) -> None:
    assert symbol_of(name) == symbol


@pytest.mark.parametrize("text", ["BTC/USDT:USDT", "BTC/USDT", "btcusdt", " BTC_USDT ", "BTC-USDT"])
def test_a_market_has_one_writing(text: str) -> None:
    assert market(text) == "BTCUSDT"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("BTC_USDT_USDT-1h-mark.feather", Kind.MARK),
        ("BTC_USDT_USDT-1h-funding_rate.feather", "funding"),
        ("BTC_USDT_USDT-1h-futures.feather", None),
        ("um/daily/markPriceKlines/BTCUSDT/1m/BTCUSDT-1m.zip", Kind.MARK),
        ("um/daily/indexPriceKlines/BTCUSDT/1m/BTCUSDT-1m.zip", "index"),
        ("um/daily/premiumIndexKlines/BTCUSDT/1m/BTCUSDT-1m.zip", "premium"),
        ("um/daily/klines/BTCUSDT/1m/BTCUSDT-1m.zip", None),
        ("market/BTCUSDT-1m.csv", None),
    ],
)
def test_a_name_or_folder_tells_the_kind_of_candles(path: str, kind: str | None) -> None:
    assert candle_kind_of(Path(path)) == kind


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("X-1m-2024.csv", 60), ("X-8h-mark.feather", 28_800), ("X-1d.csv", 86_400), ("X.csv", None)],
)
def test_a_name_tells_the_length_of_candles(name: str, seconds: int | None) -> None:
    assert interval_of(Path(name)) == (None if seconds is None else seconds * 10**9)
