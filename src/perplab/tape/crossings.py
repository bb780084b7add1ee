"""The crossing index: which row is the first to leave a band of prices, without reading them all.

Rows stand in blocks of 4096 and blocks in regions of 64. A block's lowest and highest price are
taken when a question first reaches its region, and kept: the first walk over a tape costs one
pass of block minima and maxima, later ones look only at the blocks' extremes.
"""

import numpy as np
from numpy.typing import NDArray

BLOCK = 4096
REGION_BLOCKS = 64
REGION = BLOCK * REGION_BLOCKS

_LOWEST = np.iinfo(np.int64).min
_HIGHEST = np.iinfo(np.int64).max


class Crossings:
    """First rows at which a stream's price is at or beyond a bound.

    `low_side` is compared with low bounds and `high_side` with high bounds: the ask and the bid
    of quotes, twice the same array for trades and marks. Both are int64, of equal length, and may
    be memory-mapped. They must not change afterwards.
    """

    def __init__(self, low_side: NDArray[np.int64], high_side: NDArray[np.int64]) -> None:
        if len(low_side) != len(high_side):
            raise ValueError(f"{len(low_side)} low prices but {len(high_side)} high prices")
        # A plain view of a memory map: slices of np.memmap cost microseconds each.
        self._low_side = np.asarray(low_side)
        self._high_side = self._low_side if high_side is low_side else np.asarray(high_side)
        self._rows = len(low_side)
        self._blocks = -(-self._rows // BLOCK)
        regions = -(-self._blocks // REGION_BLOCKS)
        self._block_low = np.empty(self._blocks, np.int64)
        self._block_high = np.empty(self._blocks, np.int64)
        # An unbuilt region's extremes reach every bound, so that a search stops and builds it.
        self._region_low = np.full(regions, _LOWEST)
        self._region_high = np.full(regions, _HIGHEST)
        self._built = np.zeros(regions, np.bool_)

    @classmethod
    def restored(
        cls,
        low_side: NDArray[np.int64],
        high_side: NDArray[np.int64],
        extremes: NDArray[np.int64],
    ) -> "Crossings":
        """Return the ready index of these prices from what `extremes` once gave."""
        index = cls(low_side, high_side)
        if extremes.shape != (2, index._blocks):
            raise ValueError(f"extremes of shape {extremes.shape} for {index._blocks} blocks")
        index._block_low[:], index._block_high[:] = extremes
        for region in range(len(index._built)):
            index._summarise(region)
        return index

    def extremes(self) -> NDArray[np.int64]:
        """Build what is missing and return every block's lowest and highest price, two rows."""
        for region in np.flatnonzero(~self._built).tolist():
            self._build(region)
        return np.stack((self._block_low, self._block_high))

    @property
    def blocks(self) -> int:
        """Return how many blocks there are."""
        return self._blocks

    def prices(self, start: int, end: int) -> NDArray[np.int64]:
        """Return the low-side prices of the rows from `start` to before `end`."""
        return self._low_side[start:end]

    def extent(self, first: int, last: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the lowest and highest prices of the blocks from `first` to before `last`."""
        for region in range(first // REGION_BLOCKS, -(-last // REGION_BLOCKS)):
            if not self._built[region]:
                self._build(region)
        return self._block_low[first:last], self._block_high[first:last]

    def range_of(self, start: int, end: int) -> tuple[int, int]:
        """Return the lowest and highest price of the rows from `start` to before `end`, not none.

        Whole blocks are not read again.
        """
        first, last = -(-start // BLOCK), end // BLOCK
        if first >= last:
            low, high = self._low_side[start:end], self._high_side[start:end]
            return int(low.min()), int(high.max())
        lows, highs = self.extent(first, last)
        lowest, highest = int(lows.min()), int(highs.max())
        for some in (slice(start, first * BLOCK), slice(last * BLOCK, end)):
            if some.start < some.stop:
                lowest = min(lowest, int(self._low_side[some].min()))
                highest = max(highest, int(self._high_side[some].max()))
        return lowest, highest

    def first(self, start: int, low: int | None, high: int | None) -> int | None:
        """Return the first row >= start with low_side <= low or high_side >= high, or None.

        A bound that is None bounds nothing.
        """
        if start >= self._rows or (low is None and high is None):
            return None
        block = start // BLOCK
        row = None
        if not self._is_quiet(block, low, high):
            row = self._row_in(start, (block + 1) * BLOCK, low, high)
        while row is None:
            found = self._block_from(block + 1, low, high)
            if found is None:
                return None
            block = found
            row = self._row_in(block * BLOCK, (block + 1) * BLOCK, low, high)
        return row

    def _is_quiet(self, block: int, low: int | None, high: int | None) -> bool:
        """Return whether a block is known to have no row at or outside the bounds."""
        return bool(
            self._built[block // REGION_BLOCKS]
            and (low is None or self._block_low[block] > low)
            and (high is None or self._block_high[block] < high)
        )

    def _row_in(self, start: int, end: int, low: int | None, high: int | None) -> int | None:
        hit = _first_hit(self._low_side[start:end], self._high_side[start:end], low, high)
        return None if hit is None else start + hit

    def _block_from(self, block: int, low: int | None, high: int | None) -> int | None:
        if block >= self._blocks:
            return None
        region: int | None = block // REGION_BLOCKS
        while region is not None:
            if not self._built[region]:
                self._build(region)
            end = (region + 1) * REGION_BLOCKS
            hit = _first_hit(self._block_low[block:end], self._block_high[block:end], low, high)
            if hit is not None:
                return block + hit
            region = self._region_from(region + 1, low, high)
            block = (region or 0) * REGION_BLOCKS
        return None

    def _region_from(self, region: int, low: int | None, high: int | None) -> int | None:
        hit = _first_hit(self._region_low[region:], self._region_high[region:], low, high)
        return None if hit is None else region + hit

    def _build(self, region: int) -> None:
        start, end = region * REGION, min((region + 1) * REGION, self._rows)
        first, last = region * REGION_BLOCKS, end // BLOCK
        whole = last * BLOCK
        lows = self._low_side[start:whole].reshape(-1, BLOCK)
        highs = self._high_side[start:whole].reshape(-1, BLOCK)
        np.min(lows, axis=1, out=self._block_low[first:last])
        np.max(highs, axis=1, out=self._block_high[first:last])
        if whole < end:
            self._block_low[last] = self._low_side[whole:end].min()
            self._block_high[last] = self._high_side[whole:end].max()
        self._summarise(region)

    def _summarise(self, region: int) -> None:
        blocks = slice(region * REGION_BLOCKS, (region + 1) * REGION_BLOCKS)
        self._region_low[region] = self._block_low[blocks].min()
        self._region_high[region] = self._block_high[blocks].max()
        self._built[region] = True


def _first_hit(
    lows: NDArray[np.int64], highs: NDArray[np.int64], low: int | None, high: int | None
) -> int | None:
    if len(lows) == 0:
        return None
    if low is None:
        assert high is not None
        hits = highs >= high
    elif high is None:
        hits = lows <= low
    else:
        hits = (lows <= low) | (highs >= high)
    hit = int(hits.argmax())
    return hit if hits[hit] else None
