"""Odd commands: the exchange refuses what makes no sense, or does it, and the run goes on."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st

from agents.scene import account, play
from runs import SCENARIOS

AGENT = """
import dataclasses, typing

KINDS = [kind for kind in typing.get_args(cm.Command)
         if any(field.name == "account" for field in dataclasses.fields(kind))]
UNITS = (0, 1, -1, -5 * 10**8, 10**8, 99 * 10**8, 10**10, 2**63 - 1, 1 - 2**63, 10**7, 7, 50)
NAMES = {"symbol": ("AAAUSDT", "AAAUSDT", "XXX", ""), "order_id": ("a", "o1", "", "x" * 50, "\\n")}

def value(ctx, name, hint):
    if name == "account":
        return ctx.name
    if name in NAMES:
        return ctx.random.choice(NAMES[name])
    while hasattr(hint, "__supertype__"):
        hint = hint.__supertype__
    if hint is int:
        return ctx.random.choice(UNITS)
    return ctx.random.choice((True, False) if hint is bool else list(hint))

def agent(ctx):
    while True:
        yield ctx.sleep("100ms")
        kind = ctx.random.choice(KINDS)
        hints = typing.get_type_hints(kind)
        ctx.submit(kind(**{name: value(ctx, name, hint) for name, hint in hints.items()}))
"""


@settings(
    max_examples=max(10, SCENARIOS // 10),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**40), mode=st.sampled_from(("one_way", "hedge")))
def test_no_command_breaks_the_run(tmp_path: Path, seed: int, mode: str) -> None:
    prices = [100 + (second * 7919 * (seed + 1) % 13) - 6 for second in range(40)]
    told = play(
        tmp_path,
        AGENT,
        prices,
        seed=seed,
        accounts=[account(futures="50000", spot="100", position_mode=mode)],
    )
    assert not told.faults
    assert len(told.batches) > 300
