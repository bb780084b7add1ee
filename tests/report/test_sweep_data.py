"""The data of a sweep's page: survival and distributions agree with the sweep's own table."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, strategies as st

from perplab.domain.numbers import format_units, parse_units
from perplab.lab.sweep.errors import SweepError
from perplab.lab.sweep.summary import summary_of
from perplab.report.sweep_data import counts_of, edges_of, figures_of, read_sweep, share, sweep_data


def test_survival_and_quantiles_are_those_of_the_table(sweep_file: Path) -> None:
    swept = read_sweep(sweep_file)
    assert swept.lines == "decision"
    assert swept.choices == (("leverage", ("5", "20")),)
    groups = {group.values: group for group in summary_of(swept.frame, swept.keys)}
    data = sweep_data(swept)
    assert data["choices"] == [{"key": "leverage", "values": ["5", "20", "all"]}]
    some_died = False
    for view in data["views"][:2]:
        for line in view["groups"]:
            group = groups[view["chosen"][0], line["name"]]
            left, runs = line["survival"]["left"], line["runs"]
            assert runs == group.runs
            assert left[0] == runs
            assert left == sorted(left, reverse=True)
            assert group.survival is not None
            assert left[-1] * 10**8 // runs == group.survival // 1
            assert line["quantiles"] == [format_units(q) for q in group.quantiles if q is not None]
            assert sum(line["counts"]) == runs
            some_died |= left[-1] < runs
    assert some_died


def test_all_leverages_together_are_all_runs(sweep_file: Path) -> None:
    swept = read_sweep(sweep_file)
    together = sweep_data(swept)["views"][-1]
    assert together["chosen"] == ["all"]
    assert sum(line["runs"] for line in together["groups"]) == len(swept.frame)


def test_the_table_has_every_combination_exact(sweep_file: Path) -> None:
    swept = read_sweep(sweep_file)
    groups = summary_of(swept.frame, swept.keys)
    heads, rows = figures_of(swept.keys, groups)
    assert heads[:3] == ["leverage", "decision", "runs"]
    assert len(rows) == 4
    for row, group in zip(rows, groups, strict=True):
        texts = {head: cell.text for head, cell in zip(heads, row, strict=True)}
        assert group.mean is not None
        assert parse_units(texts["PnL mean"].replace(",", "")) == group.mean


@given(st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=50))
def test_bins_hold_every_value_once(values: list[int]) -> None:
    edges = edges_of(min(values), max(values))
    assert edges == sorted(set(edges))
    assert len(edges) <= 52
    counts = counts_of(values, edges)
    assert sum(counts) == len(values)
    for low, high, count in zip(edges, edges[1:], counts, strict=False):
        assert sum(low <= value < high for value in values) == count


def test_a_share_has_two_decimals() -> None:
    assert share(40_939_597) == "40.94%"
    assert share(10**8) == "100%"


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SweepError, match="is not there"):
        read_sweep(tmp_path / "a.parquet")
    other = tmp_path / "b.parquet"
    pl.DataFrame({"run": [1]}).write_parquet(other)
    with pytest.raises(SweepError, match="was not written by a sweep"):
        read_sweep(other)
    other.write_text("no")
    with pytest.raises(SweepError, match="is no Parquet file"):
        read_sweep(other)
