"""The crossing index answers as reading every row would."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from perplab.tape.crossings import BLOCK, REGION, Crossings

Prices = NDArray[np.int64]
bounds = st.none() | st.integers(-(2**70), 2**70) | st.integers(-60, 60)


def first_by_reading(
    lows: Prices, highs: Prices, start: int, low: int | None, high: int | None
) -> int | None:
    for row in range(start, len(lows)):
        if low is not None and lows[row] <= low:
            return row
        if high is not None and highs[row] >= high:
            return row
    return None


@st.composite
def walks(draw: st.DrawFn) -> tuple[Prices, Prices]:
    rows = draw(st.sampled_from([1, 2, 4095, 4096, 4097, 9000, 3 * BLOCK]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    bid = np.cumsum(rng.integers(-1, 2, rows))
    return bid + draw(st.integers(0, 3)), bid


@given(walk=walks(), questions=st.lists(st.tuples(st.integers(0, 13000), bounds, bounds)))
def test_any_questions_in_any_order_get_the_answers_of_a_plain_loop(
    walk: tuple[Prices, Prices], questions: list[tuple[int, int | None, int | None]]
) -> None:
    index = Crossings(*walk)
    for start, low, high in questions:
        assert index.first(start, low, high) == first_by_reading(*walk, start, low, high)


@pytest.mark.parametrize("row", [0, BLOCK - 1, BLOCK, REGION - 1, REGION, 2 * REGION + BLOCK + 7])
@pytest.mark.parametrize("start", [0, 1, BLOCK, REGION - 1, REGION + 5])
def test_one_spike_is_found_from_before_it_and_not_from_after_it(row: int, start: int) -> None:
    prices = np.full(2 * REGION + BLOCK + 8, 100, np.int64)
    prices[row] = 50
    index = Crossings(prices, prices)
    expected = row if start <= row else None
    assert index.first(start, 50, None) == expected
    assert index.first(start, 50, 101) == expected
    assert index.first(start, 49, 101) is None


def test_no_bound_is_never_crossed() -> None:
    prices = np.arange(10, dtype=np.int64)
    assert Crossings(prices, prices).first(0, None, None) is None


def test_a_bound_reached_exactly_counts() -> None:
    asks, bids = np.array([12, 11], np.int64), np.array([10, 9], np.int64)
    index = Crossings(asks, bids)
    assert index.first(0, 11, None) == 1
    assert index.first(0, 10, 11) is None
    assert index.first(0, None, 10) == 0


def test_only_the_regions_a_question_passes_are_read() -> None:
    prices = np.full(4 * REGION, 100, np.int64)
    prices[REGION + 1] = 1
    index = Crossings(prices, prices)
    assert index.first(0, 1, None) == REGION + 1
    assert index._built.tolist() == [True, True, False, False]


def test_a_restored_index_answers_without_reading_prices_again() -> None:
    prices = np.arange(3 * REGION + 5, dtype=np.int64)
    extremes = Crossings(prices, prices).extremes()
    restored = Crossings.restored(prices, prices, extremes)
    assert restored._built.all()
    assert restored.first(0, None, 3 * REGION + 4) == 3 * REGION + 4
    with pytest.raises(ValueError, match="blocks"):
        Crossings.restored(prices[:-BLOCK], prices[:-BLOCK], extremes)


def test_a_memory_mapped_tape_is_searched_in_place(tmp_path: Path) -> None:
    np.save(tmp_path / "price.npy", np.arange(10_000, dtype=np.int64))
    prices = np.load(tmp_path / "price.npy", mmap_mode="r")
    assert Crossings(prices, prices).first(0, None, 9_999) == 9_999


def test_an_empty_tape_has_no_first_row() -> None:
    prices = np.empty(0, np.int64)
    assert Crossings(prices, prices).first(0, 1, 1) is None
