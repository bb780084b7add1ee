"""CSV: exports and recordings as rows of fields, with or without a header."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from perplab.audit.foreign.amounts import offset_in
from perplab.audit.foreign.content import Content, content_of
from perplab.audit.foreign.layouts import HEADERLESS, Kind, layout_of
from perplab.audit.foreign.rows import Row
from perplab.tape.errors import TapeError

_NOTHING = "no data matches"
_LINES_LOOKED_AT = 5
_ROW_WITH_MORE = len(HEADERLESS) + 1


def read_csv(path: Path, text: str) -> Content | None:
    """Return the rows of a CSV text, None if they are of no known kind."""
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    lines = _lines(path, reader)
    head = list(islice(lines, _LINES_LOOKED_AT))
    if not head:
        return None
    layout = layout_of(head[0][1])
    if layout is None:
        return _headerless(path, head, lines)
    columns = layout.columns(head[0][1])
    assert columns is not None
    body, notes = [*head[1:], *lines], []
    if len(body) == 1 and body[0][1][0].lower().startswith(_NOTHING):
        body, notes = [], [f"{path.name}: it says that no data matches, so it has no rows"]
    rows = tuple(_row(path, line, cells, head[0][1], columns) for line, cells in body)
    return content_of(path, layout, rows, notes)


def _lines(path: Path, reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield the line number and cells of each row that is not blank."""
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield reader.line_num, cells
    except csv.Error as error:
        raise TapeError(
            path, row=reader.line_num, found=f"text that is not CSV ({error})", expected="CSV"
        ) from error


def _row(
    path: Path, line: int, cells: Sequence[str], header: Sequence[str], columns: dict[str, str]
) -> Row:
    if len(cells) != len(header):
        raise TapeError(
            path, row=line, found=f"{len(cells)} cells", expected=f"{len(header)}, as in the header"
        )
    named = dict(zip(header, cells, strict=True))
    fields = {field: named[name] for field, name in columns.items()}
    return Row(path=path, number=line, cells=fields, columns=columns, offset=offset_in(path.name))


def _headerless(
    path: Path, head: Sequence[tuple[int, list[str]]], more: Iterable[tuple[int, list[str]]]
) -> Content | None:
    """Return a recording without a header, if it is one; its first line may be something else."""
    if not any(_is_forced(cells) for _, cells in head):
        return None
    lines, notes = [*head, *more], []
    if not _is_forced(lines[0][1]):
        text = ",".join(lines[0][1])[:60]
        notes.append(f"{path.name}: row 1 is no order and was left out: {text!r}")
        lines = lines[1:]
    longer = sum(len(cells) == _ROW_WITH_MORE for _, cells in lines)
    if longer:
        notes.append(f"{path.name}: {longer} rows have a 13th cell, which was not used")
    columns = {field: field for field in HEADERLESS}
    rows = []
    for line, cells in lines:
        if not len(HEADERLESS) <= len(cells) <= _ROW_WITH_MORE:
            found = f"{len(cells)} cells"
            raise TapeError(path, row=line, found=found, expected="12, or 13: a forced order")
        fields = dict(zip(HEADERLESS, cells, strict=False))
        rows.append(Row(path=path, number=line, cells=fields, columns=columns))
    return Content(path=path, kind=Kind.FORCED_STREAM, rows=tuple(rows), notes=tuple(notes))


def _is_forced(cells: Sequence[str]) -> bool:
    named = dict(zip(HEADERLESS, cells, strict=False))
    return (
        len(cells) >= len(HEADERLESS)
        and named["side"] in {"BUY", "SELL"}
        and named["tif"] == "IOC"
        and named["time"].isdecimal()
    )
