"""Price files of any known format in, streams out."""

from collections.abc import Sequence
from pathlib import Path

from perplab.tape import cache
from perplab.tape.errors import TapeError
from perplab.tape.merge import merge
from perplab.tape.options import FileReport, Reading, ReadOptions
from perplab.tape.source import Source, open_packed, unpacked
from perplab.tape.stamps import remember_sha256

__all__ = ["FileReport", "ReadOptions", "Reading", "TapeError", "read"]


def read(paths: Sequence[Path], options: ReadOptions | None = None) -> Reading:
    """Read price files, recognised by header or content, and join those of one stream.

    Returns one stream for each symbol and kind, in that order, and one funding series for each
    symbol. Raises TapeError for the first file that cannot be used as it is.
    """
    chosen = options or ReadOptions()
    return merge([(path, _read_file(path, chosen)) for path in paths])


def _read_file(path: Path, options: ReadOptions) -> Reading:
    source = open_packed(path, recall=options.use_cache)
    if not options.use_cache or len(source.stored) < cache.WORTH_KEEPING_BYTES:
        return _convert(source, options)
    key = cache.key_of(source, options)
    if source.stamp is not None:
        remember_sha256(source.stamp, source.sha256)
    if (kept := cache.fetch(key)) is not None:
        return kept
    reading = _convert(source, options)
    if (trouble := cache.keep(key, reading)) is not None:
        reading.reports[0].notes.append(
            f"The converted tape could not be kept in the cache ({trouble})."
        )
    return reading


def _convert(source: Source, options: ReadOptions) -> Reading:
    # What converts needs polars, which takes longer to load than a kept tape.
    from perplab.tape.converting import convert  # noqa: PLC0415

    return convert(unpacked(source), options)
