"""Prices: the lines of mark and last price of a page, from the tapes or from the logs."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from perplab.domain.instrument import Config, Kind
from perplab.report.lines import Line
from perplab.report.reduction import Rows, rows_of
from perplab.report.source import Opened
from perplab.report.timeline import Told

_MOST_RECORDED = 4000


def price_lines(
    logs: Sequence[Opened], recorded: Sequence[dict[Told, Line]], edges: Rows
) -> list[dict[str, Any]]:
    """Return the page's price lines; logs that were made from the same tapes share theirs."""
    lines: list[dict[str, Any]] = []
    by_tapes: dict[object, list[int]] = {}
    for number, one in enumerate(logs):
        by_tapes.setdefault(one.manifest.tapes, []).append(number)
    for numbers in by_tapes.values():
        known = next((n for n in numbers if logs[n].source.streams is not None), None)
        if known is None:
            found = _recorded(logs[numbers[0]], _merged([recorded[n] for n in numbers]), edges)
        else:
            found = _of_tape(logs[known], edges)
        lines += [{**line, "branches": numbers} for line in found]
    return lines


def _of_tape(one: Opened, edges: Rows) -> list[dict[str, Any]]:
    start_ns, lines = int(edges[0]), []
    for stream in one.source.streams or ():
        role = role_of(one.config, stream.symbol, stream.kind)
        if role is None:
            continue
        rows = rows_of(stream, edges)
        times = np.maximum(stream.time_ns[rows], start_ns)
        line = Line(times.tolist(), stream.price[rows].tolist())
        words = _words(one.config, stream.symbol, role, f"{len(stream):,} ticks")
        lines.append({**words, "recorded": False, **line.drawn(start_ns)})
    return lines


def _recorded(one: Opened, seen: dict[Told, Line], edges: Rows) -> list[dict[str, Any]]:
    start_ns, lines = int(edges[0]), []
    for (symbol, kind), line in sorted(seen.items()):
        role = role_of(one.config, symbol, kind)
        if role is None:
            continue
        words = _words(one.config, symbol, role, "recorded ticks only")
        drawn = line.reduced(_MOST_RECORDED).drawn(start_ns)
        lines.append({**words, "recorded": True, **drawn})
    return lines


def _merged(several: Sequence[dict[Told, Line]]) -> dict[Told, Line]:
    """Return what several logs recorded of the same tapes, in order of time."""
    seen: dict[Told, set[tuple[int, int]]] = {}
    for recorded in several:
        for told, line in recorded.items():
            pairs = zip(line.times, line.values, strict=True)
            points = {(time, value) for time, value in pairs if value is not None}
            seen.setdefault(told, set()).update(points)
    merged = {}
    for told, points in seen.items():
        ordered = sorted(points)
        merged[told] = Line([time for time, _ in ordered], [value for _, value in ordered])
    return merged


def role_of(config: Config, symbol: str, kind: Kind) -> str | None:
    """Return whether a stream is drawn as the mark or as the last price; quotes are not."""
    instrument = next((one for one in config.instruments if one.symbol == symbol), None)
    if instrument is None:
        return None
    if kind is instrument.mark_stream:
        return "mark"
    return "last" if kind is instrument.last_stream else None


def _words(config: Config, symbol: str, role: str, how: str) -> dict[str, str]:
    instrument = next(one for one in config.instruments if one.symbol == symbol)
    name = "last price" if role == "last" else "mark price"
    if role == "mark" and instrument.mark_stream is Kind.TRADE:
        name = "mark = last price"
    return {"symbol": symbol, "role": role, "name": name, "how": how}
