"""The cluster: chunks done by the workers of a Dask scheduler, the tape read where they are."""

from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from time import monotonic
from typing import Any
from uuid import uuid4

from perplab.lab.sweep.bench import Work, run_chunk
from perplab.lab.sweep.errors import SweepError
from perplab.lab.sweep.layout import Chunk
from perplab.lab.sweep.pool import DIED, Do, Done, Say, failed

_ANSWER_SECONDS = 10
_LOOK_SECONDS = 2.0
_WORKERS_SECONDS = 120
_AHEAD = 64


def run_on_cluster(
    work: Work, chunks: Sequence[Chunk], address: str, say: Say, do: Do = run_chunk
) -> Iterator[Done]:
    """Yield each chunk as a worker of the scheduler at the address has done it.

    The scheduler gives what a dead worker had to another. Raises `SweepError` if Dask is not
    installed, nobody answers, the scheduler goes, or no worker is there for two minutes.
    """
    distributed = _distributed()
    with _client(distributed, address) as client:
        begun: dict[Any, Chunk] = {}
        waiting, name = iter(chunks), uuid4().hex
        crew = _Crew(client, address)
        while True:
            with _reaching(address):
                for chunk in islice(waiting, _AHEAD - len(begun)):
                    key = f"perplab-{name}-{chunk.number}"
                    begun[client.submit(do, work, chunk, key=key, pure=False)] = chunk
            if not begun:
                return
            with _reaching(address):
                done = _done(distributed, list(begun))
            for future in done:
                chunk = begun.pop(future)
                with _reaching(address):
                    results = _results(distributed, future, chunk, say)
                yield chunk, results
            with _reaching(address):
                crew.look(say)


class _Crew:
    """The workers of a scheduler, as they come and go."""

    def __init__(self, client: Any, address: str) -> None:
        self._client = client
        self._address = address
        self._seen = monotonic()
        self._names: set[str] = set()

    def look(self, say: Say) -> None:
        """Tell of workers that are gone; raise `SweepError` after too long without any."""
        names = set(self._client.scheduler_info(n_workers=-1)["workers"])
        for name in sorted(self._names - names):
            say(f"worker {name} is gone; the scheduler gives its work to another")
        self._names = names
        if names:
            self._seen = monotonic()
        elif monotonic() - self._seen > _WORKERS_SECONDS:
            raise SweepError(
                f"--dask {self._address}: no worker was there for {_WORKERS_SECONDS} s;"
                " start one, then --resume goes on"
            )


def _distributed() -> Any:
    try:
        return import_module("distributed")
    except ModuleNotFoundError as error:
        raise SweepError(
            f"--dask needs the package {error.name}, which is not installed;"
            " install perplab with its extra: pip install 'perplab[dask]'"
        ) from error


def _client(distributed: Any, address: str) -> Any:
    try:
        return distributed.Client(address, timeout=_ANSWER_SECONDS)
    except (OSError, ValueError, TypeError) as error:
        raise SweepError(
            f"--dask {address}: no scheduler answers within {_ANSWER_SECONDS} s;"
            f" expected the address of one, as tcp://127.0.0.1:8786 ({type(error).__name__}:"
            f" {error})"
        ) from error


@contextmanager
def _reaching(address: str) -> Iterator[None]:
    """Say that the scheduler is gone: Dask forgets what it was doing, so the sweep ends."""
    try:
        yield
    except (CancelledError, OSError) as error:
        raise SweepError(
            f"--dask {address}: the scheduler is gone ({type(error).__name__});"
            " start it and its workers again, then --resume goes on"
        ) from error


def _done(distributed: Any, futures: list[Any]) -> list[Any]:
    """Return the futures that are over, none if that takes long."""
    try:
        found = distributed.wait(futures, timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED")
    except TimeoutError:
        return []
    return list(found.done)


def _results(distributed: Any, future: Any, chunk: Chunk, say: Say) -> Any:
    try:
        return future.result()
    except distributed.KilledWorker:
        say(f"chunk {chunk.number}: {DIED}; its {len(chunk.runs)} runs have failed")
        return failed(chunk, DIED)
