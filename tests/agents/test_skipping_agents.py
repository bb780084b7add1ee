"""With agents too, skipping never changes a log: by chance they do whatever agents can do."""

import os
import subprocess
import sys
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st

from agents.chances import AgentChance
from perplab.domain import events as ev
from runs import SCENARIOS

SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
from agents.chances import AgentChance
for seed in range(12):
    sys.stdout.write(AgentChance(seed).draw().told(every_tick=False).memory.head + "\\n")
"""


@settings(
    max_examples=max(1, SCENARIOS * 2 // 5),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.integers(0, 2**40))
def test_skipping_equals_every_tick_with_agents(seed: int) -> None:
    chance = AgentChance(seed).draw()
    skipping, every = (chance.told(every_tick=every) for every in (False, True))
    assert skipping.text == every.text
    assert skipping.faults == every.faults
    assert not skipping.faults


def test_the_drawn_agents_reach_what_agents_can_do() -> None:
    seen: set[type] = set()
    for seed in range(40):
        told = AgentChance(seed).draw().told(every_tick=False)
        seen.update(type(event) for event in told.events())
    assert seen >= {
        ev.OrderFilled, ev.OrderCanceled, ev.OrderExpired, ev.OrderRejected, ev.OrderTriggered,
        ev.MarginCalled, ev.LiquidationEnded, ev.MarginAdded, ev.MarginReduced, ev.FundingPaid,
        ev.MarginModeSet, ev.LeverageSet, ev.Transferred, ev.PositionClosed,
    }  # fmt: skip


def test_a_log_with_agents_does_not_depend_on_the_hash_seed() -> None:
    heads = [_heads(str(seed)) for seed in (0, 4242)]
    assert heads[0] == heads[1]
    assert len(heads[0].split()) == 12


def _heads(hash_seed: str) -> str:
    script = SCRIPT.format(folder=str(Path(__file__).parent.parent))
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
