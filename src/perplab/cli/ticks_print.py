"""What price files hold, as tables for people or JSON for programs."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from perplab.domain.numbers import format_units
from perplab.tape.options import FileReport, Reading
from perplab.tape.stream import FundingSeries, Stream

_HEADINGS = ("file", "format", "market", "rows", "first and last time, UTC")


def print_reading(reading: Reading, *, as_json: bool) -> None:
    """Print what each file holds, and with JSON also the streams they make together."""
    if as_json:
        _print_json(
            {
                "files": [asdict(report) for report in reading.reports],
                "streams": [stream_values(stream) for stream in reading.streams],
                "funding": [_funding_values(series) for series in reading.funding],
            }
        )
        return
    table = Table(title="Files", title_justify="left", show_lines=True)
    for heading in _HEADINGS:
        table.add_column(heading, overflow="fold")
    for report in reading.reports:
        table.add_row(*_cells(report))
    console = Console()
    console.print(table)
    for report in reading.reports:
        for note in _notes(report):
            console.print(f"{report.name}, {report.kind}: {note}", highlight=False, markup=False)


def _cells(report: FileReport) -> tuple[str, ...]:
    return (
        report.name,
        report.format,
        f"{report.symbol}\n{report.kind}",
        f"{report.rows:,}",
        f"{moment(report.first_ns)}\n{moment(report.last_ns)}",
    )


def _notes(report: FileReport) -> list[str]:
    late = report.resorted_rows
    return [f"{late:,} rows came late and were sorted in.", *report.notes] if late else report.notes


def print_written(stream: Stream, out: Path, *, as_json: bool) -> None:
    """Print what was written."""
    values = stream_values(stream) | {"out": str(out)}
    if as_json:
        _print_json(values)
        return
    typer.echo(
        f"{out}: {values['rows']:,} {stream.symbol} {stream.kind} rows, "
        f"{moment(values['first_ns'])} to {moment(values['last_ns'])} UTC, "
        f"{values['lowest']} to {values['highest']}"
    )


def moment(time_ns: int) -> str:
    """Return a time as UTC text to the second."""
    return datetime.fromtimestamp(time_ns // 1_000_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _print_json(values: dict[str, Any]) -> None:
    typer.echo(json.dumps(values, indent=2))


def stream_values(stream: Stream) -> dict[str, Any]:
    """Return what a stream is, as JSON holds it."""
    return {
        "symbol": stream.symbol,
        "kind": str(stream.kind),
        "name": stream.name,
        "rows": len(stream),
        "first_ns": int(stream.time_ns[0]),
        "last_ns": int(stream.time_ns[-1]),
        "lowest": format_units(int(stream.price.min())),
        "highest": format_units(int(stream.price.max())),
        "digest": stream.digest,
    }


def _funding_values(series: FundingSeries) -> dict[str, Any]:
    return {
        "symbol": series.symbol,
        "name": series.name,
        "rows": len(series),
        "first_ns": int(series.time_ns[0]),
        "last_ns": int(series.time_ns[-1]),
        "digest": series.digest,
    }
