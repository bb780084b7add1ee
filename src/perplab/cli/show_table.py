"""Show's table: a log's records in columns that fit the terminal, long names cut in the middle."""

import json
from collections.abc import Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from perplab.cli.look import plain_table, shorten
from perplab.cli.record_words import words_of
from perplab.journal.chain import Record
from perplab.journal.codec import decode
from perplab.journal.errors import JournalError
from perplab.lab.amounts import moment

_WITH_TYPES = 100
"""From so many columns on, a record's type stands beside its words."""
_NAME, _TOKEN, _LONG_TOKEN = 16, 28, 44
"""The longest account, and the longest word of a sentence, below 100 columns and from there on."""
_LOUD = ("MarginCalled", "LiquidationStarted")
_EMPTY = ("", "0", False, None)

Row = tuple[Record, dict[str, Any]]
"""A record and the fields of its body."""


def records_table(rows: Sequence[Row], width: int) -> Table:
    """Return a row for each record; a day stands above the times of its first record."""
    table = plain_table()
    typed = width >= _WITH_TYPES
    named = any("account" in body for _, body in rows)
    table.add_column("seq", justify="right", no_wrap=True)
    for name, wanted in (("time, UTC", True), ("type", typed), ("account", named)):
        if wanted:
            table.add_column(name, no_wrap=True)
    table.add_column("what it says", overflow="fold")
    day = ""
    for record, body in rows:
        today, time = moment(record.time_ns).split() if record.kind != "manifest" else ("", "")
        if today not in {day, ""}:
            table.add_row("", Text(today, style="bold"))
            day = today
        words = _fitting(_words(record, body), _LONG_TOKEN if typed else _TOKEN)
        account = shorten(str(body.get("account", "")), _NAME)
        kept = [cell for cell, wanted in ((record.type, typed), (account, named)) if wanted]
        table.add_row(
            *map(Text, (str(record.seq), time, *kept, words)), style=_style(record, words)
        )
    return table


def _style(record: Record, words: str) -> str:
    if record.type in _LOUD or "REFUSED" in words:
        return "bold red"
    return "dim" if record.kind == "command" else ""


def _words(record: Record, body: dict[str, Any]) -> str:
    if record.kind == "manifest":
        return _manifest(body)
    try:
        return words_of(decode(record.type, record.body, seq=record.seq))
    except JournalError:
        return _fields(body)  # a changed log: what it holds is shown, though it means nothing


def _manifest(body: dict[str, Any]) -> str:
    tapes = ", ".join(f"{tape['symbol']} {tape['kind']}" for tape in body["tapes"])
    name = body["scenario"].get("name") or "no name"
    return f"perplab {body['perplab']}, rules {body['rules']}, {name}; {tapes}"


def _fields(body: dict[str, Any]) -> str:
    """Return the fields that say something, as they are."""
    return " ".join(f"{key}={_value(value)}" for key, value in body.items() if value not in _EMPTY)


def _value(value: Any) -> str:
    return json.dumps(value) if isinstance(value, list | dict) else str(value)


def _fitting(text: str, most: int) -> str:
    """Return a text whose words are no longer than a narrow column."""
    return " ".join(shorten(word, most) for word in text.split(" "))
