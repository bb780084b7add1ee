"""Reduction: which rows of a long tape are drawn, so that no extreme is lost.

A tape is cut into buckets; the first and last row of all, and each bucket's lowest and highest,
are drawn. Around the moments that matter the buckets are narrow, so that one can zoom in.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from perplab.tape.stream import Stream

Rows = NDArray[np.int64]

_WIDEST = 16
"""The first window around a moment is a 16th of the whole, each further one a quarter of it."""
_NARROWER = 4
_WINDOWS = 6
_SHORTEST_NS = 200_000_000


def drawn_rows(values: NDArray[np.int64], edges: Rows) -> Rows:
    """Return the rows to draw of values cut at edges, rising and without repeats.

    `edges` are rows, rising; bucket k is from edges[k] up to edges[k + 1]. The first and the last
    row are among the result, and of each bucket the first lowest and the first highest.
    """
    bounds = np.unique(edges)
    if len(bounds) < 2:  # noqa: PLR2004 - no bucket without two edges
        return np.empty(0, np.int64)
    rows = {int(bounds[0]), int(bounds[-1]) - 1}
    for first, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        bucket = values[first:end]
        rows.add(first + int(bucket.argmin()))
        rows.add(first + int(bucket.argmax()))
    return np.array(sorted(rows), np.int64)


def edges_of(start_ns: int, end_ns: int, focus: Sequence[int], buckets: int) -> Rows:
    """Return the times that cut a span into so many equal buckets, and finer around each focus."""
    edges = [_equal(start_ns, end_ns, buckets)]
    half = (end_ns - start_ns) // (2 * _WIDEST)
    for _ in range(_WINDOWS):
        if half < _SHORTEST_NS:
            break
        fine = max(2, buckets // 10)
        for moment in focus:
            low, high = max(start_ns, moment - half), min(end_ns, moment + half)
            edges.append(_equal(low, high, fine))
        half //= _NARROWER
    return np.unique(np.concatenate(edges))


def _equal(low_ns: int, high_ns: int, parts: int) -> Rows:
    """Return the edges of so many equal parts; whole numbers, as a float has no nanoseconds."""
    return np.array([low_ns + (high_ns - low_ns) * k // parts for k in range(parts + 1)], np.int64)


def rows_of(stream: Stream, times: Rows) -> Rows:
    """Return the rows of a stream to draw between the first and the last of the times.

    The last row before the first time is the first price, so it is there as well.
    """
    first = max(0, stream.last_row_at(int(times[0])))
    end = stream.last_row_at(int(times[-1])) + 1
    cuts = stream.time_ns.searchsorted(times[1:-1])
    inside = cuts[(cuts > first) & (cuts < end)]
    if first >= end:
        return np.empty(0, np.int64)
    return drawn_rows(stream.price, np.concatenate(([first], inside, [end])).astype(np.int64))


def spread(moments: Sequence[int], most: int, apart_ns: int) -> list[int]:
    """Return at most so many moments, the first ones that are `apart_ns` from each other."""
    kept: list[int] = []
    for moment in moments:
        if all(abs(moment - other) >= apart_ns for other in kept):
            kept.append(moment)
            if len(kept) == most:
                break
    return sorted(kept)
