"""The page of one log or several: what became of each account, the chart, the events, the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from perplab.domain.numbers import format_units
from perplab.lab.amounts import exact, iso, moment
from perplab.lab.crowd import Member
from perplab.lab.outcome import AccountOutcome
from perplab.report.crowd import crowd_parts
from perplab.report.life import OVER
from perplab.report.markup import Cell, bullets, paragraph, section, table
from perplab.report.outcomes import outcome_tables
from perplab.report.page import Page, Written, write_page
from perplab.report.run_data import RunData, highest_ratio, run_data
from perplab.report.source import Opened, Source, opened, shown_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RunParts:
    """What a page needs to show a run: its title and lead, sections, data and notes."""

    title: str
    lead: str
    sections: tuple[str, ...]
    data: dict[str, Any]
    notes: tuple[str, ...]


LINKS = (("chart", "Skip to the chart"), ("events", "Skip to the events"))
SCRIPTS = ("figure.js", "traces.js", "runs.js", "events.js")


def write_run_report(
    sources: Sequence[Source], out: Path, *, title: str = "", account: str | None = None
) -> Written:
    """Write the page of one log, or of several with the later ones overlaid on the first.

    Raises `ReportError` for an account that no log has or a file that cannot be written, and
    `JournalError` for a log that is none.
    """
    parts = run_parts(sources, account)
    page = Page(
        title=title or parts.title,
        lead=parts.lead,
        body="".join(parts.sections),
        links=LINKS,
        data=parts.data,
        scripts=SCRIPTS,
    )
    size = write_page(page, out)
    return Written(
        out=out,
        bytes=size,
        accounts=tuple(parts.data["accounts"]),
        events=len(parts.data["events"]),
        notes=parts.notes,
    )


def run_parts(sources: Sequence[Source], account: str | None = None) -> RunParts:
    """Return what a page shows of logs, of all their accounts or of one."""
    shown = shown_of(sources, account)
    logs = opened(sources, shown.names)
    made = run_data(logs, shown.names)
    notes = tuple(_notes(logs, made))
    return RunParts(
        title=_title(logs),
        lead=_lead(logs),
        sections=tuple(_sections(logs, made, shown.crowd, notes)),
        data={**made.data, "texts": _alternatives(made)},
        notes=notes,
    )


def _title(logs: Sequence[Opened]) -> str:
    first = logs[0].plan.name or logs[0].name
    return first if len(logs) == 1 else f"{first}: {len(logs)} branches"


def _lead(logs: Sequence[Opened]) -> str:
    start_ns = min(one.plan.start_ns for one in logs)
    end_ns = max(one.branch.end_ns for one in logs)
    symbols = sorted({i.symbol for one in logs for i in one.config.instruments})
    return escape(f"{', '.join(symbols)}, {moment(start_ns)} to {moment(end_ns)} UTC")


def _sections(
    logs: Sequence[Opened], made: RunData, crowd: Sequence[Member], notes: Sequence[str]
) -> list[str]:
    names = made.data["accounts"]
    tables = [*crowd_parts(crowd, len(names)), *outcome_tables(logs, names)]
    parts = [section("accounts", "What became of it", *tables)]
    parts.append(section("chart", "The run", _sparse(logs), _CHART))
    parts.append(section("events", "Events", _EVENTS))
    parts.append(section("notes", "Notes", bullets(notes)))
    parts.append(section("logs", "Logs", _logs(logs)))
    return parts


_CHART = """
<div class="controls" id="choose"></div>
<div class="controls legend" id="legend" role="group" aria-label="What is drawn"></div>
<figure aria-labelledby="chart-title" aria-describedby="chart-text">
<div id="plot" role="img" aria-labelledby="chart-title" aria-describedby="chart-text"></div>
<div class="controls" id="move" role="group" aria-label="Move the chart"></div>
<figcaption id="chart-text"></figcaption>
</figure>
"""
_EVENTS = """
<p class="hint" id="events-hint">Click a row, or move with the arrow keys and press Enter, to see it
on the chart; again, to come closer. A point of the chart shows its row.</p>
<div class="two">
<div class="scroll" id="rows"><table class="cards" aria-describedby="events-hint">
<caption id="rows-caption"></caption><thead></thead><tbody></tbody></table></div>
<div id="record" role="status" aria-live="polite"><p class="hint">The record of the chosen event
stands here, field by field, as it is in the log.</p></div>
</div>
"""


def _sparse(logs: Sequence[Opened]) -> str:
    """Return what is to be said where the prices between recorded ticks are not known."""
    names = [one.name for one in logs if one.source.streams is None]
    if not names:
        return ""
    return paragraph(
        f"{', '.join(names)}: only the prices that the log recorded are drawn, as dots; what lies"
        " between them is on the tape, which --ticks FILES names.",
        "warn",
    )


def _alternatives(made: RunData) -> list[dict[str, object]]:
    """Return what stands for the chart in words, for each account of each branch."""
    texts = []
    for number, followed in enumerate(made.followed):
        for name in made.data["accounts"]:
            outcome = followed.log.branch.outcomes.get(name)
            if outcome is None:
                continue
            highest = highest_ratio(followed.timeline.lives[name])
            texts.append(
                {"branch": number, "account": name, "text": _alternative(outcome, highest)}
            )
    return texts


def _alternative(outcome: AccountOutcome, highest: int | None) -> str:
    parts = [f"{outcome.account}: {outcome.verdict.value}"]
    if outcome.liquidated_at is not None:
        parts.append(f"liquidated at {moment(outcome.liquidated_at)} UTC")
    if highest is not None:
        over = highest == OVER
        ratio = "over 100%" if over else f"{format_units(highest // 10**6, 2)}%"
        parts.append(f"highest margin ratio drawn {ratio}")
    parts.append(f"margin calls: {outcome.margin_calls}")
    parts.append(f"final profit and loss {exact(outcome.final_pnl)}")
    return "; ".join(parts) + "."


def _notes(logs: Sequence[Opened], made: RunData) -> list[str]:
    notes = []
    for one, followed in zip(logs, made.followed, strict=True):
        if one.source.note:
            notes.append(f"{one.name}: {one.source.note}")
        if not one.branch.finished:
            end = moment(one.branch.end_ns)
            notes.append(f"{one.name}: its run is unfinished; it is drawn up to {end} UTC")
        if followed.left_out:
            notes.append(
                f"{one.name}: {followed.left_out:,} events of lesser weight are left out of the"
                f" table; perplab show {one.source.log} prints all"
            )
        left = sum(
            life["orders_left_out"]
            for life in made.data["lives"]
            if made.followed[life["branch"]] is followed
        )
        if left:
            notes.append(f"{one.name}: the lines of {left:,} orders that waited least are left out")
        if one.drawn_from_ns is not None:
            notes.append(
                f"{one.name}: parts from its parent at {iso(one.drawn_from_ns)}; it is drawn from"
                " there on"
            )
    notes.append(
        "A long tape is drawn by its lowest and highest price in each of many short spans, shorter"
        " ones around what happened; no high or low is lost. Margin ratio and equity are computed"
        " at the drawn ticks."
    )
    return notes


def _logs(logs: Sequence[Opened]) -> str:
    rows = []
    for one in logs:
        tapes = "; ".join(
            f"{tape.symbol} {tape.kind}, {tape.rows:,} rows, {tape.digest}"
            for tape in one.manifest.tapes
        )
        rows.append(
            [
                Cell(one.name),
                Cell(str(one.source.log)),
                Cell("finished" if one.branch.finished else "unfinished"),
                Cell(f"{one.manifest.perplab}, rules {one.manifest.rules}"),
                Cell(one.branch.head, "code"),
                Cell(tapes or "-", "code"),
            ]
        )
    heads = ("log", "file", "run", "perplab", "hash of the last batch", "tapes")
    return table("What the page was made from", heads, rows)
