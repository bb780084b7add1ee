"""Reduction: a long tape is drawn by a few of its rows, and no extreme is lost."""

from itertools import pairwise

import numpy as np
from hypothesis import given, strategies as st

from perplab.domain.instrument import Kind
from perplab.report.lines import Line, Steps
from perplab.report.reduction import drawn_rows, edges_of, rows_of, spread
from perplab.tape.stream import Stream

SECOND = 1_000_000_000
PRICES = st.lists(st.integers(1, 50), min_size=1, max_size=300)


@given(prices=PRICES, cuts=st.lists(st.integers(1, 299), max_size=20))
def test_the_extremes_of_every_bucket_and_of_all_survive(
    prices: list[int], cuts: list[int]
) -> None:
    inside = [cut for cut in cuts if cut < len(prices)]
    edges = sorted({0, len(prices), *inside})
    rows = drawn_rows(np.array(prices, np.int64), np.array(edges, np.int64)).tolist()
    assert rows == sorted(set(rows))
    assert rows[0] == 0
    assert rows[-1] == len(prices) - 1
    for first, end in pairwise(edges):
        drawn = [prices[row] for row in rows if first <= row < end]
        assert min(drawn) == min(prices[first:end])
        assert max(drawn) == max(prices[first:end])
    assert {min(prices), max(prices)} <= {prices[row] for row in rows}
    assert len(rows) <= 2 * (len(edges) - 1) + 2


@given(prices=PRICES, seed=st.integers(0, 9))
def test_a_stream_between_two_times_keeps_its_extremes_and_its_first_price(
    prices: list[int], seed: int
) -> None:
    steps = np.random.default_rng(seed).integers(0, 3, len(prices))
    times = np.cumsum(steps).astype(np.int64) * SECOND
    stream = Stream(
        symbol="A", kind=Kind.TRADE, name="a", time_ns=times, price=np.array(prices, np.int64)
    )
    start, end = int(times[-1]) // 3, int(times[-1])
    rows = rows_of(stream, edges_of(start, end, [end // 2], 5)).tolist()
    inside = [row for row in range(len(prices)) if start < times[row] <= end]
    first = max(0, stream.last_row_at(start))
    assert rows[0] == first
    seen = [prices[row] for row in (first, *inside)]
    assert {min(seen), max(seen)} <= {prices[row] for row in rows}


def test_a_span_is_cut_finer_around_what_happened() -> None:
    hour = 3600 * SECOND
    moment = hour // 3
    edges = edges_of(0, hour, [moment], 100)
    plain = edges_of(0, hour, [], 100)
    assert len(plain) == 101
    assert (plain[0], plain[-1]) == (0, hour)
    near = np.diff(edges[(edges > moment - SECOND) & (edges < moment + SECOND)])
    assert near.max() < hour / 100 / 50
    assert set(plain.tolist()) <= set(edges.tolist())


def test_moments_near_each_other_share_a_closer_look() -> None:
    assert spread([50, 10, 51, 90, 30], 3, apart_ns=5) == [10, 50, 90]


@given(values=st.lists(st.none() | st.integers(0, 9), max_size=200), most=st.integers(4, 50))
def test_a_reduced_line_keeps_its_extremes_its_gaps_and_its_ends(
    values: list[int | None], most: int
) -> None:
    line = Line(list(range(len(values))), values)
    short = line.reduced(most)
    known = [value for value in values if value is not None]
    kept = [value for value in short.values if value is not None]
    assert min(known, default=0) == min(kept, default=0)
    assert max(known, default=0) == max(kept, default=0)
    assert short.values.count(None) == values.count(None)
    assert short.times[:1] == line.times[:1]
    assert short.times[-1:] == line.times[-1:]
    gaps = values.count(None)
    assert len(short.values) <= most + gaps + 4


def test_a_line_that_stays_the_same_has_two_ends() -> None:
    line = Line()
    for time, value in enumerate([None, 5, 5, 5, 6, None, None, 7]):
        line.add(time, value)
    assert line.values == [5, 5, 6, None, 7]
    assert line.times == [1, 3, 4, 5, 7]


def test_steps_hold_until_the_next_and_to_the_end() -> None:
    steps = Steps()
    for time, value in ((1, 5), (2, 5), (4, 8), (9, 8)):
        steps.add(time, value)
    assert steps.times == [1, 4]
    assert steps.until(12).times == [1, 4, 12]
    assert steps.since(3).times == [3, 4]
    assert steps.since(3).values == [5, 8]
    steps.add(12, None)
    assert steps.until(15).values == [5, 8, None]
