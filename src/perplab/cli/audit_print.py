"""How an audit is printed: its checks, its liquidations, what was found; as tables, CSV, JSON."""

import csv
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from perplab.audit.verdict import Audit, CheckResult, Finding, Liquidation, Verdict
from perplab.cli.look import bullet, plain_table, shorten
from perplab.lab.amounts import iso, moment

_STYLES = {
    Verdict.CONFIRMED: "green",
    Verdict.VIOLATED: "bold red",
    Verdict.CANNOT_TELL: "yellow",
}
_SIGNS = {Verdict.CONFIRMED: "✓", Verdict.VIOLATED: "✖", Verdict.CANNOT_TELL: "?"}
_MOST_FINDINGS, _MOST_LIQUIDATIONS = 25, 40
_LONGEST = 180


def print_audit(console: Console, audit: Audit, notes: Sequence[str]) -> None:
    """Print an audit for a person: what was looked at, then what was found, then the verdict."""
    console.print(Text(_title(audit), style="bold"), highlight=False)
    _print_checks(console, audit.checks)
    if audit.liquidations:
        _print_liquidations(console, audit)
    _print_findings(console, audit.findings)
    for note in (*audit.notes, *notes, *_missing(audit)):
        bullet(console, "note", note)
    console.print(Text(_sentence(audit), style=_STYLES[audit.verdict]), highlight=False)


def _title(audit: Audit) -> str:
    parts = [f"{audit.records:,} records"]
    if audit.batches:
        parts.append(f"{audit.batches:,} batches")
    if audit.ticks:
        parts.append(f"{audit.ticks:,} ticks walked")
    if audit.head:
        parts.append(f"hash {audit.head[:16]}…")
    return f"{audit.subject}: {', '.join(parts)}"


def _print_checks(console: Console, checks: Sequence[CheckResult]) -> None:
    table = plain_table()
    table.add_column("check", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("looked at", no_wrap=True, justify="right")
    table.add_column("what must hold")
    for result in checks:
        verdict = result.verdict
        told = Text(f"{_SIGNS[verdict]} {verdict}", style=_STYLES[verdict])
        if verdict is Verdict.CONFIRMED and not result.looked_at:
            told = Text("- nothing there", style="dim")
        table.add_row(
            result.check.name,
            told,
            f"{result.looked_at:,}",
            result.check.asks,
        )
    console.print(table)


def _print_liquidations(console: Console, audit: Audit) -> None:
    """Print every liquidation, of many only those that are violated; then how many there are."""
    listed = list(audit.liquidations)
    if len(listed) > _MOST_LIQUIDATIONS:
        listed = [one for one in listed if one.verdict is Verdict.VIOLATED][:_MOST_LIQUIDATIONS]
    if listed:
        console.print(_liquidation_table(listed))
    counts = Counter(one.verdict for one in audit.liquidations)
    told = ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in Verdict if counts[verdict])
    many = len(audit.liquidations)
    text = f"{many:,} liquidation{'' if many == 1 else 's'}: {told}"
    if len(listed) < many:
        text += "; --json and --csv have each of them"
    console.print(Text(text), highlight=False)


def _liquidation_table(listed: Sequence[Liquidation]) -> Table:
    table = plain_table()
    for name in ("#", "time, UTC", "account", "pool", "verdict"):
        table.add_column(name, no_wrap=True)
    table.add_column("numbers, money in the quote currency")
    for one in listed:
        table.add_row(
            str(one.number),
            moment(one.time_ns) if one.time_ns >= 0 else "",
            shorten(one.account, 16),
            _pool(one),
            Text(f"{_SIGNS[one.verdict]} {one.verdict}", style=_STYLES[one.verdict]),
            _numbers(one),
        )
    return table


def _pool(one: Liquidation) -> str:
    if not one.symbol:
        return "cross"
    return one.symbol if one.side in {"", "both"} else f"{one.symbol} {one.side}"


def _numbers(one: Liquidation) -> str:
    """Return the first line that says why, and what is wrong or missing, if anything."""
    wrong = [line.text for line in one.lines if line.verdict is Verdict.VIOLATED]
    why = [line.text for line in one.lines if line.check == "liquidations"] or [
        line.text for line in one.lines
    ]
    return shorten("; ".join(dict.fromkeys([*why[:1], *wrong[-1:]])), _LONGEST)


def _print_findings(console: Console, findings: Sequence[Finding]) -> None:
    if not findings:
        return
    table = plain_table()
    for name in ("record", "check", "rule"):
        table.add_column(name, no_wrap=True)
    table.add_column("what was found")
    for one in findings[:_MOST_FINDINGS]:
        who = f"{one.account}: " if one.account else ""
        place = str(one.seq) if one.seq >= 0 else "-"
        text = f"{who}{shorten(one.sentence, 3 * _LONGEST)}{_at(one)}"
        table.add_row(place, one.check, one.rule, Text(text))
    console.print(table)
    if len(findings) > _MOST_FINDINGS:
        more = len(findings) - _MOST_FINDINGS
        bullet(console, "more", f"{more:,} more findings; --json and --csv have all of them")


def _at(one: Finding) -> str:
    if one.seq >= 0:
        return ""
    place = f", {one.place}" if one.place and one.place not in one.what else ""
    return f" ({moment(one.time_ns)}{place})" if one.time_ns >= 0 else place


def _missing(audit: Audit) -> list[str]:
    """Return what is missing, each once, with the checks that cannot be told without it."""
    lacking: dict[str, list[str]] = {}
    for result in audit.checks:
        if result.missing:
            lacking.setdefault(result.missing, []).append(result.check.name)
    return [f"{', '.join(checks)}: cannot tell without {what}" for what, checks in lacking.items()]


def _sentence(audit: Audit) -> str:
    violated = [one.check.name for one in audit.checks if one.verdict is Verdict.VIOLATED]
    if violated:
        many = len(audit.findings)
        return f"VIOLATED: {', '.join(violated)}; {many:,} finding{'' if many == 1 else 's'}"
    tail = "" if audit.finished else " The run is unfinished: what is there is right."
    if audit.verdict is Verdict.CANNOT_TELL:
        return f"NOTHING WRONG FOUND, but not all of it can be told: see the notes.{tail}"
    return f"CONFIRMED: every check, every liquidation.{tail}"


def audit_json(audit: Audit) -> dict[str, Any]:
    """Return an audit as a JSON object; numbers are text, exact."""
    return {
        "subject": audit.subject,
        "verdict": str(audit.verdict),
        "finished": audit.finished,
        "records": audit.records,
        "batches": audit.batches,
        "ticks": audit.ticks,
        "hash": audit.head,
        "notes": list(audit.notes),
        "checks": [
            {
                "check": one.check.name,
                "asks": one.check.asks,
                "rules": one.check.rules,
                "verdict": str(one.verdict),
                "looked_at": one.looked_at,
                "missing": one.missing,
                "findings": [_finding_json(finding) for finding in one.findings],
            }
            for one in audit.checks
        ],
        "liquidations": [
            {
                "number": one.number,
                "account": one.account,
                "symbol": one.symbol,
                "side": one.side,
                "time": iso(one.time_ns) if one.time_ns >= 0 else None,
                "verdict": str(one.verdict),
                "missing": one.missing,
                "first_record": one.first_seq,
                "last_record": one.last_seq,
                "lines": [
                    {"check": line.check, "verdict": str(line.verdict), "text": line.text}
                    for line in one.lines
                ],
            }
            for one in audit.liquidations
        ],
    }


def _finding_json(one: Finding) -> dict[str, Any]:
    return {
        "verdict": str(one.verdict),
        "what": one.what,
        "found": one.found,
        "expected": one.expected,
        "rule": one.rule,
        "record": one.seq if one.seq >= 0 else None,
        "time": iso(one.time_ns) if one.time_ns >= 0 else None,
        "account": one.account,
        "symbol": one.symbol,
        "place": one.place,
    }


def print_csv(audit: Audit) -> None:
    """Print a row for each check, each liquidation and each finding."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(
        ("row", "name", "verdict", "looked_at", "record", "time", "account", "symbol", "rule",
         "what", "found", "expected")
    )  # fmt: skip
    for result in audit.checks:
        check = result.check
        writer.writerow(
            ("check", check.name, result.verdict, result.looked_at, "", "", "", "", check.rules,
             result.missing or check.asks, "", "")
        )  # fmt: skip
    for one in audit.liquidations:
        place = _csv_place(one.first_seq, one.time_ns, one.account, one.symbol)
        writer.writerow(
            ("liquidation", one.number, one.verdict, "", *place, "", _numbers(one), "", "")
        )
    for finding in audit.findings:
        place = _csv_place(finding.seq, finding.time_ns, finding.account, finding.symbol)
        writer.writerow(
            ("finding", finding.check, finding.verdict, "", *place, finding.rule, finding.what,
             finding.found, finding.expected)
        )  # fmt: skip


def _csv_place(seq: int, time_ns: int, account: str, symbol: str) -> tuple[str, str, str, str]:
    time = iso(time_ns) if time_ns >= 0 else ""
    return str(seq) if seq >= 0 else "", time, account, symbol
