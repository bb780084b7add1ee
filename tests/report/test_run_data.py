"""The data of a run's page: every number on it is the log's, exact, as text."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from perplab.domain.numbers import format_units, parse_units
from perplab.journal.journal import Journal
from perplab.lab.comparison import branch_of
from perplab.report.run_data import run_data
from perplab.report.source import Source, opened, shown_of
from report.conftest import HOSTILE


def made_of(sources: list[Source], account: str | None = None) -> dict[str, Any]:
    names = shown_of(sources, account).names
    return run_data(opened(sources, names), names).data


@pytest.fixture(scope="module")
def data(crash: Source) -> dict[str, Any]:
    return made_of([crash])


def floats(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        yield value
    for inner in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from floats(inner)


def life(data: dict[str, Any], account: str, branch: int = 0) -> dict[str, Any]:
    found = [one for one in data["lives"] if (one["account"], one["branch"]) == (account, branch)]
    return dict(found[0])


def test_no_number_is_a_float(data: dict[str, Any]) -> None:
    assert list(floats(data)) == []


def test_each_event_is_its_record_field_by_field(data: dict[str, Any], crash_log: Path) -> None:
    with Journal.open(crash_log) as journal:
        records = {record.seq: record for record in journal.records(kind="event")}
    assert len(data["events"]) > 20
    for event in data["events"]:
        record = records[event["seq"]]
        assert event["type"] == record.type
        assert event["fields"] == json.loads(record.body)
        assert event["account"] == event["fields"].get("account", event["account"])


def test_every_event_that_a_comparison_tells_is_in_the_table(
    data: dict[str, Any], crash: Source
) -> None:
    facts = branch_of(crash.log, "crash", crash.streams).facts
    for account, told in facts.items():
        seqs = [event["seq"] for event in data["events"] if event["account"] == account]
        assert seqs == [fact.seq for fact in told]


def test_the_drawn_prices_hold_the_extremes_of_the_tape(
    data: dict[str, Any], crash: Source
) -> None:
    (line,) = data["prices"]
    assert crash.streams is not None
    (stream,) = crash.streams
    drawn = [parse_units(text) for text in line["v"]]
    assert min(drawn) == stream.price.min()
    assert max(drawn) == stream.price.max()
    assert drawn[-1] == stream.price[-1]
    assert len(drawn) < len(stream) / 5
    assert line["t"] == sorted(line["t"])


def test_the_liquidation_price_steps_at_every_auto_added_margin(data: dict[str, Any]) -> None:
    added = [
        event
        for event in data["events"]
        if event["account"] == "topped up" and event["kind"] == "auto-add"
    ]
    (line,) = life(data, "topped up")["liquidation"]
    steps = dict(zip(line["t"], line["v"], strict=True))
    assert added
    for event in added:
        assert steps[event["t"]] == event["liquidation"].replace(",", "")


def test_wallet_and_equity_end_as_the_figures_say(data: dict[str, Any], crash: Source) -> None:
    outcomes = branch_of(crash.log, "crash", crash.streams).outcomes
    for account, paid in ((HOSTILE, 1000), ("topped up", 1000), ("idle", 5)):
        equity = parse_units(life(data, account)["equity"]["v"][-1])
        assert equity - paid * 10**8 == outcomes[account].final_pnl


def test_the_margin_ratio_rises_above_the_call_before_the_liquidation(data: dict[str, Any]) -> None:
    (ratio,) = life(data, HOSTILE)["ratios"]
    values = [float(text) for text in ratio["v"] if text is not None]
    assert max(values) >= 100
    assert ratio["v"][-1] is None


def test_a_trailing_stop_is_drawn_where_it_trails(data: dict[str, Any]) -> None:
    orders = life(data, "topped up")["orders"]
    trailing = next(one for one in orders if one["name"].startswith("trailing stop"))
    levels = [parse_units(text) for text in trailing["v"]]
    assert levels == sorted(levels)
    assert trailing["group"] == "stop"
    limit = next(one for one in orders if one["group"] == "limit")
    assert limit["v"] == ["40000", "40000"]
    assert limit["t"][-1] == data["end_us"]


def test_without_ticks_only_recorded_prices_are_drawn(crash_log: Path) -> None:
    data = made_of([Source(log=crash_log, name="crash")])
    (line,) = data["prices"]
    with Journal.open(crash_log) as journal:
        seen = {json.loads(one.body)["price"] for one in journal.records(types=["ObserveTrade"])}
    assert line["recorded"]
    assert set(line["v"]) == seen
    assert data["branches"][0]["recorded"]


def test_branches_share_the_tape_and_are_drawn_from_the_fork_on(branches: list[Source]) -> None:
    data = made_of(branches, HOSTILE)
    (line,) = data["prices"]
    assert line["branches"] == [0, 1, 2]
    fork = data["branches"][1]["fork_us"]
    assert data["branches"][0]["fork_us"] is None
    for number in (1, 2):
        assert min(life(data, HOSTILE, number)["equity"]["t"]) >= fork
        own = [event for event in data["events"] if event["branch"] == number]
        assert own
        assert all(event["t"] >= fork for event in own)
    assert {one["account"] for one in data["lives"]} == {HOSTILE}


def test_the_highest_equity_is_exact(data: dict[str, Any]) -> None:
    texts = life(data, "idle")["equity"]["v"]
    assert set(texts) == {format_units(5 * 10**8)}
