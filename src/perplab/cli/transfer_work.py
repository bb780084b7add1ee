"""What export and import do."""

import sys
from pathlib import Path

import typer

from perplab.cli.failures import UsageError
from perplab.cli.look import print_json
from perplab.journal import jsonl
from perplab.journal.ending import check_ending


def export(log: Path, out: Path | None, *, as_json: bool) -> None:
    """Write a log's lines to a new file, or print them; a wrong seal is told then."""
    if out is None:
        if as_json:
            raise UsageError("--json: an export is JSON already; give --out to write it to a file")
        jsonl.export(log, sys.stdout)
    else:
        records = _write(log, out)
        told: dict[str, object] = {"log": str(log), "out": str(out), "records": records}
        _tell(told, out, records, as_json=as_json)
    check_ending(log)


def import_(file: Path, log: Path, *, as_json: bool) -> None:
    """Make a new log of an export."""
    records = jsonl.import_(file, log)
    _tell({"file": str(file), "log": str(log), "records": records}, log, records, as_json=as_json)


def _write(log: Path, out: Path) -> int:
    """Write the lines and return how many records; a file that is not whole does not stay."""
    try:
        with out.open("x", encoding="ascii", newline="\n") as file:
            try:
                return jsonl.export(log, file)
            except BaseException:
                out.unlink(missing_ok=True)
                raise
    except FileExistsError:
        raise UsageError(f"--out: {out} exists already; choose another name") from None
    except OSError as error:
        raise UsageError(f"--out: {out} cannot be written: {error.strerror}") from error


def _tell(values: dict[str, object], written: Path, records: int, *, as_json: bool) -> None:
    if as_json:
        print_json(values)
    else:
        typer.echo(f"{written}: {records} records")
