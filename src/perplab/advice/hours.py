"""Hours: a tape's hours with their first, lowest and highest price, to count past moves in."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from perplab.tape.stream import Stream

HOUR_NS = 3_600_000_000_000


class Share(NamedTuple):
    """How many windows of the past saw a move, and how many windows there were."""

    moved: int
    windows: int


class Hours:
    """The whole hours (UTC) of a stream up to the latest moment that was asked for."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._first = -(-int(stream.time_ns[0]) // HOUR_NS) if len(stream) else 0
        self._opens, self._lows, self._highs = (np.empty(0, np.int64) for _ in range(3))

    def share_of_moves(self, now_ns: int, price: int, level: int, hours: int) -> Share:
        """Return the share of windows in which the price moved at least from price to level.

        The windows roll: one begins at each whole hour, and all `hours` of it lie before now. A
        move is measured from the price at the window's beginning to its lowest price (highest, for
        a level above), in proportion.
        """
        count = max(0, now_ns // HOUR_NS - self._first) if len(self._stream) else 0
        self._learn(count)
        windows = count - hours + 1
        if windows <= 0:
            return Share(0, 0)
        falls = level < price
        extremes = (self._lows if falls else self._highs)[:count]
        reached = _rolling(extremes, hours, lowest=falls)
        opens = self._opens[:windows]
        # Whole numbers beyond 64 bits: reached / open <= level / price, without dividing.
        pairs = zip(reached.tolist(), opens.tolist(), strict=True)
        if falls:
            return Share(sum(low * price <= start * level for low, start in pairs), windows)
        return Share(sum(high * price >= start * level for high, start in pairs), windows)

    def _learn(self, count: int) -> None:
        """Look at the hours up to a count of them that were not looked at yet."""
        known = len(self._opens)
        if count <= known:
            return
        stream = self._stream
        edges = (self._first + np.arange(known, count + 1, dtype=np.int64)) * HOUR_NS
        opens = stream.price[stream.time_ns.searchsorted(edges[:-1], side="right") - 1]
        rows = stream.time_ns.searchsorted(edges, side="left")
        lows, highs = opens.copy(), opens.copy()
        # An hour without a price keeps the one that it began with.
        filled = np.flatnonzero(rows[1:] > rows[:-1])
        if filled.size:
            prices, starts = stream.price[: rows[-1]], rows[:-1][filled]
            lows[filled] = np.minimum(lows[filled], np.minimum.reduceat(prices, starts))
            highs[filled] = np.maximum(highs[filled], np.maximum.reduceat(prices, starts))
        self._opens = np.concatenate((self._opens, opens))
        self._lows = np.concatenate((self._lows, lows))
        self._highs = np.concatenate((self._highs, highs))


def _rolling(values: NDArray[np.int64], width: int, *, lowest: bool) -> NDArray[np.int64]:
    """Return the lowest or highest of each `width` neighbours."""
    windows = np.lib.stride_tricks.sliding_window_view(values, width)
    found: NDArray[np.int64] = windows.min(axis=1) if lowest else windows.max(axis=1)
    return found
