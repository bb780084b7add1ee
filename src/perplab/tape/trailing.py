"""Trailing: which row is the first to come back from its own extreme, without reading them all.

A trailing stop's bound moves with every new extreme, so no fixed band holds it. But over the
crossing index's blocks the extreme can be carried along: a block is passed if even its nearest
price stays short of the trigger that its farthest price would give.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from perplab.domain.numbers import ONE
from perplab.tape.crossings import BLOCK, REGION_BLOCKS, Crossings

Prices = NDArray[np.int64]


class Trail(NamedTuple):
    """A trailing stop: it triggers when the price comes back from its extreme by a rate of that.

    `falls`: the extreme is the highest price and the trigger below it; else the lowest and above.
    `activation` is the price that the extreme must have reached, 0 for any. Prices and rate count
    1e-8.
    """

    falls: bool
    extreme: int
    rate: int
    activation: int = 0


def first_return(index: Crossings, start: int, trail: Trail) -> int | None:
    """Return the first row >= start at which the stop triggers, or None.

    Exact: extreme - price >= extreme * rate for a falling price, mirrored for a rising one, with
    the extreme running from `trail.extreme` over the rows from `start` on. Prices are above zero.
    """
    # Seen from the far side: prices count upwards, whichever way the stop goes.
    sign = 1 if trail.falls else -1
    block = start // BLOCK
    extreme = sign * trail.extreme
    row, extreme = _in_rows(index, start, (block + 1) * BLOCK, extreme, trail)
    block += 1
    while row is None and block < index.blocks:
        last = min(index.blocks, (block // REGION_BLOCKS + 1) * REGION_BLOCKS)
        row, extreme = _in_blocks(index, block, last, extreme, trail)
        block = last
    return row


def _in_blocks(
    index: Crossings, first: int, last: int, extreme: int, trail: Trail
) -> tuple[int | None, int]:
    """Search the blocks of one region; return the row and the extreme at their end."""
    lows, highs = index.extent(first, last)
    far, near = (highs, lows) if trail.falls else (-lows, -highs)
    running = np.maximum(np.maximum.accumulate(far), extreme)
    for found in np.flatnonzero(_returns(running, near, trail)).tolist():
        block = first + found
        before = extreme if found == 0 else int(running[found - 1])
        row, _ = _in_rows(index, block * BLOCK, (block + 1) * BLOCK, before, trail)
        if row is not None:
            return row, before
    return None, int(running[-1])


def _in_rows(
    index: Crossings, start: int, end: int, extreme: int, trail: Trail
) -> tuple[int | None, int]:
    """Search rows; return the row and the extreme at their end."""
    prices = index.prices(start, end)
    if not len(prices):
        return None, extreme
    far = prices if trail.falls else -prices
    running = np.maximum(np.maximum.accumulate(far), extreme)
    hits = _returns(running, far, trail)
    hit = int(hits.argmax())
    return (start + hit if hits[hit] else None), int(running[-1])


def _returns(running: Prices, near: Prices, trail: Trail) -> NDArray[np.bool_]:
    """Return where the price has come back far enough from the running extreme.

    The least way back is extreme * rate rounded up, reckoned in two parts: the product itself
    would not fit into 64 bits.
    """
    extreme = running if trail.falls else -running
    whole, rest = np.divmod(extreme, ONE)
    back = whole * trail.rate + -(-(rest * trail.rate) // ONE)
    hits: NDArray[np.bool_] = running - near >= back
    if trail.activation:
        hits &= running >= (trail.activation if trail.falls else -trail.activation)
    return hits
