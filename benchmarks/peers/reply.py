"""The reply of a replay: one JSON line that says how long its loop took and what it came to.

Every replay uses it, in its own environment: the standard library alone.
"""

import json
import math
import time
from types import TracebackType
from typing import Self

LEVEL = 0.905
"""The position is closed when the price has fallen to this share of the first price."""


def level_of(first: float) -> float:
    """Return the price at which to close, on the tick of 0.1 at or below."""
    return math.floor(first * LEVEL * 10 + 1e-6) / 10


class Clock:
    """The seconds between entering and leaving, by the wall and by the processor."""

    wall = 0.0
    cpu = 0.0

    def __enter__(self) -> Self:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.wall = time.perf_counter() - self._wall
        self.cpu = time.process_time() - self._cpu


def say(
    version: str,
    rows: int,
    clock: Clock,
    *,
    row: int | None = None,
    time_ms: int | None = None,
    price: float | None = None,
) -> None:
    """Print the reply: where the position was closed, by row or by time, and at which price.

    A price of None says that the program tells none; neither row nor time, that it never closed.
    """
    closed = {"row": row, "time_ms": time_ms, "price": price}
    took = {"wall_s": clock.wall, "cpu_s": clock.cpu}
    print(json.dumps({"version": version, "rows": rows, "loop": took, "closed": closed}))
