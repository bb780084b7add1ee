"""JSON: the API's answers and recorded streams as rows of fields."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from perplab.audit.foreign.amounts import offset_in
from perplab.audit.foreign.content import Content, content_of
from perplab.audit.foreign.layouts import EVENT, Kind, Layout, layout_of
from perplab.audit.foreign.rows import Row
from perplab.tape.errors import TapeError

_FORCED = '"forceOrder"'


def is_json(start: str) -> bool:
    """Return whether a text begins like JSON, with or without a recorder's time before it."""
    return start.startswith(("[", "{")) or _recorded(start)


def read_json(path: Path, text: str) -> Content | None:
    """Return the rows of a JSON text, None if they are of no known kind."""
    if _FORCED in text:
        objects = _objects(path, text)
        events = [(place, _event(one)) for place, one in objects]
        forced = [(place, event) for place, event in events if event is not None]
        if forced:
            return _rows_of_events(path, forced, others=len(events) - len(forced))
    elif _recorded(text):
        return None
    objects = _objects(path, text)
    first = objects[0][1] if objects else {}
    layout = layout_of(first)
    if layout is None:
        return None
    rows = tuple(_row_of_object(path, place, one, layout) for place, one in objects)
    return content_of(path, layout, rows)


def _objects(path: Path, text: str) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the objects of a JSON list, of an object that holds one, or of JSON lines."""
    whole = _whole(path, text)
    if whole is None:
        lines = enumerate(text.splitlines(), 1)
        return [(place, _line(path, place, line)) for place, line in lines if line.strip()]
    if isinstance(whole, dict):
        lists = [value for value in whole.values() if isinstance(value, list)]
        whole = lists[0] if len(lists) == 1 else [whole]
    for place, one in enumerate(whole, 1):
        if not isinstance(one, dict):
            raise TapeError(path, row=place, found=repr(one)[:60], expected="an object")
    return list(enumerate(whole, 1))


def _whole(path: Path, text: str) -> Any | None:
    """Return the file as one JSON value, None if each line is one."""
    lines = text.strip().splitlines()
    if _recorded(lines[0]) or (len(lines) > 1 and _is_object(lines[0])):
        return None
    return _parsed(path, None, text)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _line(path: Path, place: int, line: str) -> Mapping[str, Any]:
    text = line.partition(" ")[2] if _recorded(line) else line
    found = _parsed(path, place, text)
    if not isinstance(found, dict):
        raise TapeError(path, row=place, found=repr(text)[:60], expected="an object")
    return found


def _parsed(path: Path, place: int | None, text: str) -> Any:
    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise TapeError(
            path, row=place, found=f"text that is not JSON ({error})", expected="JSON"
        ) from error


def _event(one: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the order of a forceOrder event, None for anything else."""
    event = one.get("data", one)
    if not isinstance(event, dict) or event.get("e") != "forceOrder":
        return None
    order = event.get("o")
    return order if isinstance(order, dict) else None


def _rows_of_events(
    path: Path, events: Sequence[tuple[int, Mapping[str, Any]]], *, others: int
) -> Content:
    names = {field: key for key, field in EVENT.items()}
    rows = []
    for place, order in events:
        cells = {field: _cell(order.get(key)) for key, field in EVENT.items()}
        rows.append(Row(path=path, number=place, cells=cells, columns=names))
    notes = [f"{path.name}: {others:,} events of other kinds were left out"] if others else []
    return Content(path=path, kind=Kind.FORCED_STREAM, rows=tuple(rows), notes=tuple(notes))


def _row_of_object(path: Path, place: int, one: Mapping[str, Any], layout: Layout) -> Row:
    columns = layout.columns(one)
    if columns is None:
        raise TapeError(
            path,
            row=place,
            found=f"an object with the keys {', '.join(one)}",
            expected=f"one with {layout.describe()}",
        )
    cells = {field: _cell(one[name]) for field, name in columns.items()}
    return Row(path=path, number=place, cells=cells, columns=columns, offset=offset_in(path.name))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _recorded(start: str) -> bool:
    """Return whether lines are JSON after the recorder's own time."""
    stamp, _, rest = start.partition(" ")
    return stamp.isdecimal() and rest.startswith("{")
