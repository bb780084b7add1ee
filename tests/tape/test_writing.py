"""What is written reads back as the same numbers."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from perplab.domain.instrument import Kind
from perplab.domain.numbers import INT64_MAX
from perplab.tape.generator import generate
from perplab.tape.options import ReadOptions
from perplab.tape.reading import read
from perplab.tape.stream import Stream
from perplab.tape.writing import FORMATS, write, write_csv

BTC = ReadOptions(symbol="BTCUSDT")


def stream(kind: Kind, prices: list[int]) -> Stream:
    price = np.array(prices, np.int64)
    return Stream(
        symbol="BTCUSDT",
        kind=kind,
        name="",
        time_ns=1700000000000000000 + np.arange(len(prices), dtype=np.int64),
        price=price,
        ask=price if kind is Kind.QUOTE else None,
        quantity=price if kind is Kind.TRADE else None,
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(list(Kind)),
    suffix=st.sampled_from(FORMATS),
    prices=st.lists(st.integers(1, INT64_MAX), min_size=1, max_size=10),
)
def test_every_kind_and_format_reads_back_to_the_same_digest(
    tmp_path: Path, kind: Kind, suffix: str, prices: list[int]
) -> None:
    path = tmp_path / f"x{suffix}"
    original = stream(kind, prices)
    write(original, path)
    (back,) = read([path], BTC).streams
    assert (back.kind, back.digest) == (kind, original.digest)


@pytest.mark.parametrize("interval_ns", [10_000_000, 2_000_000])
def test_agg_trades_read_back_to_the_same_digest(tmp_path: Path, interval_ns: int) -> None:
    path = tmp_path / "BTCUSDT-aggTrades.csv"
    original = generate(rows=3_000, seed=5, mean_interval_ns=interval_ns)
    heard: list[int] = []
    write_csv(original, path, heard.append)
    reading = read([path])
    assert reading.reports[0].format == "Binance aggTrades"
    assert reading.streams[0].digest == original.digest
    assert heard == [3_000]


def test_agg_trades_count_in_ms_where_that_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "BTCUSDT.csv"
    whole = stream(Kind.TRADE, [150000000, 100000000])
    whole.time_ns = whole.time_ns // 10 * 10
    write_csv(whole, path)
    assert path.read_text().splitlines()[1:] == [
        "1,1.5,1.5,1,1,1700000000000,false",
        "2,1.0,1.0,2,2,1700000000000,true",
    ]


def test_only_trades_with_sizes_are_written_as_agg_trades(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no aggTrades"):
        write_csv(stream(Kind.MARK, [1]), tmp_path / "a.csv")


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the suffix is none of"):
        write(stream(Kind.MARK, [1]), tmp_path / "a.xlsx")


def test_nothing_but_the_file_is_left_behind(tmp_path: Path) -> None:
    for suffix in FORMATS:
        write(stream(Kind.MARK, [1]), tmp_path / f"a{suffix}")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "a.csv", "a.feather", "a.parquet",
    ]  # fmt: skip
