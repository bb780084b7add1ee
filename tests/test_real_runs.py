"""Runs over real market data: each ends with a log that verifies, alone and from its ticks."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import perplab
from perplab.domain.events import LiquidationStarted, PositionOpened
from perplab.domain.numbers import format_units, parse_units
from perplab.journal.journal import Journal
from perplab.journal.verify import verify
from perplab.lab.preparation import Setup, prepare
from perplab.lab.recorded import run_recorded, verify_ticks
from perplab.lab.scenario import scenario_of
from perplab.tables.dated import read_dated

HOURLY = [f"klines/BTC_USDT_USDT-1h-{kind}.feather" for kind in ("futures", "mark", "funding_rate")]
TIERS = "tiers/freqtrade-2023.5_binance_leverage_tiers.json.gz"

RUNS: dict[str, dict[str, Any]] = {
    "hftbacktest recordings of BTC and ETH": {
        "files": ["ticks/btcusdt_20240808.gz", "ticks/ethusdt_20240808.gz"],
        "do": ["buy 0.1 BTCUSDT", "sell 1 ETHUSDT", "stop 61700 BTCUSDT"],
    },
    "Qubx trades": {
        "files": ["ticks/BTCUSDT.trades.20241028.csv.gz"],
        "symbol": "BTCUSDT",
        "do": ["buy 0.1", "take-profit 69000 50%"],
    },
    "Qubx quotes": {
        "files": ["ticks/BTCUSDT.quote.1s.20260101-02.csv.gz"],
        "symbol": "BTCUSDT",
        "do": ["sell 0.1", "stop 88500"],
    },
    "Binance minutes of FIL in June 2023": {
        "files": ["klines/FILUSDT-1m-2023-06.csv.gz"],
        "brackets": [TIERS],
        "do": ["buy 1000"],
    },
    "hourly last, mark and funding of May 2021": {
        "files": HOURLY,
        "start": "2021-05-01",
        "end": "2021-06-01",
        "do": ["buy 0.02", "auto-add on"],
    },
    "hourly last, mark and funding of October 2025": {
        "files": HOURLY,
        "start": "2025-10-01",
        "end": "2025-11-01",
        "do": ["buy 0.02"],
    },
}


def prepared(shared: Path, name: str) -> Setup:
    run = RUNS[name]
    scenario = {
        "start": run.get("start"),
        "end": run.get("end"),
        "brackets": run.get("brackets", ()),
        "tape": [{"files": run["files"], "symbol": run.get("symbol")}],
        "account": [
            {
                "name": "ann",
                "futures": "1000",
                "margin_mode": "isolated",
                "leverage": 20,
                "actions": [{"do": do} for do in run["do"]],
            }
        ],
    }
    return prepare(scenario_of(scenario, name), shared / "data")


@pytest.mark.parametrize("name", RUNS)
def test_a_real_run_verifies_alone_and_from_its_ticks(
    shared: Path, tmp_path: Path, name: str
) -> None:
    setup = prepared(shared, name)
    log = tmp_path / "run.db"
    run_recorded(setup, log)
    outcome = verify(log)
    assert outcome.ok, outcome.sentence
    assert outcome.finished
    assert verify_ticks(log, setup.prices.streams, setup.prices.funding) == outcome.batches - 1
    with Journal.open(log) as journal:
        events = [event for _, _, batch in journal.batches() for event in batch.events]
    assert any(isinstance(event, PositionOpened) for event in events)


def test_the_fil_crash_liquidates_at_the_price_of_the_bracket_table_of_its_time(
    shared: Path, tmp_path: Path
) -> None:
    setup = prepared(shared, "Binance minutes of FIL in June 2023")
    log = tmp_path / "run.db"
    run_recorded(setup, log)
    table = read_dated([shared / "data" / TIERS])
    rows = table.in_force("FILUSDT", setup.plan.start_ns)
    (stream,) = setup.prices.streams
    entry = Decimal(format_units(int(stream.price[0])))
    margin = entry * 1000 / 20 - entry * 1000 * Decimal("0.0005")
    price = perplab.liquidation_price("long", "1000", entry, margin, rows)
    assert price is not None
    first = int(np.flatnonzero(stream.price <= parse_units(str(price)))[0])
    with Journal.open(log) as journal:
        (liquidated,) = [
            batch
            for _, _, batch in journal.batches()
            if any(isinstance(event, LiquidationStarted) for event in batch.events)
        ]
    assert liquidated.command.row == first  # type: ignore[union-attr]
