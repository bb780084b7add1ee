"""What explain does: follow one liquidation of a log, and tell it in sentences."""

import re
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from perplab.audit.exact import written
from perplab.audit.explaining import (
    Explanation,
    NoSuchLiquidation,
    Rescue,
    explain_liquidation,
)
from perplab.audit.telling import rescue_sentences, story
from perplab.audit.verdict import Verdict
from perplab.cli.audit_prices import prices_for
from perplab.cli.failures import FINE, LOG_WRONG, UsageError
from perplab.cli.look import bullet, plain_table, print_json
from perplab.cli.replay_terms import PriceFiles
from perplab.lab.amounts import iso, moment

_WHICH = re.compile(r"(?:liquidation:)?(\d{1,9})", re.ASCII)
_STYLES = {
    Verdict.CONFIRMED: "bold green",
    Verdict.VIOLATED: "bold red",
    Verdict.CANNOT_TELL: "yellow",
}


def explain(log: Path, which: str, files: PriceFiles, *, as_json: bool) -> int:
    """Explain a liquidation and return the exit code: not fine if it violates a rule."""
    found = _WHICH.fullmatch(which)
    if found is None:
        raise UsageError(f"found {which!r}, expected liquidation:N, as liquidation:1")
    if not log.is_file():
        raise UsageError(f"{log}: no such file; expected a log or its JSONL export")
    given = prices_for(log, files, ())
    number = int(found[1])
    try:
        told = explain_liquidation(log, number, streams=given.streams, funding=given.funding)
    except NoSuchLiquidation as error:
        raise UsageError(str(error)) from error
    if as_json:
        print_json(_json(told))
    else:
        _print(Console(), told, given.notes)
    return LOG_WRONG if told.audit.verdict is Verdict.VIOLATED else FINE


def _print(console: Console, told: Explanation, notes: tuple[str, ...]) -> None:
    one = told.liquidation
    pool = one.symbol or "the cross pool"
    title = f"liquidation {one.number} of {len(told.audit.liquidations)}: {one.account}, {pool}"
    console.print(Text(f"{title}, {moment(one.time_ns)} UTC", style="bold"))
    table = plain_table()
    table.show_header = False
    table.add_column(no_wrap=True, style="dim")
    table.add_column()
    before = ""
    for time_ns, text in story(told):
        time = moment(time_ns)
        table.add_row("" if time == before else time, Text(text))
        before = time
    console.print(table)
    for text in rescue_sentences(told):
        bullet(console, "rescue", text, style="")
    for note in notes:
        bullet(console, "note", note)
    for line in one.lines:
        if line.verdict is not Verdict.CONFIRMED:
            bullet(console, str(line.verdict), f"{line.check}: {line.text}", _STYLES[line.verdict])
    wrong = [one.check.name for one in told.audit.checks if one.verdict is Verdict.VIOLATED]
    if wrong:
        text = f"the whole log is VIOLATED: {', '.join(wrong)}; perplab audit says how"
        bullet(console, "note", text, "bold red")
    text = f"{str(one.verdict).upper()}: records {one.first_seq} to {one.last_seq}"
    console.print(Text(text, style=_STYLES[one.verdict]))


def _json(told: Explanation) -> dict[str, Any]:
    one = told.liquidation
    return {
        "liquidation": one.number,
        "account": one.account,
        "symbol": one.symbol,
        "side": one.side,
        "time": iso(one.time_ns),
        "verdict": str(one.verdict),
        "all_prices_known": told.whole,
        "story": [{"time": iso(time_ns), "text": text} for time_ns, text in story(told)],
        "rescues": [_rescue_json(rescue) for rescue in told.rescues],
        "lines": [
            {"check": line.check, "verdict": str(line.verdict), "text": line.text}
            for line in one.lines
        ],
    }


def _rescue_json(rescue: Rescue) -> dict[str, Any]:
    at = rescue.moment
    return {
        "at": at.what,
        "time": iso(at.time_ns),
        "record": at.seq,
        "margin_ratio": None if at.margin_ratio is None else written(at.margin_ratio),
        "could_add_at_most": written(at.most),
        "through_this_liquidation": written(rescue.through.amount),
        "to_the_end": written(rescue.to_end.amount),
        "needed_most_at": iso(rescue.to_end.time_ns),
    }
