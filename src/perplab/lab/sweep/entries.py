"""Entries: the moments at which a sweep's runs begin, written as `hourly` or `random:5000`."""

import re
from collections.abc import Sequence
from random import Random

from perplab.lab.sweep.errors import SweepError
from perplab.venue.moments import NS_PER_SECOND, format_time, parse_duration, parse_time
from perplab.venue.words import ActionError

HOUR_NS = 3600 * NS_PER_SECOND
_EVERY = {"hourly": HOUR_NS, "daily": 24 * HOUR_NS}
_RANDOM = re.compile(r"random:([1-9]\d{0,8})", re.ASCII)
_MOST = 10_000_000
_FORMS = "hourly, daily, every:90m, random:5000 or times as 2021-05-19T12:00"


def entries_of(words: Sequence[str], first_ns: int, last_ns: int, seed: int) -> list[int]:
    """Return the moments from the first to the last, both included, in order, in ns.

    `hourly`, `daily` and `every:` fall on multiples of their length since 1970, UTC; random
    ones on whole seconds, drawn without putting back by the seed. Raises `SweepError`.
    """
    if first_ns > last_ns:
        return []
    every = _interval(words)
    if every:
        start = -(-first_ns // every) * every
        count = (last_ns - start) // every + 1
        if count > _MOST:
            raise SweepError(
                f"--vary entry={words[0]}: makes {count:,} entries, more than {_MOST:,}"
            )
        return list(range(start, last_ns + 1, every))
    chance = _RANDOM.fullmatch(words[0]) if len(words) == 1 else None
    if chance:
        return _drawn(int(chance[1]), first_ns, last_ns, seed)
    return _listed(words, first_ns, last_ns)


def _interval(words: Sequence[str]) -> int:
    """Return the length between two entries, 0 where the words say something else."""
    if len(words) != 1:
        return 0
    (word,) = words
    if not word.startswith("every:"):
        return _EVERY.get(word, 0)
    try:
        every = parse_duration(word.removeprefix("every:"))
    except ActionError as error:
        raise SweepError(f"--vary entry={word}: {error}") from error
    if not every:
        raise SweepError(f"--vary entry={word}: expected a length above zero")
    return every


def _drawn(number: int, first_ns: int, last_ns: int, seed: int) -> list[int]:
    seconds = range(-(-first_ns // NS_PER_SECOND), last_ns // NS_PER_SECOND + 1)
    if number > len(seconds):
        raise SweepError(
            f"--vary entry=random:{number}: there are {len(seconds)} seconds from"
            f" {format_time(first_ns)} to {format_time(last_ns)}; expected at most so many"
        )
    # Not for secrets: the same seed must draw the same moments.
    drawn = Random(seed).sample(seconds, number)  # noqa: S311  # see above
    return [second * NS_PER_SECOND for second in sorted(drawn)]


def _listed(words: Sequence[str], first_ns: int, last_ns: int) -> list[int]:
    times = []
    for word in words:
        try:
            time_ns = parse_time(word, first_ns)
        except ActionError:
            raise SweepError(f"--vary entry={word}: expected {_FORMS}") from None
        if not first_ns <= time_ns <= last_ns:
            raise SweepError(
                f"--vary entry={word}: outside of {format_time(first_ns)} to"
                f" {format_time(last_ns)}, where a whole run fits; --short lets runs end earlier"
            )
        times.append(time_ns)
    twice = next(
        (word for word, time in zip(words, times, strict=True) if times.count(time) > 1), None
    )
    if twice is not None:
        raise SweepError(f"--vary entry={twice}: stands twice")
    return sorted(times)
