"""The page of a sweep: survival over time and profit by decision, and every group's figures."""

import json
from html import escape
from pathlib import Path

from perplab.lab.amounts import moment
from perplab.lab.sweep.summary import summary_of
from perplab.report.markup import Cell, bullets, section, table
from perplab.report.page import Page, Written, write_page
from perplab.report.sweep_data import Swept, figures_of, read_sweep, sweep_data

_FIGURE = """
<figure>
<div class="plot" id="{name}" role="img" aria-labelledby="{name}-text"></div>
<figcaption id="{name}-text">{words}</figcaption>
</figure>
"""
_SURVIVAL = (
    "The share of runs that were not liquidated, by the time since the position was opened. A run"
    " that ended earlier without a liquidation counts as survived to the right of its end."
)
_SPREAD = (
    "Profit and loss of the runs, all costs and unrealized profit counted: the thin bar from the"
    " lowest 5% to 95%, the thick one from 25% to 75%, the median, and the mean as a diamond."
)
_HISTOGRAM = "How the results are spread: the share of runs in each span of profit and loss."
_SHOWN = 400


def write_sweep_report(path: Path, out: Path, *, title: str = "") -> Written:
    """Write the page of a sweep's Parquet file; `SweepError` if it is none, `ReportError` else."""
    swept = read_sweep(path)
    heads, rows = figures_of(swept.keys, summary_of(swept.frame, swept.keys))
    notes = _notes(swept, path)
    figures = table("Every combination; PnL in the quote currency, exact", heads, rows)
    body = (
        section("chart", "Survival", _CONTROLS, _figure("survival", _SURVIVAL)),
        section(
            "profit",
            "Profit and loss",
            _figure("spread", _SPREAD),
            _figure("histogram", _HISTOGRAM),
        ),
        section("figures", "Figures", figures),
        section("notes", "Notes", bullets(notes)),
        section("sweep", "What the sweep was made from", _signature(swept)),
    )
    scenario = swept.signature.get("scenario")
    name = scenario.get("name") if isinstance(scenario, dict) else None
    page = Page(
        title=title or str(name or path.stem),
        lead=escape(_lead(swept)),
        body="".join(body),
        links=(("chart", "Skip to the charts"), ("figures", "Skip to the figures")),
        data=sweep_data(swept),
        scripts=("figure.js", "sweep.js"),
    )
    size = write_page(page, out)
    return Written(out=out, bytes=size, accounts=(), events=0, notes=tuple(notes))


_CONTROLS = """
<div class="controls" id="choose"></div>
<div class="controls legend" id="legend" role="group" aria-label="What is drawn"></div>
"""


def _figure(name: str, words: str) -> str:
    return _FIGURE.format(name=name, words=escape(words))


def _lead(swept: Swept) -> str:
    first_ns = min(swept.frame["start"].dt.timestamp("ns").to_list())
    last_ns = max(swept.frame["end"].dt.timestamp("ns").to_list())
    return f"{len(swept.frame):,} runs, from {moment(first_ns)} to {moment(last_ns)} UTC"


def _notes(swept: Swept, path: Path) -> list[str]:
    failed = len(swept.frame) - swept.frame["error"].null_count()
    notes = [f"Made from {path}; each of its rows has the hash of its run's log."]
    if failed:
        notes.append(f"{failed:,} runs failed; they are left out of all figures but their count.")
    if swept.merged:
        words = ", ".join(swept.merged)
        notes.append(f"{words}: too many values to choose from; all are drawn together.")
    notes.append("Runs that overlap see the same prices: they are not independent of each other.")
    return notes


def _signature(swept: Swept) -> str:
    """Return what the file says of its sweep; long lists are cut."""
    rows = []
    for key, value in swept.signature.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        rows.append([Cell(key), Cell(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…", "code")])
    return table("As the file says", ("term", "value"), rows)
