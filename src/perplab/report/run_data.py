"""Run data: what the page of one log or several knows, as JSON; every number is decimal text."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from perplab.journal.journal import Journal
from perplab.report.drawing import Scope, event_data, life_data
from perplab.report.kinds import LOUD
from perplab.report.life import Life
from perplab.report.lines import NS_PER_US
from perplab.report.moments import Moments, moments_of
from perplab.report.prices import price_lines
from perplab.report.reduction import edges_of, spread
from perplab.report.source import Opened
from perplab.report.timeline import Row, Timeline

_BUCKETS = 1500
_ACCOUNT_BUCKETS, _FEWEST_BUCKETS = 500, 30
_PAGE_BUCKETS = 12_000
"""Buckets of all accounts' lines together: each makes about two points of three lines."""
_FOCUS, _ACCOUNT_FOCUS = 12, 3
_MOST_ROWS, _FEWEST_ROWS = 15_000, 300
_FEWEST_POINTS = 400
_NS_PER_MS = 1_000_000
_APART = 64
"""Moments nearer to each other than this part of the run need no closer look of their own."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A log that was followed to its end, and which of its rows the page has."""

    log: Opened
    timeline: Timeline
    rows: list[Row]
    left_out: int


@dataclass(frozen=True, slots=True)
class RunData:
    """The page's data, and the logs that it was made from."""

    data: dict[str, Any]
    followed: list[Followed]


def run_data(logs: Sequence[Opened], shown: Sequence[str]) -> RunData:
    """Return what the page shows of these accounts of logs."""
    start_ns = min(one.plan.start_ns for one in logs)
    end_ns = max(start_ns + 1, *(one.branch.end_ns for one in logs))
    views = max(1, len(shown) * len(logs))
    most = max(_FEWEST_POINTS, 2 * _PAGE_BUCKETS // views)
    followed = [_follow(one, shown, start_ns, end_ns, views) for one in logs]
    focus = [moment for one in logs for name in shown for moment in one.focus.get(name, ())]
    edges = edges_of(start_ns, end_ns, _spread(focus, _FOCUS, start_ns, end_ns), _BUCKETS)
    recorded = [one.timeline.recorded for one in followed]
    scopes = [
        Scope(number, start_ns, one.branch.end_ns, one.drawn_from_ns, most)
        for number, one in enumerate(logs)
    ]
    base_ms, rest_ns = divmod(start_ns, _NS_PER_MS)
    data = {
        "kind": "runs",
        "start_ms": base_ms,
        "start_us": rest_ns // NS_PER_US,
        "end_us": (end_ns - start_ns) // NS_PER_US,
        "accounts": list(shown),
        "symbols": sorted({i.symbol for one in logs for i in one.config.instruments}),
        "branches": [_branch(one, start_ns) for one in logs],
        "prices": price_lines(logs, recorded, edges),
        "lives": [
            life_data(one.timeline.lives[name], scopes[number])
            for number, one in enumerate(followed)
            for name in shown
            if name in one.timeline.lives
        ],
        "events": [
            event_data(row, number, start_ns)
            for number, one in enumerate(followed)
            for row in one.rows
        ],
    }
    return RunData(data, followed)


def _spread(focus: Sequence[int], most: int, start_ns: int, end_ns: int) -> list[int]:
    return spread(focus, most, max(1, (end_ns - start_ns) // _APART))


def _follow(one: Opened, shown: Sequence[str], start_ns: int, end_ns: int, views: int) -> Followed:
    """Follow a log to its end, the accounts looked at between its batches if there are ticks."""
    moments: dict[str, Moments] | None = None
    if one.source.streams is not None:
        buckets = max(_FEWEST_BUCKETS, min(_ACCOUNT_BUCKETS, _PAGE_BUCKETS // views))
        moments = {}
        for name in shown:
            focus = _spread(one.focus.get(name, ()), _ACCOUNT_FOCUS, start_ns, end_ns)
            edges = edges_of(start_ns, end_ns, focus, buckets)
            moments[name] = moments_of(one.config, one.source.streams, edges)
    timeline = Timeline(one.config, moments, shown)
    with Journal.open(one.source.log) as journal:
        for _, _, batch in journal.batches():
            timeline(batch, timeline.state)
    timeline.close(one.branch.end_ns)
    mine = [row for row in timeline.rows if row.seq >= one.shared]
    rows = _kept(mine, max(_FEWEST_ROWS, _MOST_ROWS // max(1, len(shown))))
    return Followed(one, timeline, rows, len(mine) - len(rows))


def _kept(rows: list[Row], most: int) -> list[Row]:
    """Return at most so many rows of each account, loud ones first, in their order."""
    kept: list[Row] = []
    for name in dict.fromkeys(row.account for row in rows):
        mine = [row for row in rows if row.account == name]
        if len(mine) > most:
            mine = sorted(mine, key=lambda row: row.kind not in LOUD)[:most]
        kept += mine
    return sorted(kept, key=lambda row: row.seq)


def _branch(one: Opened, start_ns: int) -> dict[str, Any]:
    fork_ns = one.fork_ns
    return {
        "name": one.name,
        "recorded": one.source.streams is None,
        "do": "; ".join(one.branch.do),
        "fork_us": None if fork_ns is None else (fork_ns - start_ns) // NS_PER_US,
        "end_us": (one.branch.end_ns - start_ns) // NS_PER_US,
    }


def highest_ratio(life: Life) -> int | None:
    """Return the highest margin ratio that is drawn, in percent and 1e-8, None without any."""
    values = [v for line in life.ratios.values() for v in line.values if v is not None]
    return max(values, default=None)
