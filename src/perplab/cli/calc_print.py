"""Print: a calculation's result as a table for people or as JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

import typer
from rich.console import Console
from rich.table import Table

from perplab.cli.calc_position import Values

_PERCENT = {"distance_from_mark", "margin_ratio", "equity_ratio"}
_COLOURS = {"green": "green", "yellow": "yellow", "red": "red"}


def plain(value: Decimal | str | None) -> str | None:
    """Return a number's shortest exact text; other values as they are."""
    if not isinstance(value, Decimal) or not value.is_finite():
        return None if value is None else str(value)
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def print_values(title: str, values: Values, notes: Sequence[str], *, as_json: bool) -> None:
    """Print one column of results, and the notes."""
    if as_json:
        print_json({**texts(values), "notes": list(notes)})
        return
    print_table(title, [""], {name: [value] for name, value in values.items()})
    _print_notes(notes)


def print_columns(
    title: str, columns: Mapping[str, Values], notes: Sequence[str], *, as_json: bool
) -> None:
    """Print columns of the same results side by side, and the notes."""
    if as_json:
        told = {column: texts(values) for column, values in columns.items()}
        print_json({**told, "notes": list(notes)})
        return
    names = next(iter(columns.values()))
    rows = {name: [values[name] for values in columns.values()] for name in names}
    print_table(title, list(columns), rows)
    _print_notes(notes)


def texts(values: Values) -> dict[str, str | None]:
    """Return the values as JSON holds them: exact texts."""
    return {name: plain(value) for name, value in values.items()}


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Mapping[str, Sequence[Decimal | str | None]],
) -> None:
    """Print a row for each name."""
    table = Table(title=title, title_justify="left", show_header=any(columns))
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right", overflow="fold")
    for name, values in rows.items():
        table.add_row(name.replace("_", " "), *(_cell(name, value) for value in values))
    Console().print(table)


def print_json(data: object) -> None:
    """Print JSON, one document."""
    Console().print_json(json.dumps(data, ensure_ascii=False))


def _print_notes(notes: Sequence[str]) -> None:
    for note in notes:
        typer.echo(f"note: {note}")


def _cell(name: str, value: Decimal | str | None) -> str:
    if value is None:
        return "none"
    if name in _PERCENT and isinstance(value, Decimal) and value.is_finite():
        return f"{plain(value.scaleb(2))}%"
    text = plain(value) or ""
    if name == "zone":
        return f"[{_COLOURS[text]}]{text}[/]"
    return text
