"""What audit does: read the log and its prices, hold them against the rules, print the verdicts."""

from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from perplab.audit.auditing import audit_log
from perplab.audit.log import is_database, is_log
from perplab.audit.verdict import Audit, Verdict
from perplab.cli.audit_prices import Given, audit_bar, prices_for
from perplab.cli.audit_print import audit_json, print_audit, print_csv
from perplab.cli.failures import FINE, LOG_WRONG, UNFINISHED, UsageError
from perplab.cli.look import print_json
from perplab.cli.replay_terms import PriceFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be audited, with what, and where to."""

    files: tuple[Path, ...]
    given: PriceFiles
    brackets: tuple[str, ...]
    prices: tuple[str, ...]
    html: Path | None


def audit(asked: Asked, *, csv: bool, json: bool) -> int:
    """Audit what is asked for, say so, and return the exit code."""
    if csv and json:
        raise UsageError("--csv and --json: choose one")
    for file in asked.files:
        if not file.is_file():
            raise UsageError(f"{file}: no such file; expected a log or an exchange's records")
    if is_log(asked.files[0]):
        return _audit_log(asked, csv=csv, json=json)
    return _audit_foreign(asked, csv=csv, json=json)


def _audit_log(asked: Asked, *, csv: bool, json: bool) -> int:
    log, more = asked.files[0], asked.files[1:]
    if asked.brackets or asked.prices:
        raise UsageError("--brackets and --prices are for an exchange's records; a log has its own")
    if more and not asked.given.ticks:
        raise UsageError(f"{more[0]}: one log at a time; its price files belong to --ticks")
    if any(is_log(file) for file in more):
        raise UsageError("one log at a time")
    given = prices_for(log, asked.given, more)
    with audit_bar(given) as progress:
        found = audit_log(log, streams=given.streams, funding=given.funding, progress=progress)
    _print(found, given.notes, csv=csv, json=json)
    if asked.html is not None:
        _write_page(found, asked.html, log, given)
    return _code(found)


def _audit_foreign(asked: Asked, *, csv: bool, json: bool) -> int:
    from perplab.audit.foreign import recognise  # noqa: PLC0415 - only for these
    from perplab.cli.audit_foreign_work import examine_foreign  # noqa: PLC0415 - the same
    from perplab.cli.audit_study import print_study, study_json  # noqa: PLC0415 - the same

    given = asked.given
    if given.ticks or given.mark or given.funding or given.columns:
        raise UsageError("--ticks, --mark, --funding and --columns are for a log of ours")
    for file in asked.files:
        if not file.stat().st_size or recognise(file) is None:
            raise UsageError(f"{file}: found neither a log of ours nor records that are known")
    examined = examine_foreign(asked.files, asked.brackets, asked.prices)
    found, study = examined.audit, examined.study
    if json:
        print_json(audit_json(found) | ({} if study is None else {"study": study_json(study)}))
    else:
        _print(found, (), csv=csv, json=False)
        if study is not None and not csv:
            print_study(Console(), study)
    if asked.html is not None:
        _write_page(found, asked.html, None, None)
    return _code(found)


def _print(found: Audit, notes: tuple[str, ...], *, csv: bool, json: bool) -> None:
    if json:
        print_json(audit_json(found))
    elif csv:
        print_csv(found)
    else:
        print_audit(Console(), found, notes)


def _write_page(found: Audit, out: Path, log: Path | None, given: Given | None) -> None:
    from perplab.report.audit_page import write_audit_report  # noqa: PLC0415 - plotly is heavy
    from perplab.report.source import ReportError  # noqa: PLC0415 - the same

    # A chart is drawn by the engine's own fold, which a wrong log may lead anywhere.
    sound = log is not None and is_database(log) and found.verdict is not Verdict.VIOLATED
    whole = log if sound else None
    try:
        write_audit_report(found, out, whole, streams=given.streams if given else None)
    except ReportError as error:
        raise UsageError(str(error).replace("--out", "--html", 1)) from error
    typer.echo(f"report: {out} written", err=True)


def _code(found: Audit) -> int:
    if found.verdict is Verdict.VIOLATED:
        return LOG_WRONG
    return FINE if found.finished else UNFINISHED
