"""Skipping never changes a log: it equals, byte for byte, the one of executing every tick."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

from hypothesis import HealthCheck, given, settings, strategies as st

from perplab.domain.events import Event, Taker
from perplab.domain.reasons import Expiry
from runs import SCENARIOS, Chance

REACHING = 300

SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
from runs import Chance
for seed in range(25):
    sys.stdout.write(Chance(seed).draw().run(every_tick=False).head + "\\n")
"""


@settings(
    max_examples=SCENARIOS,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.integers(0, 2**40))
def test_skipping_equals_every_tick(seed: int) -> None:
    chance = Chance(seed).draw()
    assert chance.run(every_tick=False).text == chance.run(every_tick=True).text


def test_the_drawn_runs_reach_every_event_and_every_end_of_orders_and_liquidations() -> None:
    seen: set[str] = set()
    for seed in range(REACHING):
        for line in Chance(seed).draw().run(every_tick=False).lines():
            record = json.loads(line)
            seen.add(record.get("type", ""))
            body = record.get("body", {})
            seen.update(body.get(key, "") for key in ("taker", "expiry"))
            seen.update(key for key in ("low", "high") if key in body and "row" in body)
    unreached = {"AccountRejected", "FundingRejected", "BracketsRejected", "Withdrawn"}
    unreached.add("BankruptcyCovered")  # rare here: the stories of gaps have it
    facts = {event.__name__ for event in get_args(Event)} | set(Taker) | set(Expiry)
    facts |= {"low", "high"}
    assert facts - seen <= unreached | {"PositionModeSet", "PositionModeRejected"}


def test_a_log_does_not_depend_on_the_hash_seed() -> None:
    heads = [_heads(str(seed)) for seed in (0, 4242)]
    assert heads[0] == heads[1]
    assert len(heads[0].split()) == 25


def _heads(hash_seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(folder=str(Path(__file__).parent))],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
