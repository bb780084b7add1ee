"""Collecting: how often a run looks for garbage that refers to itself."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_RARELY = (100_000, 50, 1_000)


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Let the cyclic collector run rarely, until the `with` is left.

    A run makes millions of events and accounts, and hardly anything that refers to itself: with
    the usual thresholds a seventh of its time goes into looking for that.
    """
    before = gc.get_threshold()
    gc.set_threshold(*_RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
