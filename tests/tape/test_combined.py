"""A sum over several streams falls where reading every row in order of time says that it does."""

import numpy as np
from hypothesis import given, settings, strategies as st

from perplab.domain.instrument import Kind
from perplab.tape.combined import Found, Part, first_fall
from perplab.tape.stream import Stream

ENDLESS = 1 << 60
SCALES = st.sampled_from([1, 3, 10**8, 10**24])
"""Slopes of 1e24 do not fit into 64 bits: the sums are scaled."""


def stream(times: list[int], prices: list[int]) -> Stream:
    return Stream(
        symbol="AAAUSDT",
        kind=Kind.MARK,
        name="made",
        time_ns=np.array(times, np.int64),
        price=np.array(prices, np.int64),
    )


def path_of(parts: list[Part], sums: list[int]) -> list[tuple[Found, bool, list[int]]]:
    """Return each row in order, whether its part leaves its slopes there, and the sums after it."""
    order = sorted(
        (int(part.stream.time_ns[row]), number, row)
        for number, part in enumerate(parts)
        for row in range(part.row, part.end)
    )
    prices, path = [part.price for part in parts], []
    for _, number, row in order:
        part, price = parts[number], int(parts[number].stream.price[row])
        move = price - prices[number]
        sums = [total + slope * move for total, slope in zip(sums, part.slopes, strict=True)]
        prices[number] = price
        left = part.low is not None and price <= part.low
        left |= part.high is not None and price >= part.high
        path.append((Found(number, row), left, sums))
    return path


@st.composite
def pools(draw: st.DrawFn) -> tuple[list[Part], list[int]]:
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    lines, scale = draw(st.integers(1, 2)), draw(SCALES)
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        rows = draw(st.sampled_from([1, 2, 700, 9_000, 20_000]))
        times = np.cumsum(rng.integers(0, draw(st.sampled_from([1, 2, 5])) + 1, rows))
        price = 10_000 + np.cumsum(rng.integers(-3, 4, rows))
        row = draw(st.integers(0, min(rows, 9)))
        before = int(price[row - 1]) if row else 10_000
        wide = draw(st.sampled_from([200, 2_000, None]))
        parts.append(
            Part(
                stream=stream(times.tolist(), price.tolist()),
                row=row,
                end=draw(st.sampled_from([rows, max(row, rows - 5)])),
                price=before,
                slopes=tuple(draw(st.integers(-9, 9)) * scale for _ in range(lines)),
                low=None if wide is None else before - wide,
                high=None if wide is None else before + wide,
            )
        )
    sums = [draw(st.sampled_from([1, 20, 900, 9_000])) * scale for _ in range(lines)]
    return parts, sums


@settings(max_examples=120, deadline=None)
@given(pool=pools(), effort=st.sampled_from([1, 30_000, ENDLESS]))
def test_a_fall_is_never_missed_and_found_at_its_row(
    pool: tuple[list[Part], list[int]], effort: int
) -> None:
    parts, sums = pool
    path = path_of(parts, sums)
    ends = [place for place, (_, left, now) in enumerate(path) if left or min(now) <= 0]
    found = first_fall(parts, sums, effort)
    if found is None:
        assert not ends
        return
    place = [row for row, _, _ in path].index(found)
    assert not ends or place <= ends[0]
    if effort == ENDLESS and not any(left for _, left, _ in path):
        assert ends[:1] == [place]


def test_of_equal_times_the_earlier_part_goes_first() -> None:
    parts = [
        Part(stream([0, 5, 5, 9], prices), 1, 4, 100, (slope,), None, None)
        for prices, slope in (([100, 100, 97, 100], 1), ([100, 103, 103, 103], 1))
    ]
    # In this order the first part's fall comes before what the other makes up for it with.
    assert first_fall(parts, [3], ENDLESS) == Found(0, 2)
    assert first_fall(parts[::-1], [3], ENDLESS) is None


def test_prices_of_63_bits_do_not_overflow() -> None:
    slope = 10**24
    for top, expected in ((2**42, Found(1, 1)), (2**62, Found(0, 0))):
        parts = [Part(stream([1, 2, 3], [top, 1, top]), 0, 3, top, (slope,), None, None)] * 2
        assert first_fall(parts, [slope * 2 * top], ENDLESS) is None
        # Of 62 bits nothing is left for the slope, and the row is as early as may be.
        assert first_fall(parts, [slope * (2 * top - 2)], ENDLESS) == expected


def test_the_search_ends_after_its_effort_at_a_row_not_summed_up() -> None:
    rows = 100_000
    times = list(range(rows))
    # Up together, the first of them first; down one after the other, the first of them last.
    parts = [
        Part(stream(times, prices * (rows // 4)), 0, rows, 10, (slope,), None, None)
        for prices, slope in (([10, 11, 11, 10], 7), ([10, 11, 10, 10], -7))
    ]
    assert first_fall(parts, [7], ENDLESS) is None
    found = first_fall(parts, [7], 10_000)
    assert found is not None
    assert found.part == 0
    assert 5_000 < found.row < rows // 4
