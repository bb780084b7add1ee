"""What the commands on price files do; polars and numpy come with this module."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from perplab.cli.column_roles import columns_of
from perplab.cli.progress import progress_bar
from perplab.cli.ticks_print import print_reading, print_written
from perplab.domain.instrument import Kind
from perplab.tape import generator
from perplab.tape.options import Reading, ReadOptions
from perplab.tape.reading import read
from perplab.tape.stream import Stream
from perplab.tape.writing import FORMATS, write, write_csv


def info(files: Sequence[Path], options: ReadOptions, *, as_json: bool) -> None:
    """Read files and print what they hold."""
    print_reading(read(files, options), as_json=as_json)


def convert(files: Sequence[Path], options: ReadOptions, out: Path, *, as_json: bool) -> None:
    """Read files of one stream and write it. Raises BadParameter for several streams."""
    _check_out(out)
    stream = _only(read(files, options))
    with progress_bar("Writing", len(stream)) as advance:
        write(stream, out, advance)
    print_written(stream, out, as_json=as_json)


def generate(out: Path, *, as_json: bool, rows: int, **terms: Any) -> None:
    """Generate a tape and write it; `terms` are those of the generator."""
    _check_out(out)
    try:
        with progress_bar("Generating", rows) as advance:
            stream = generator.generate(rows=rows, progress=advance, **terms)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    with progress_bar("Writing", rows) as advance:
        (write_csv if out.suffix == ".csv" else write)(stream, out, advance)
    print_written(stream, out, as_json=as_json)


def read_options(
    symbol: str | None, kind: str | None, columns: str | None, candle_path: str
) -> ReadOptions:
    """Return options from the command line's texts. Raises BadParameter for one without sense."""
    if candle_path not in ("low-first", "high-first"):
        raise typer.BadParameter(
            f"{candle_path!r}: low-first or high-first", param_hint="--candle-path"
        )
    if kind not in (None, "funding", *Kind):
        raise typer.BadParameter(
            f"{kind!r}: one of mark, quote, trade, funding", param_hint="--kind"
        )
    return ReadOptions(
        symbol=symbol,
        kind="funding" if kind == "funding" else Kind(kind) if kind else None,
        columns=columns_of(columns) if columns else None,
        candle_path="low-first" if candle_path == "low-first" else "high-first",
    )


def _check_out(out: Path) -> None:
    if out.suffix not in FORMATS:
        raise typer.BadParameter(
            f"{out.name}: the suffix is none of {', '.join(FORMATS)}", param_hint="--out"
        )
    if not out.parent.is_dir():
        raise typer.BadParameter(f"the folder {out.parent} does not exist", param_hint="--out")


def _only(reading: Reading) -> Stream:
    if len(reading.streams) == 1:
        return reading.streams[0]
    held = ", ".join(f"{stream.symbol} {stream.kind}" for stream in reading.streams) or "none"
    raise typer.BadParameter(
        f"{len(reading.streams)} streams ({held}), expected one: choose with --symbol and --kind"
    )
