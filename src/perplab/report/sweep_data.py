"""Sweep data: survival curves and distributions of PnL, by what was decided, exact."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl

from perplab.domain.numbers import DECIMALS, ONE, divide_down, divide_half_up, format_units
from perplab.lab.amounts import exact, span
from perplab.lab.sweep.errors import SweepError
from perplab.lab.sweep.frame import OWN
from perplab.lab.sweep.parts import Signature, signature_of
from perplab.lab.sweep.summary import PERCENTS, Group, grouped_by, summary_of
from perplab.report.markup import Cell

ALL = "all"
_DECISION = "decision"
_MOST_VIEWS = 240
_BINS = 50
_MOST_STEPS = 400
_NS_PER_MS = 1_000_000
_HUNDRED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """A sweep's rows and what they were made from.

    `lines` is the key whose values are compared, empty if nothing was varied; `choices` are the
    others with their values, `merged` those of which there are too many values to choose.
    """

    frame: pl.DataFrame
    signature: Signature
    keys: tuple[str, ...]
    lines: str
    choices: tuple[tuple[str, tuple[str, ...]], ...]
    merged: tuple[str, ...]


def read_sweep(path: Path) -> Swept:
    """Return what a sweep wrote, or raise `SweepError`."""
    if not path.is_file():
        raise SweepError(f"{path}: is not there")
    signature = signature_of(path)
    frame = pl.read_parquet(path)
    missing = [name for name in OWN if name not in frame.columns]
    if missing:
        raise SweepError(f"{path}: column {missing[0]} is not there, expected what a sweep writes")
    if frame.is_empty():
        raise SweepError(f"{path}: holds no run")
    keys = grouped_by([name for name in frame.columns if name not in OWN])
    lines = _DECISION if _DECISION in keys else keys[-1] if keys else ""
    choices, merged, views = [], [], 1
    for key in keys:
        if key == lines:
            continue
        values = tuple(map(str, frame[key].unique(maintain_order=True).to_list()))
        if views * (len(values) + 1) > _MOST_VIEWS:
            merged.append(key)
            continue
        views *= len(values) + 1
        choices.append((key, values))
    return Swept(
        frame=frame,
        signature=signature,
        keys=keys,
        lines=lines,
        choices=tuple(choices),
        merged=tuple(merged),
    )


def sweep_data(swept: Swept) -> dict[str, Any]:
    """Return what the page draws: for each choice of the other keys a view."""
    return {
        "kind": "sweep",
        "lines": swept.lines or "runs",
        "choices": [{"key": key, "values": [*values, ALL]} for key, values in swept.choices],
        "percents": list(PERCENTS),
        "views": list(_views(swept)),
    }


def _views(swept: Swept) -> Iterator[dict[str, Any]]:
    for chosen in product(*((*values, ALL) for _, values in swept.choices)):
        frame = swept.frame
        for (key, _), value in zip(swept.choices, chosen, strict=True):
            if value != ALL:
                frame = frame.filter(pl.col(key) == value)
        yield {"chosen": list(chosen), **_view(frame, swept.lines)}


def _view(frame: pl.DataFrame, lines: str) -> dict[str, Any]:
    groups = summary_of(frame, (lines,) if lines else ())
    ended = frame.filter(pl.col("error").is_null())
    pnl = [int(amount.scaleb(DECIMALS)) for amount in ended["final_pnl"].to_list()]
    edges = edges_of(min(pnl, default=0), max(pnl, default=0))
    names = [group.values[0] if lines else "all runs" for group in groups]
    drawn = []
    for name, group in zip(names, groups, strict=True):
        mine = ended.filter(pl.col(lines) == name) if lines else ended
        drawn.append(
            {
                "name": name,
                "runs": group.runs - group.failed,
                "survival": _curve(mine),
                "quantiles": [_text(amount) for amount in group.quantiles],
                "mean": _text(group.mean),
                "counts": counts_of(
                    [int(amount.scaleb(DECIMALS)) for amount in mine["final_pnl"].to_list()], edges
                ),
            }
        )
    return {"edges": [format_units(edge) for edge in edges], "groups": drawn}


def _curve(ended: pl.DataFrame) -> dict[str, list[int]]:
    """Return when runs were liquidated after they were opened, in ms, and how many were left."""
    after = sorted(ended["liquidated_after_ns"].drop_nulls().to_list())
    length = (ended["end"] - ended["start"]).dt.total_nanoseconds().max() if len(ended) else 0
    assert length is None or isinstance(length, int)
    left = len(ended)
    steps = [(0, left)]
    for place, time_ns in enumerate(after, start=1):
        last_of_its_time = place == len(after) or after[place] != time_ns
        if last_of_its_time:
            steps.append((divide_down(time_ns, _NS_PER_MS), left - place))
    thin = max(1, -(-len(steps) // _MOST_STEPS))
    kept = [step for place, step in enumerate(steps) if place % thin == 0 or step == steps[-1]]
    kept.append((max(kept[-1][0], divide_down(length or 0, _NS_PER_MS)), kept[-1][1]))
    return {"t": [time for time, _ in kept], "left": [count for _, count in kept]}


def edges_of(low: int, high: int) -> list[int]:
    """Return the edges, in 1e-8, of at most 50 equal bins of a round width around two amounts."""
    width = 1
    wanted = max(1, -(-(high - low) // (_BINS - 2)))
    while width < wanted:
        digits = str(width)
        width = width * 5 // 2 if digits[0] == "2" else width * 2
    first = divide_down(low, width) * width
    return [first + width * place for place in range((high - first) // width + 2)]


def counts_of(values: Sequence[int], edges: Sequence[int]) -> list[int]:
    """Return how many values each bin holds; a bin has its lower edge and not its upper one."""
    counts = [0] * (len(edges) - 1)
    for value in values:
        counts[bisect_right(edges, value) - 1] += 1
    return counts


def figures_of(keys: Sequence[str], groups: Sequence[Group]) -> tuple[list[str], list[list[Cell]]]:
    """Return the heads and rows of the table of all groups, every number exact."""
    heads = [*(keys or ("runs of",)), "runs", "failed", "refused", "survived"]
    heads += [*(f"PnL {percent}%" for percent in PERCENTS), "PnL mean", "liquidated after, median"]
    rows = []
    for group in groups:
        money = [*group.quantiles, group.mean]
        after = group.liquidated_after_ns
        figures = [
            f"{group.runs:,}",
            f"{group.failed:,}",
            f"{group.refused:,}",
            "-" if group.survival is None else share(group.survival),
            *("-" if amount is None else exact(amount) for amount in money),
            "-" if after is None else span(after),
        ]
        names = group.values or (ALL,)
        rows.append([*map(Cell, names), *(Cell(text, "number") for text in figures)])
    return heads, rows


def share(units: int) -> str:
    """Return a share of 1e-8 in percent with two decimals."""
    return f"{format_units(divide_half_up(units * _HUNDRED * _HUNDRED, ONE), 2)}%"


def _text(units: int | None) -> str | None:
    return None if units is None else format_units(units)
