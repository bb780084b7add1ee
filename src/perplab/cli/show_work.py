"""What show does: the records that are asked for, as a table, CSV or JSON."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import typer
from rich.console import Console

from perplab.cli.failures import UsageError
from perplab.cli.look import print_json
from perplab.cli.show_table import records_table
from perplab.journal.chain import Record
from perplab.journal.codec import MESSAGES
from perplab.journal.ending import check_ending
from perplab.journal.errors import JournalError, differs
from perplab.journal.forms import shown
from perplab.journal.journal import Journal
from perplab.journal.manifest import Manifest
from perplab.lab.amounts import iso
from perplab.tape.naming import market
from perplab.venue.moments import parse_time

Form = Literal["table", "csv", "jsonl", "json"]

_TYPES = ("Manifest", *MESSAGES)
_KINDS = ("manifest", "command", "event")


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
    console = Console()
    if rows := [(record, _body(record)) for record in records]:
        console.print(records_table(rows, console.width))


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


def check_types(types: Sequence[str]) -> None:
    """Raise `UsageError` for a type that no record has."""
    for name in types:
        if name not in _TYPES:
            near = get_close_matches(name, _TYPES, n=3, cutoff=0.4)
            raise UsageError(f"--type: found {name!r}, expected a type such as {', '.join(near)}")


def _check(asked: Asked) -> None:
    check_types(asked.types)
    if asked.kind is not None and asked.kind not in _KINDS:
        raise UsageError(f"--kind: found {asked.kind!r}, expected one of {', '.join(_KINDS)}")
