"""The page of an audit: the verdict on every check and on every liquidation, and what was found."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from perplab.audit.verdict import Audit, CheckResult, Finding, Line, Liquidation, Verdict
from perplab.lab.amounts import iso
from perplab.report.markup import Cell, bullets, paragraph, section, table
from perplab.report.page import Page, Written, write_page
from perplab.report.run_page import LINKS, SCRIPTS, run_parts
from perplab.report.source import Source
from perplab.tape.stream import Stream

_SIGNS = {Verdict.CONFIRMED: "✓", Verdict.VIOLATED: "✖", Verdict.CANNOT_TELL: "?"}
_LOOKS = {Verdict.CONFIRMED: "good", Verdict.VIOLATED: "bad", Verdict.CANNOT_TELL: "soft"}
_MOST = 2000
"""How many liquidations and findings a page lists; the worst come first."""
_NONE = "-"


def write_audit_report(
    audit: Audit,
    out: Path,
    log: Path | None = None,
    *,
    streams: Sequence[Stream] | None = None,
    title: str = "",
) -> Written:
    """Write the page of an audit; with the log that was audited, its chart and events as well.

    `streams` are the log's price streams, so that the prices between its ticks are drawn. Raises
    `ReportError` for a file that cannot be written, `JournalError` for a log that cannot be read.
    """
    sections = [audit_sections(audit)]
    parts = None
    if log is not None:
        parts = run_parts([Source(log=log, name=log.stem, streams=streams)])
        sections += parts.sections
    page = Page(
        title=title or f"Audit of {audit.subject}",
        lead=escape(_lead(audit)),
        body="".join(sections),
        links=(("checks", "Skip to the checks"), *(LINKS if parts else ())),
        data=None if parts is None else parts.data,
        scripts=SCRIPTS if parts else (),
    )
    size = write_page(page, out)
    return Written(
        out=out,
        bytes=size,
        accounts=() if parts is None else tuple(parts.data["accounts"]),
        events=0 if parts is None else len(parts.data["events"]),
        notes=audit.notes if parts is None else (*audit.notes, *parts.notes),
    )


def audit_sections(audit: Audit) -> str:
    """Return an audit as sections of a page: verdict, checks, liquidations, findings, notes."""
    parts = [
        section("verdict", "Verdict", _verdict(audit)),
        section("checks", "Checks", _checks(audit.checks)),
    ]
    if audit.liquidations:
        parts.append(section("liquidations", "Liquidations", _liquidations(audit.liquidations)))
    findings = audit.findings
    if findings:
        parts.append(section("findings", "What was found", _findings(findings)))
    if audit.notes:
        parts.append(section("audit-notes", "Notes of the audit", bullets(audit.notes)))
    return "".join(parts)


def _lead(audit: Audit) -> str:
    counts = (("records", audit.records), ("batches", audit.batches), ("ticks", audit.ticks))
    told = [f"{count:,} {name}" for name, count in counts if count]
    if not audit.finished:
        told.append("the run is unfinished")
    if audit.head:
        told.append(f"hash {audit.head}")
    return ", ".join(told)


def _verdict(audit: Audit) -> str:
    counts = [
        f"{sum(result.verdict is verdict for result in audit.checks)} {verdict}"
        for verdict in Verdict
    ]
    deaths = [
        f"{sum(one.verdict is verdict for one in audit.liquidations)} {verdict}"
        for verdict in Verdict
    ]
    return (
        paragraph(_words(audit.verdict).upper(), f"verdict {_LOOKS[audit.verdict]}")
        + paragraph(f"Checks: {', '.join(counts)}.")
        + (paragraph(f"Liquidations: {', '.join(deaths)}.") if audit.liquidations else "")
    )


def _words(verdict: Verdict) -> str:
    return f"{_SIGNS[verdict]} {verdict.value}"


def _cell(verdict: Verdict) -> Cell:
    return Cell(_words(verdict), _LOOKS[verdict])


def _checks(results: Sequence[CheckResult]) -> str:
    rows = [
        [
            Cell(result.check.name),
            _cell(result.verdict),
            Cell(result.check.asks, "wide"),
            Cell(f"{result.looked_at:,}", "number"),
            Cell(f"{len(result.findings):,}", "number"),
            Cell(result.check.rules or _NONE),
            Cell(result.missing or _NONE, "none" if not result.missing else ""),
        ]
        for result in results
    ]
    heads = ("check", "verdict", "what must hold", "looked at", "findings", "rules", "missing")
    return table("Everything that was looked at; rules are sections of docs/rules.md", heads, rows)


def _liquidations(liquidations: Sequence[Liquidation]) -> str:
    worst_first = sorted(liquidations, key=lambda one: (_weight(one.verdict), one.number))
    parts = [_liquidation(one) for one in worst_first[:_MOST]]
    return "".join(parts) + _left_out(len(liquidations), "liquidations")


def _liquidation(one: Liquidation) -> str:
    side = "" if one.side == "both" else one.side
    what = f"{side} {one.symbol}".strip() if one.symbol else "cross pool"
    place = f", records {one.first_seq} to {one.last_seq}" if one.first_seq >= 0 else ""
    name = f"{one.number}. {one.account}, {what}, {_time(one.time_ns)}{place}"
    opened = "" if one.verdict is Verdict.CONFIRMED else " open"
    verdict = f'<span class="{_LOOKS[one.verdict]}">{_words(one.verdict)}</span>'
    missing = paragraph(f"Missing: {one.missing}") if one.missing else ""
    link = _to_chart(one.first_seq, f"Show liquidation {one.number} on the chart")
    return (
        f"<details{opened}><summary>{escape(name)}: {verdict}</summary>"
        f"{_lines(one.lines)}{missing}{link}</details>"
    )


def _lines(lines: Sequence[Line]) -> str:
    rows = [[Cell(line.check), _cell(line.verdict), Cell(line.text, "wide")] for line in lines]
    return table("Question by question", ("check", "verdict", "numbers"), rows) if rows else ""


def _findings(findings: Sequence[Finding]) -> str:
    worst_first = sorted(findings, key=lambda one: _weight(one.verdict))
    rows = [_finding(one) for one in worst_first[:_MOST]]
    heads = (
        "record",
        "verdict",
        "check",
        "what",
        "account",
        "symbol",
        "time, UTC",
        "rule",
        "place",
    )
    return table("Violations first, then what cannot be told", heads, rows) + _left_out(
        len(findings), "findings"
    )


def _finding(one: Finding) -> list[Cell]:
    return [
        Cell(str(one.seq) if one.seq >= 0 else _NONE),
        _cell(one.verdict),
        Cell(one.check),
        Cell(one.sentence, "wide"),
        Cell(one.account or _NONE, "" if one.account else "none"),
        Cell(one.symbol or _NONE, "" if one.symbol else "none"),
        Cell(_time(one.time_ns), "time" if one.time_ns >= 0 else "none"),
        Cell(one.rule or _NONE, "" if one.rule else "none"),
        Cell(one.place or _NONE, "" if one.place else "none"),
    ]


def _to_chart(seq: int, words: str) -> str:
    """Return a button that the page's script shows where the record is on the chart."""
    return (
        f'<button type="button" data-seq="{seq}" hidden>{escape(words)}</button>'
        if seq >= 0
        else ""
    )


def _left_out(found: int, what: str) -> str:
    return paragraph(f"{found - _MOST:,} more {what} are not listed.") if found > _MOST else ""


def _weight(verdict: Verdict) -> int:
    return (Verdict.VIOLATED, Verdict.CANNOT_TELL, Verdict.CONFIRMED).index(verdict)


def _time(time_ns: int) -> str:
    return iso(time_ns) if time_ns >= 0 else _NONE
