"""Workers: processes of this machine that do a part of the work, and end when it is not wanted."""

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from threading import Thread


def worker_pool(jobs: int) -> ProcessPoolExecutor:
    """Return so many processes, which leave an interrupt to this one and do not outlive it."""
    # Not forked: the threads of polars do not come along.
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """Leave an interrupt to the process that asked for the work, and end when it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End at once when the parent has: a killed one says nothing, and work would wait for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
