"""How many complete runs a second: a sweep on two processes, and forks of one log.

A generated tape with a flash crash; the runs begin at random seconds and go on to its end, at two
leverages under four decisions: hold, stop, add margin once, cross. A complete run is one from its
start to its end with the hash of its log, as a sweep's rows have it. The rate is that of the chunks
after every process has done its first, for which it reads the tape. A fork takes one of three
decisions at a random time of a log of that scenario, whose first part it proves again.

    python benchmarks/sweep_rate.py [--rows 10000000] [--runs 8000] [--jobs 2] [--json FILE]
"""

import argparse
import random
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

from measuring import timed, write_rows
from perplab.lab.forking import Decision, fork_of
from perplab.lab.preparation import prepare
from perplab.lab.recorded import run_recorded
from perplab.lab.scenario import scenario_of
from perplab.lab.sweep.pool import run_locally
from perplab.lab.sweep.sweep import Terms, sweep_of
from perplab.venue.moments import format_time
from perplab.venue.venue import Prices

SCENARIO = """
name = "rate"
tape = [{ generate = { rows = %d, seed = 7, scenario = "flash-crash" } }]

[[account]]
name = "ann"
futures = 1000
margin_mode = "isolated"
actions = [{ do = "buy {100 * leverage / entry}" }]

[decision.hold]
[decision.stop]
actions = [{ do = "stop {entry * (1 - 0.5 / leverage)}" }]
[decision.add-once]
actions = [{ when = "mark <= {entry * (1 - 0.5 / leverage)}", do = "add-margin 50" }]
[decision.cross]
margin_mode = "cross"
"""
FORKS = ("add-margin 50", "close 50%", "stop 52000")
SOME = 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=8_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sweep = _sweep(Path(folder), options.rows, options.runs, options.jobs)
        fork = _forks(Path(folder), options.rows, max(20, options.runs // 40))
    points = [("sweep run, ready tape", options.rows, 1 / sweep)]
    write_rows(options.json, [*points, ("fork, ready tape", options.rows, fork)])


def _sweep(folder: Path, rows: int, runs: int, jobs: int) -> float:
    """Return the runs a second of a sweep."""
    path = folder / "rate.toml"
    path.write_text(SCENARIO % rows)
    vary = (f"entry=random:{runs}", "leverage=5,20", "decision=hold,stop,add-once,cross")
    sweep = sweep_of(Terms(scenario=path, vary=vary, limit=runs))
    begun = time.perf_counter()
    ends, done, verdicts = [], [], set()
    for chunk, results in run_locally(sweep.work, list(sweep.layout.chunks()), jobs, print):
        ends.append(time.perf_counter())
        done.append(len(chunk.runs))
        for row in results:
            assert row.error is None, row.error
            verdicts.add(row.verdict)
    assert len(verdicts) > 1, verdicts
    rate = sum(done[jobs:]) / (ends[-1] - ends[jobs - 1])
    found = ", ".join(sorted(str(verdict) for verdict in verdicts))
    print(f"{rows:,} ticks; {sum(done):,} runs by {jobs} processes: {found}")
    whole = sum(done) / (ends[-1] - begun)
    print(f"{rate:,.0f} runs a second; {whole:,.0f} with the reading of the tape")
    some = [sweep.layout.run(number) for number in range(min(SOME, runs))]
    begun = time.process_time()
    for number, run in enumerate(some):
        sweep.bench.result(number, run)
    used = (time.process_time() - begun) / len(some)
    print(f"{used * 1e3:.2f} ms of a processor for a run, without the pool")
    return rate


def _forks(folder: Path, rows: int, count: int) -> float:
    """Return the median seconds of a fork of one log, from its words to its end."""
    scenario = {
        "tape": [{"generate": {"rows": rows, "scenario": "flash-crash"}}],
        "account": [{"name": "ann", "futures": "1000", "actions": [{"do": "buy 0.1"}]}],
    }
    setup = prepare(scenario_of(scenario, "benchmark"), folder)
    log = folder / "parent.db"
    run_recorded(setup, log)
    chance = random.Random(3)
    seconds = []
    for number in range(count):
        second = chance.randrange(setup.plan.start_ns, setup.plan.end_ns) // 10**9 * 10**9
        decision = Decision(at=format_time(second), do=(FORKS[number % len(FORKS)],))
        seconds.append(timed(partial(_fork, log, decision, setup.prices)))
    median, rate = statistics.median(seconds), len(seconds) / sum(seconds)
    print(
        f"{count:,} forks of one log: median {median * 1e3:.2f} ms, {rate:,.0f} a second, 1 process"
    )
    return median


def _fork(log: Path, decision: Decision, prices: Prices) -> None:
    fork = fork_of(log, decision, prices, [])
    run_recorded(fork.setup, None, parent_log=fork.log)


if __name__ == "__main__":
    main()
