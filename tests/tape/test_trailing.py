"""A trailing stop's row is found as reading every row would find it."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from perplab.domain.numbers import INT64_MAX, ONE
from perplab.tape.crossings import BLOCK, REGION, Crossings
from perplab.tape.trailing import Trail, first_return

Prices = NDArray[np.int64]


def return_by_reading(prices: Prices, start: int, trail: Trail) -> int | None:
    extreme = trail.extreme
    for row in range(start, len(prices)):
        price = int(prices[row])
        extreme = max(extreme, price) if trail.falls else min(extreme, price)
        active = extreme >= trail.activation if trail.falls else extreme <= trail.activation
        if (active or not trail.activation) and abs(extreme - price) * ONE >= extreme * trail.rate:
            return row
    return None


@st.composite
def walks(draw: st.DrawFn) -> Prices:
    rows = draw(st.sampled_from([1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    scale = draw(st.sampled_from([1, 7, ONE, 10**9]))
    steps = rng.integers(-draw(st.sampled_from([1, 3, 20])), 4, rows)
    return np.maximum(np.cumsum(steps) + draw(st.sampled_from([500, 5000, 60_000])), 1) * scale


@settings(max_examples=200, deadline=None)
@given(walk=walks(), data=st.data())
def test_the_first_row_that_comes_back_is_that_of_a_plain_loop(
    walk: Prices, data: st.DataObject
) -> None:
    index = Crossings(walk, walk)
    for _ in range(3):
        start = data.draw(st.integers(0, len(walk) + 2))
        price = int(walk[min(start, len(walk) - 1)])
        trail = Trail(
            falls=data.draw(st.booleans()),
            extreme=max(1, price + data.draw(st.integers(-price // 20, price // 20))),
            rate=data.draw(st.integers(1, 100)) * 100_000,
            activation=data.draw(
                st.sampled_from([0, 0, price, price * 21 // 20, price * 19 // 20])
            ),
        )
        assert first_return(index, start, trail) == return_by_reading(walk, start, trail)


@pytest.mark.parametrize("row", [1, BLOCK - 1, BLOCK, REGION - 1, REGION, 2 * REGION + BLOCK + 7])
@pytest.mark.parametrize("falls", [True, False])
def test_a_return_of_exactly_the_rate_counts_and_one_less_does_not(row: int, falls: bool) -> None:
    prices = np.full(2 * REGION + BLOCK + 8, 1000, np.int64)
    trail = Trail(falls=falls, extreme=1000, rate=ONE // 100)
    prices[row] = 991 if falls else 1009
    assert first_return(Crossings(prices, prices), 0, trail) is None
    prices[row] = 990 if falls else 1010
    assert first_return(Crossings(prices, prices), 0, trail) == row


def test_the_extreme_is_carried_over_blocks_and_regions() -> None:
    prices = np.full(2 * REGION, 1000, np.int64)
    prices[10], prices[2 * REGION - 1] = 1100, 990
    index = Crossings(prices, prices)
    assert first_return(index, 0, Trail(falls=True, extreme=1000, rate=ONE // 10)) == 2 * REGION - 1
    assert first_return(index, 11, Trail(falls=True, extreme=1000, rate=ONE // 10)) is None
    assert first_return(index, 11, Trail(falls=True, extreme=1113, rate=ONE // 10)) == 11


def test_prices_near_the_largest_integer_do_not_overflow() -> None:
    prices = np.array([INT64_MAX, INT64_MAX - INT64_MAX // 10 - 1], np.int64)
    index = Crossings(prices, prices)
    assert first_return(index, 0, Trail(falls=True, extreme=1, rate=ONE // 10)) == 1
    assert first_return(index, 0, Trail(falls=False, extreme=INT64_MAX, rate=ONE // 10)) is None


def test_the_range_of_rows_is_that_of_reading_them() -> None:
    rng = np.random.default_rng(3)
    prices = rng.integers(1, 10**9, 3 * BLOCK + 17)
    index = Crossings(prices, prices)
    for start, end in (
        (0, 1),
        (5, BLOCK),
        (0, len(prices)),
        (7, 3 * BLOCK + 1),
        (BLOCK, 2 * BLOCK),
    ):
        some = prices[start:end]
        assert index.range_of(start, end) == (some.min(), some.max())
