"""A sweep for people and programs: a row for each combination, survival and results."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

from perplab.cli.look import bullet, plain_table
from perplab.domain.numbers import ONE, divide_half_up, format_units
from perplab.lab.amounts import iso, moment, rounded, signed, span
from perplab.lab.sweep.frame import keys_of
from perplab.lab.sweep.summary import PERCENTS, Group, grouped_by, summary_of
from perplab.lab.sweep.sweep import Sweep

_MOST_ERRORS = 3
_PER_MILLE = 1000
_NONE = "-"
_TROUBLES = ("failed", "refused")
"""Counts that have a column only where there are any."""
_PAGE = Console(width=1000)
"""Wide enough for any table, to measure one."""
_MEANINGS = {
    "5% to 95%, mean": "PnL of a run in the quote currency, costs and unrealized profit counted",
    "liquidated after": "median time from the opening to the liquidation, of those liquidated",
}
_FEWER = ((5, 50, 95), (5, 95), ())
"""The quantiles that a narrow terminal has room for, and narrower ones."""


def print_sweep(swept: Sweep, frame: pl.DataFrame, out: Path | None) -> None:
    """Print the table with the quantiles that there is room for, and the notes.

    A table that is too wide even so is printed whole: a figure that is cut says nothing.
    """
    console = Console()
    keys = grouped_by(keys_of(swept.layout.variants))
    groups = summary_of(frame, keys)
    for percents in (PERCENTS, *_FEWER):
        table = _table(keys, groups, percents)
        width = _PAGE.measure(table).maximum
        if width <= console.width:
            break
    console.print(Text(_title(swept), style="bold"))
    Console(width=max(width, console.width)).print(table)
    print_sweep_notes(swept, frame, out)


def _table(keys: Sequence[str], groups: Sequence[Group], percents: Sequence[int]) -> Table:
    table = plain_table()
    for key in keys:
        table.add_column(_short(key, keys), no_wrap=True)
    troubles = [name for name in _TROUBLES if any(getattr(group, name) for group in groups)]
    heads = ["runs", *troubles, "survived"]
    quantiles = [f"{percent}%" for percent in percents]
    for head in (*heads, *quantiles, "mean", "liquidated\nafter"):
        table.add_column(head, justify="right", no_wrap=True)
    for group in groups:
        table.add_row(*group.values, *_cells(group, percents, troubles))
    return table


def _short(key: str, keys: Sequence[str]) -> str:
    """Return the head of a varied key: a parameter's own name, where no other key is called so."""
    name = key.rpartition(".")[2]
    return key if sum(each.rpartition(".")[2] == name for each in keys) > 1 else name


def print_sweep_notes(swept: Sweep, frame: pl.DataFrame, out: Path | None) -> None:
    """Print what was assumed, the first errors, and where the rows are."""
    console = Console()
    setup = swept.bench.setup(swept.layout.run(0))
    for note in dict.fromkeys(setup.notes):
        bullet(console, "note", note)
    for column, meaning in _MEANINGS.items():
        bullet(console, column, meaning)
    errors = frame.filter(pl.col("error").is_not_null()).select("run", "error").rows()
    for run, error in errors[:_MOST_ERRORS]:
        bullet(console, "failed", f"run {run}: {error}")
    if len(errors) > _MOST_ERRORS:
        bullet(console, "failed", f"{len(errors) - _MOST_ERRORS:,} more")
    if out is not None:
        bullet(console, "rows", f"{out}; --row N --out {out.name} does one of them alone")


def sweep_json(swept: Sweep, frame: pl.DataFrame, out: Path | None) -> dict[str, object]:
    """Return the table as JSON: numbers are decimal text, exact; `survival` is a share."""
    keys = grouped_by(keys_of(swept.layout.variants))
    window, entries = swept.layout.window, swept.layout.entries
    groups = summary_of(frame, keys)
    return {
        "scenario": str(swept.terms.scenario),
        "name": swept.bench.scenario.name,
        "from": iso(window.first_ns),
        "to": iso(window.last_ns),
        "entries": len(entries),
        "runs": len(frame),
        "failed": sum(group.failed for group in groups),
        "out": None if out is None else str(out),
        "notes": swept.bench.setup(swept.layout.run(0)).notes,
        "groups": [_group_json(keys, group) for group in groups],
    }


def _title(swept: Sweep) -> str:
    layout = swept.layout
    name = swept.bench.scenario.name or "sweep"
    length = f", each {swept.terms.length}" if swept.terms.length else ""
    first, last = moment(layout.entries[0]), moment(layout.entries[-1])
    return f"{name}: {len(layout):,} runs from {first} to {last} UTC{length}"


def _cells(group: Group, percents: Sequence[int], troubles: Sequence[str]) -> list[str]:
    quantiles = dict(zip(PERCENTS, group.quantiles, strict=True))
    money = [*(quantiles[percent] for percent in percents), group.mean]
    after = group.liquidated_after_ns
    return [
        f"{group.runs:,}",
        *(f"{getattr(group, name):,}" for name in troubles),
        _NONE if group.survival is None else _percent(group.survival),
        *(_NONE if one is None else signed(one) for one in money),
        _NONE if after is None else span(after),
    ]


def _percent(share: int) -> str:
    """Return a share in percent with one decimal."""
    return f"{rounded(divide_half_up(share * _PER_MILLE, ONE) * ONE // 10, 1)}%"


def _group_json(keys: tuple[str, ...], group: Group) -> dict[str, object]:
    quantiles = zip(PERCENTS, group.quantiles, strict=True)
    return {
        **dict(zip(keys, group.values, strict=True)),
        "runs": group.runs,
        "failed": group.failed,
        "refused": group.refused,
        "survival": _text(group.survival),
        "pnl": {f"{percent}%": _text(amount) for percent, amount in quantiles},
        "mean_pnl": _text(group.mean),
        "median_ns_to_liquidation": group.liquidated_after_ns,
    }


def _text(units: int | None) -> str | None:
    return None if units is None else format_units(units)
