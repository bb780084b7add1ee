"""The layout of a sweep: its runs in their order, and the chunks in which they are done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from perplab.lab.amounts import span
from perplab.lab.sweep.entries import entries_of
from perplab.lab.sweep.errors import SweepError
from perplab.lab.sweep.variations import ENTRY, Variant, Variation
from perplab.venue.moments import format_time

_CHUNK = 500
_CHUNKS = 32


class Run(NamedTuple):
    """One run: its first and last moment in ns, and which variant it is."""

    start_ns: int
    end_ns: int
    variant: int


class Chunk(NamedTuple):
    """Some runs that are done together; `first` is the number of the first of them."""

    number: int
    first: int
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When runs may begin and end: within a span, each `length_ns` long, or to the end if 0.

    `short` lets a run that the span's end cuts be shorter.
    """

    first_ns: int
    last_ns: int
    length_ns: int = 0
    short: bool = False

    def end_of(self, start_ns: int) -> int:
        """Return the last moment of a run."""
        return min(start_ns + self.length_ns, self.last_ns) if self.length_ns else self.last_ns

    @property
    def latest_ns(self) -> int:
        """Return the last moment at which a run may begin."""
        whole = self.length_ns and not self.short
        return self.last_ns - self.length_ns if whole else self.last_ns - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All runs of a sweep: for each entry in order of time every variant, `limit` in all if set."""

    entries: tuple[int, ...]
    variants: tuple[Variant, ...]
    window: Window
    limit: int | None = None

    def __len__(self) -> int:
        whole = len(self.entries) * len(self.variants)
        return whole if self.limit is None else min(whole, self.limit)

    def run(self, number: int) -> Run:
        """Return a run by its number, from 0 on."""
        entry, variant = divmod(number, len(self.variants))
        start_ns = self.entries[entry]
        return Run(start_ns, self.window.end_of(start_ns), variant)

    @property
    def chunk_size(self) -> int:
        """Return how many runs a chunk has; it depends on the number of runs alone."""
        return max(1, min(_CHUNK, -(-len(self) // _CHUNKS)))

    def chunks(self) -> Iterator[Chunk]:
        """Yield the runs in chunks."""
        size, total = self.chunk_size, len(self)
        for number, first in enumerate(range(0, total, size)):
            runs = tuple(self.run(k) for k in range(first, min(first + size, total)))
            yield Chunk(number, first, runs)


def layout_of(
    variations: Sequence[Variation],
    variants: tuple[Variant, ...],
    window: Window,
    *,
    seed: int = 0,
    limit: int | None = None,
) -> Layout:
    """Return the runs of what is varied, or raise `SweepError` if there are none."""
    words = next((each.values for each in variations if each.key == ENTRY), None)
    first, latest = window.first_ns, window.latest_ns
    entries = [first] if words is None else entries_of(words, first, latest, seed)
    if not entries or first > latest:
        long = f" of {span(window.length_ns)}" if window.length_ns else ""
        asked = ",".join(words or ("start",))
        raise SweepError(
            f"entry {asked}: no whole run{long} fits into {format_time(first)} to"
            f" {format_time(window.last_ns)}; expected a shorter --for, or --short"
        )
    return Layout(entries=tuple(entries), variants=variants, window=window, limit=limit)
