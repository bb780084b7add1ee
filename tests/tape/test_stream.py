"""A stream is what its columns are."""

import numpy as np
import pytest

from perplab.domain.instrument import Kind
from perplab.tape.stream import FundingSeries, Stream


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, np.int64)


def trades(symbol: str = "BTCUSDT", name: str = "a.csv") -> Stream:
    return Stream(
        symbol=symbol,
        kind=Kind.TRADE,
        name=name,
        time_ns=ints(10, 20, 20, 30),
        price=ints(5, 6, 7, 8),
        quantity=ints(1, 0, 2, 1),
    )


def test_kinds_take_turns_trade_then_quote_then_mark() -> None:
    assert list(Kind) == [Kind.TRADE, Kind.QUOTE, Kind.MARK]


def test_the_digest_knows_the_numbers_and_not_the_names() -> None:
    assert trades().digest == trades("ETHUSDT", "b.csv").digest
    other = trades()
    other.price = ints(5, 6, 7, 9)
    assert other.digest != trades().digest


def test_a_mark_and_a_trade_of_the_same_numbers_have_two_digests() -> None:
    mark, trade = (
        Stream(symbol="X", kind=kind, name="", time_ns=ints(1, 2), price=ints(3, 4))
        for kind in (Kind.MARK, Kind.TRADE)
    )
    assert mark.digest != trade.digest
    assert len(mark.digest) == 64


def test_the_last_row_at_a_time_is_the_last_of_equal_times() -> None:
    stream = trades()
    assert [stream.last_row_at(time) for time in (9, 10, 20, 29, 30, 2**80, -(2**80))] == [
        -1, 0, 2, 2, 3, 3, -1,
    ]  # fmt: skip


def test_quotes_are_searched_by_ask_below_and_by_bid_above() -> None:
    quotes = Stream(
        symbol="X",
        kind=Kind.QUOTE,
        name="",
        time_ns=ints(1, 2),
        price=ints(10, 9),
        ask=ints(12, 11),
    )
    assert quotes.index.first(0, 11, None) == 1
    assert quotes.index.first(0, 10, None) is None
    assert quotes.index is quotes.index


def test_columns_that_do_not_fit_the_kind_are_refused() -> None:
    with pytest.raises(ValueError, match="lacks asks"):
        Stream(symbol="X", kind=Kind.QUOTE, name="", time_ns=ints(1), price=ints(1))
    with pytest.raises(ValueError, match="has quantities"):
        Stream(
            symbol="X", kind=Kind.MARK, name="", time_ns=ints(1), price=ints(1), quantity=ints(1)
        )
    with pytest.raises(ValueError, match="rows"):
        Stream(symbol="X", kind=Kind.MARK, name="", time_ns=ints(1), price=ints(1, 2))
    with pytest.raises(TypeError, match="float64"):
        Stream(symbol="X", kind=Kind.MARK, name="", time_ns=ints(1), price=np.array([1.0]))


def test_a_funding_series_has_a_digest_of_its_own() -> None:
    series = FundingSeries(symbol="X", name="", time_ns=ints(1), rate=ints(-5))
    same = FundingSeries(symbol="Y", name="f", time_ns=ints(1), rate=ints(-5))
    assert series.digest == same.digest
    assert len(series) == 1
