"""Skipping never changes a log: it equals, byte for byte, the one of executing every tick."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from runs import SCENARIOS, Chance

SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
from runs import Chance
for seed in range(25):
    sys.stdout.write(Chance(seed).draw().run(every_tick=False).head + "\n")
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


@pytest.mark.parametrize("first", [0])
def test_a_log_does_not_depend_on_the_hash_seed(first: int) -> None:
    heads = [_heads(str(seed)) for seed in (first, 4242)]
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
