"""What show does: the records that are asked for, as a table, CSV or JSON."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import typer
from rich.console import Console
from rich.text import Text

from perplab.cli.failures import UsageError
from perplab.cli.look import plain_table, print_json
from perplab.journal.chain import Record
from perplab.journal.codec import MESSAGES
from perplab.journal.ending import check_ending
from perplab.journal.errors import JournalError, differs
from perplab.journal.forms import shown
from perplab.journal.journal import Journal
from perplab.journal.manifest import Manifest
from perplab.lab.amounts import iso, moment
from perplab.tape.naming import market
from perplab.venue.moments import parse_time

Form = Literal["table", "csv", "jsonl", "json"]

_TYPES = ("Manifest", *MESSAGES)
_KINDS = ("manifest", "command", "event")
_EMPTY = ("", "0", False, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which records are wanted."""

    types: tuple[str, ...]
    kind: str | None
    account: str | None
    symbol: str | None
    start: str | None
    end: str | None


def form_of(**wanted: bool) -> Form:
    """Return the one form that is wanted, a table without any."""
    forms = [name for name, chosen in wanted.items() if chosen]
    if len(forms) > 1:
        raise UsageError(f"--{forms[0]} and --{forms[1]}: choose one")
    return "table" if not forms else forms[0]  # type: ignore[return-value]  # names of Form


def show(log: Path, asked: Asked, form: Form) -> None:
    """Print a log's records; a wrong seal is told then."""
    _check(asked)
    try:
        _show(log, asked, form)
    except JournalError as error:
        error.at(log)
        raise
    check_ending(log)


def _show(log: Path, asked: Asked, form: Form) -> None:
    with Journal.open(log) as journal:
        start_ns = _start_of(journal.manifest)
        records = journal.records(
            types=asked.types,
            kind=asked.kind,
            account=asked.account,
            symbol=market(asked.symbol) if asked.symbol else None,
            from_ns=parse_time(asked.start, start_ns) if asked.start else None,
            to_ns=parse_time(asked.end, start_ns) if asked.end else None,
        )
        if _print(records, form) == 0:
            typer.echo(f"perplab: {log}: no record is all of what was asked for", err=True)


def _print(records: Iterable[Record], form: Form) -> int:
    count = 0

    def counted() -> Iterator[Record]:
        nonlocal count
        for record in records:
            count += 1
            yield record

    _PRINT[form](counted())
    return count


def _table(records: Iterator[Record]) -> None:
    table = plain_table()
    for name in ("seq", "time, UTC", "type", "account"):
        table.add_column(name, no_wrap=name != "type", overflow="fold")
    table.add_column("what it says", overflow="fold")
    for record in records:
        body = _body(record)
        style = "dim" if record.kind == "command" else ""
        account = str(body.pop("account", ""))
        time = moment(record.time_ns) if record.kind != "manifest" else ""
        row = (str(record.seq), time, record.type, account, _details(record, body))
        table.add_row(*(Text(cell) for cell in row), style=style)
    if table.row_count:
        Console().print(table)


def _body(record: Record) -> dict[str, Any]:
    """Return a record's fields; `JournalError` if a changed log has none."""
    try:
        body = json.loads(record.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise differs("body", shown(record.body), "a JSON object", seq=record.seq)
    return body


def _start_of(manifest: Manifest) -> int:
    """Return the time of the run's start in nanoseconds."""
    start_ns = manifest.scenario.get("start_ns", 0)
    if type(start_ns) is not int:
        what = "manifest, field 'scenario.start_ns'"
        raise differs(what, shown(start_ns), "a whole number", seq=0)
    return start_ns


def _details(record: Record, body: dict[str, Any]) -> str:
    """Return a record's fields that say something, in a line."""
    if record.kind == "manifest":
        tapes = ", ".join(f"{tape['symbol']} {tape['kind']}" for tape in body["tapes"])
        name = body["scenario"].get("name") or "no name"
        return f"perplab {body['perplab']}, rules {body['rules']}, {name}; {tapes}"
    fields = [f"{key}={_value(value)}" for key, value in body.items() if value not in _EMPTY]
    return " ".join(fields)


def _value(value: Any) -> str:
    return json.dumps(value) if isinstance(value, list | dict) else str(value)


def _csv(records: Iterator[Record]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(
        ("seq", "batch", "time", "time_ns", "kind", "type", "account", "symbol", "body")
    )
    for record in records:
        body = _body(record)
        names = (body.get("account", ""), body.get("symbol", ""))
        place = (record.seq, record.batch, iso(record.time_ns), record.time_ns)
        writer.writerow((*place, record.kind, record.type, *names, record.body))


def _jsonl(records: Iterator[Record]) -> None:
    for record in records:
        sys.stdout.write(record.line)


def _json(records: Iterator[Record]) -> None:
    print_json(
        [
            {
                "seq": record.seq,
                "batch": record.batch,
                "time": iso(record.time_ns),
                "kind": record.kind,
                "type": record.type,
                "body": _body(record),
            }
            for record in records
        ]
    )


_PRINT = {"table": _table, "csv": _csv, "jsonl": _jsonl, "json": _json}


def _check(asked: Asked) -> None:
    for name in asked.types:
        if name not in _TYPES:
            near = get_close_matches(name, _TYPES, n=3, cutoff=0.4)
            raise UsageError(f"--type: found {name!r}, expected a type such as {', '.join(near)}")
    if asked.kind is not None and asked.kind not in _KINDS:
        raise UsageError(f"--kind: found {asked.kind!r}, expected one of {', '.join(_KINDS)}")
