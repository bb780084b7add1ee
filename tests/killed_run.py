"""A run that kills itself: forked over and over, killed at random moments, resumed each time.

    python killed_run.py FOLDER KILLS SEED

Prints the number of kills that hit a run at work, then the head hashes of the resumed log and of
an uninterrupted one.
"""

import os
import random
import signal
import sys
import time
from pathlib import Path

from perplab.lab.preparation import Setup, prepare
from perplab.lab.recorded import run_recorded
from perplab.lab.scenario import scenario_of
from perplab.venue.plan import ConstantFunding, Plan

DEEDS = (
    "buy 0.1",
    "auto-add on",
    "trail 2% 50%",
    "trail-sell 0.5% 0.01",
    "trail-buy 1% 0.01 from 55000",
    "stop-buy 60050 0.01 limit 60040",
    "buy 0.01 at 59900",
    "buy 0.01 at 50000 good-till +650s",
)
"""Orders that wait, for a return, a time, their turn: what they have seen is rebuilt, too."""


def setup() -> Setup:
    """Return a run of some seconds' funding, and so of many batches."""
    made = prepare(
        scenario_of(
            {
                "tape": [{"generate": {"rows": 70_000, "scenario": "flash-crash"}}],
                "settings": {"limit_fill": "queue", "queue_ahead": "600000"},
                "account": [
                    {
                        "name": name,
                        "futures": "1000",
                        "margin_mode": "isolated",
                        "leverage": leverage,
                        "actions": [{"do": do} for do in DEEDS],
                    }
                    for name, leverage in (("ann", 5), ("bob", 20), ("eve", 100))
                ],
            },
            "killed run",
        ),
        Path(),
    )
    span_ns = made.plan.end_ns - made.plan.start_ns
    constant = ConstantFunding(symbol="BTCUSDT", rate="0.000001", interval_ns=span_ns // 2_500)
    plan = Plan(**{**made.plan.__dict__, "funding": (constant,)})
    return Setup(config=made.config, plan=plan, prices=made.prices)


def main(folder: Path, kills: int, seed: int) -> None:
    made, chance = setup(), random.Random(seed)
    begun = time.monotonic()
    whole = run_recorded(made, folder / "whole.db").head
    longest = time.monotonic() - begun
    log = folder / "killed.db"
    hit = 0
    while hit < kills:
        child = os.fork()
        if child == 0:
            run_recorded(made, log)
            os._exit(0)
        time.sleep(chance.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        hit += os.WIFSIGNALED(status)
        if not os.WIFSIGNALED(status):
            log.unlink()  # it came to its end before the blow: begin again
    sys.stdout.write(f"{hit}\n{run_recorded(made, log).head}\n{whole}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
