"""The pool: chunks done by processes of this machine, which may die."""

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice

from perplab.lab.sweep.bench import Work, run_chunk
from perplab.lab.sweep.figures import Result
from perplab.lab.sweep.layout import Chunk
from perplab.lab.workers import worker_pool

Done = tuple[Chunk, list[Result]]
"""A chunk and the results of its runs."""
Say = Callable[[str], None]
"""Who is told of trouble that the sweep goes on after."""
Do = Callable[[Work, Chunk], list[Result]]

DIED = "the worker process died twice while it did this chunk of runs"
_AHEAD = 1
"""How many chunks wait for a process that is done with its own."""


def run_locally(
    work: Work, chunks: Sequence[Chunk], jobs: int, say: Say, do: Do = run_chunk
) -> Iterator[Done]:
    """Yield each chunk as it is done, by so many processes; with one job by this one.

    When a worker dies, what was begun is tried once more, one chunk after another, so that it is
    known which one kills. It has this error in all of its rows, and the rest goes on.
    """
    if jobs == 1:
        for chunk in chunks:
            yield chunk, do(work, chunk)
        return
    left = {chunk.number: chunk for chunk in chunks}
    while left:
        lost = yield from _together(work, left, jobs, do)
        if lost:
            names = ", ".join(str(chunk.number) for chunk in lost)
            say(f"a worker process died; what was begun is tried once more (chunks {names})")
        for chunk, results in _one_by_one(work, lost, say, do):
            del left[chunk.number]
            yield chunk, results


def failed(chunk: Chunk, error: str) -> list[Result]:
    """Return the rows of a chunk that could not be done."""
    return [Result(k, *run, error=error) for k, run in enumerate(chunk.runs, chunk.first)]


def _together(
    work: Work, left: dict[int, Chunk], jobs: int, do: Do
) -> Generator[Done, None, list[Chunk]]:
    """Do what is left, until all is done or a worker dies; return what was begun then."""
    waiting = iter(list(left.values()))
    begun: dict[Future[list[Result]], Chunk] = {}
    pool = worker_pool(jobs)
    try:
        while True:
            for chunk in islice(waiting, jobs + _AHEAD - len(begun)):
                begun[pool.submit(do, work, chunk)] = chunk
            if not begun:
                return []
            for future in wait(begun, return_when=FIRST_COMPLETED).done:
                results = future.result()
                chunk = begun.pop(future)
                del left[chunk.number]
                yield chunk, results
    except BrokenProcessPool:
        return sorted(begun.values())
    finally:
        pool.shutdown(cancel_futures=True)


def _one_by_one(work: Work, chunks: Sequence[Chunk], say: Say, do: Do) -> Iterator[Done]:
    pool = worker_pool(1)
    try:
        for chunk in chunks:
            try:
                yield chunk, pool.submit(do, work, chunk).result()
            except BrokenProcessPool:
                say(f"chunk {chunk.number}: {DIED}; its {len(chunk.runs)} runs have failed")
                yield chunk, failed(chunk, DIED)
                pool = worker_pool(1)
    finally:
        pool.shutdown(cancel_futures=True)
