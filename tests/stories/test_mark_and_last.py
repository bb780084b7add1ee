"""ETH on 2021-05-19: its last price fell to 1,400.73 and its mark price to 1,764.26 only."""

from pathlib import Path
from typing import Any

from conftest import ROOT
from perplab.domain.numbers import format_units
from perplab.lab.preparation import Setup, prepare
from perplab.lab.scenario import scenario_of
from stories.golden import Run, keep, run
from stories.test_goldens import WRITES

KEPT = ROOT / "replays" / "a-wick-of-the-last-price-liquidates-nobody.jsonl"
ANN = {
    "name": "ann",
    "futures": "2000",
    "margin_mode": "isolated",
    "leverage": 2,
    "actions": [{"do": "buy 1"}],
}
BOB = {
    "name": "bob",
    "futures": "4000",
    "margin_mode": "isolated",
    "leverage": 1,
    "actions": [{"do": "buy 1"}, {"do": "stop 1500 on last"}],
}


def day(shared: Path, *kinds: str) -> Setup:
    """Return the day's hourly candles, and a long of 1 ETH at 2x from its first price."""
    files = [f"data/klines/ETH_USDT_USDT-1h-{kind}.feather" for kind in kinds]
    data: dict[str, Any] = {
        "name": "ETH on 2021-05-19",
        "start": "2021-05-19T00:00:00",
        "end": "2021-05-20T00:00:00",
        "tape": [{"files": [file], "symbol": "ETHUSDT"} for file in files],
        "account": [ANN, BOB],
    }
    return prepare(scenario_of(data, "story"), shared)


def liquidated(done: Run) -> set[str]:
    return {told.split(":")[0] for told in done.told if told.endswith(": liquidation")}


def test_the_mark_price_spares_the_long_that_the_last_price_would_have_liquidated(
    shared: Path,
) -> None:
    by_mark, by_last = run(day(shared, "futures", "mark")), run(day(shared, "futures"))
    assert liquidated(by_last) == {"ann"}
    assert liquidated(by_mark) == set()
    assert by_mark.state.accounts["ann"].positions
    assert "bob: triggered at 1400.73" in by_mark.told, "its stop watched the last price"


def test_the_log_of_that_day_holds_only_the_ticks_that_mattered(shared: Path) -> None:
    done = run(day(shared, "futures", "mark"))
    keep(KEPT, done.text, write=lambda _: WRITES)
    assert done.text.count('"type":"Observe') < 20


def test_what_each_of_them_was_left_with(shared: Path) -> None:
    """Ann still holds 1 ETH bought at 3,377.03; bob's stop sold his at 1,400.73."""
    accounts = run(day(shared, "futures", "mark")).state.accounts
    (position,) = accounts["ann"].positions.values()
    assert format_units(position.cost, 16) == "3377.03"
    assert not accounts["bob"].positions
    assert format_units(accounts["bob"].futures) == "2021.31112"
