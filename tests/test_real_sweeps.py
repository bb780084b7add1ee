"""A sweep over real hourly prices: every decision through every crash, any row a log by itself."""

import json
from pathlib import Path

from perplab.journal.verify import verify
from perplab.lab.recorded import run_recorded, verify_ticks
from perplab.lab.sweep.bench import run_chunk
from perplab.lab.sweep.sweep import Sweep, Terms, sweep_of

CRASHES = (
    *("2020-03-12", "2021-05-19", "2021-12-03T12:00", "2022-06-12", "2022-11-08"),
    *("2024-08-05", "2025-10-10T12:00"),
)
DECISIONS = ("hold", "stop", "partial-stop", "add-once", "auto-add", "cross")


def through_the_crashes(shared: Path, folder: Path) -> Sweep:
    data = shared / "data"
    kinds = ("futures", "mark", "funding_rate")
    files = [str(data / f"klines/BTC_USDT_USDT-1h-{kind}.feather") for kind in kinds]
    dated = ("2022.6", "2023.5", "2024.10", "2025.10")
    tiers = [str(data / f"tiers/freqtrade-{date}_binance_leverage_tiers.json.gz") for date in dated]
    scenario = folder / "btc.toml"
    scenario.write_text(f"""
tape = [{{ files = {json.dumps(files)} }}]
brackets = {json.dumps(tiers)}

[instrument.BTCUSDT]
tick = "0.01"

[[account]]
name = "ann"
futures = 1000
margin_mode = "isolated"
agent = "hold"
parameters = {{ margin = 100 }}

[decision]
hold = {{}}
stop = {{ agent = "stop" }}
partial-stop = {{ agent = "partial-stop" }}
auto-add = {{ agent = "auto-add" }}
cross = {{ margin_mode = "cross" }}

[decision.add-once]
agent = "add-once"
parameters = {{ when = "{{0.5 / leverage}}", target = "{{1 / leverage}}" }}
""")
    decisions = f"decision={','.join(DECISIONS)}"
    vary = (f"entry={','.join(CRASHES)}", "leverage=5,20", decisions)
    return sweep_of(Terms(scenario=scenario, vary=vary, length="2d"))


def test_every_decision_goes_through_every_crash_and_any_row_verifies_alone(
    shared: Path, tmp_path: Path
) -> None:
    sweep = through_the_crashes(shared, tmp_path)
    rows = [row for chunk in sweep.layout.chunks() for row in run_chunk(sweep.work, chunk)]
    assert len(rows) == len(CRASHES) * 2 * len(DECISIONS)
    assert not any(row.error or row.refusals for row in rows)
    assert {row.verdict for row in rows} >= {"alive", "liquidated", "stopped out"}
    for number in (7, 45, len(rows) - 1):
        setup = sweep.bench.setup(sweep.layout.run(number))
        log = tmp_path / f"{number}.db"
        run_recorded(setup, log)
        outcome = verify(log)
        assert outcome.ok, outcome.sentence
        assert outcome.head == rows[number].hash
        verify_ticks(log, setup.prices.streams, setup.prices.funding)
