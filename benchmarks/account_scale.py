"""Very many accounts: what opening, waiting and being liquidated costs for each of them.

A population holds a position each, isolated and in cross, as the tape starts: 2x to 10x, two
thirds of them long. 70% of the tape goes by quietly, then a flash crash liquidates a third of them.
Everything is logged to the disk, each liquidation with its whole story. A process of its own for
each size tells

    opening        from the first account to the last one, microseconds an account
    memory         what an idle account takes, its position and its bands included, bytes
    quiet          from the last opening to the first margin call: all of the quiet ticks
    liquidation    from the first margin call to the last liquidation, microseconds a liquidation

With --lrvx, lrvx's LiquidationEngine beside it: isolated positions only, the same ones, and the
same short tape, in a process of its own each; it is installed as by `make bench-peers`.

    python benchmarks/account_scale.py [--accounts 1000 10000 100000] [--rows 1000000]
        [--rounds 1] [--json FILE] [--lrvx]
"""

import argparse
import gc
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from measuring import exponent, write_rows
from peers.entries import entries
from peers.environments import InstallError, install
from perplab.domain import commands as cm, events as ev
from perplab.domain.batch import Batch
from perplab.domain.numbers import ONE
from perplab.domain.state import State
from perplab.engine.margin import initial_margin
from perplab.journal.journal import Journal
from perplab.lab.preparation import Setup, prepare
from perplab.lab.recorded import manifest_of
from perplab.lab.scenario import scenario_of
from perplab.venue.populations import holders_of
from perplab.venue.venue import Venue

HERE = Path(__file__).resolve().parent
STATM = Path("/proc/self/statm")
LRVX_ROWS = 10_000
"""lrvx looks at every position at every tick, so that its tape is short."""

Told = dict[str, Any]


def main() -> None:
    options = _options()
    if options.one:
        print(json.dumps(_run(options.accounts[0], options.rows, options.isolated)))
        return
    print(f"{options.rows:,} ticks, a crash after 70% of them, everything logged and fsynced")
    print(
        " accounts   opening   memory   quiet   liquidated   a liquidation   records    log"
        "   opening /\n"
        "            µs each   B each      ms                          µs              MB"
        "   liquidating"
    )
    rows = []
    for accounts in options.accounts:
        told = _median([_apart(accounts, options.rows) for _ in range(options.rounds)])
        _print(told)
        rows += [(name, accounts, told[f"{name}_s"]) for name in ("opening", "quiet", "crash")]
    for series in ("opening", "quiet", "crash"):
        points = [(size, seconds) for name, size, seconds in rows if name == series]
        if len(points) > 1:
            power = exponent(*zip(*points, strict=True))
            print(f"{series}: seconds grow with accounts ** {power:.2f}")
    write_rows(options.json, rows)
    if options.lrvx:
        _beside(options.accounts)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--isolated", default="0.7", help="the share that is not in cross")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--lrvx", action="store_true")
    parser.add_argument("--one", action="store_true", help="run one size and tell it as JSON")
    return parser.parse_args()


def _setup(accounts: int, rows: int, isolated: str) -> Setup:
    population = {
        "name": "p",
        "accounts": accounts,
        "longs": "0.67",
        "isolated": isolated,
        "leverage": [2, 3, 10, 10],
        "notional": ["100", "50000"],
    }
    tape = [{"generate": {"rows": rows, "scenario": "flash-crash"}}]
    return prepare(scenario_of({"tape": tape, "population": [population]}, "a crowd"), Path())


def _run(accounts: int, rows: int, isolated: str) -> Told:
    """Run a population once and return what it took."""
    setup = _setup(accounts, rows, isolated)
    setup.prices.streams[0].index.first(0, 0, None)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "crowd.db"
        with Journal.create(log, manifest_of(setup)) as journal:
            watch = _Watch(accounts, journal.flush)
            venue = Venue(setup.config, setup.plan, setup.prices, journal.append)
            venue.listen(watch)
            watch.begun, watch.resident = time.perf_counter(), _resident()
            venue.run()
        told = watch.told()
        told["log_bytes"] = log.stat().st_size
    told["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return told


class _Watch:
    """A listener that notes when the phases of a run begin and end."""

    def __init__(self, accounts: int, flush: Callable[[], None]) -> None:
        self.begun = self.opened = self.waiting = self.crashed = self.over = 0.0
        self.resident = self.idle = self.records = self.liquidated = 0
        self._accounts, self._flush = accounts, flush

    def __call__(self, batch: Batch, state: State) -> None:
        now = time.perf_counter()
        self.records += 1 + len(batch.events)
        if isinstance(batch.command, cm.OpenHolders):
            if len(state.accounts) == self._accounts:
                self.opened = now
                self._look()
        elif self.waiting and isinstance(batch.command, cm.ObserveTrade):
            self.crashed = self.crashed or now
            ended = sum(isinstance(event, ev.LiquidationEnded) for event in batch.events)
            if ended:
                self.liquidated += ended
                self.over = now

    def _look(self) -> None:
        """Take the memory of everybody who waits; their records are on the disk by then."""
        self._flush()
        gc.collect()
        self.idle = _resident() - self.resident
        self.waiting = time.perf_counter()

    def told(self) -> Told:
        """Return what was noted."""
        return {
            "accounts": self._accounts,
            "opening_s": self.opened - self.begun,
            "quiet_s": self.crashed - self.waiting,
            "crash_s": self.over - self.crashed,
            "liquidated": self.liquidated,
            "records": self.records,
            "idle_bytes": self.idle,
        }


def _resident() -> int:
    """Return the memory that this process has now; 0 where the system does not tell."""
    return int(STATM.read_text().split()[1]) * resource.getpagesize() if STATM.exists() else 0


def _apart(accounts: int, rows: int, isolated: str = "0.7") -> Told:
    """Return what a run of its own process tells."""
    terms = ["--one", "--accounts", str(accounts), "--rows", str(rows), "--isolated", isolated]
    return _json([sys.executable, __file__, *terms])


def _json(command: Sequence[str | Path]) -> Told:
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    told: Told = json.loads(done.stdout)
    return told


def _median(runs: Sequence[Told]) -> Told:
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def _print(told: Told) -> None:
    accounts, liquidated = told["accounts"], max(1, told["liquidated"])
    print(
        f"{accounts:9,}{told['opening_s'] / accounts * 1e6:10.1f}"
        f"{told['idle_bytes'] / accounts:9.0f}{told['quiet_s'] * 1e3:8.2f}"
        f"{told['liquidated']:13,}{told['crash_s'] / liquidated * 1e6:16.1f}"
        f"{told['records']:10,}{told['log_bytes'] / 1e6:7.0f}"
        f"{told['opening_s'] / told['crash_s']:12.2f}",
        flush=True,
    )


def _beside(sizes: Sequence[int]) -> None:
    """Run lrvx's engine and ours on the same isolated population and ticks, and print both."""
    program = next(one.program for one in entries() if one.program.name == "lrvx")
    try:
        python = install(program, Path("build/peers").resolve()).python
    except InstallError as error:
        print(f"\nlrvx is left out: {error}")
        return
    print(f"\nisolated only, {LRVX_ROWS:,} ticks; ours logs every event, lrvx none")
    print(" accounts      ours: s   liquidated      lrvx: s   liquidated   lrvx / ours")
    with tempfile.TemporaryDirectory() as folder:
        for accounts in sizes:
            population, tape = _written(Path(folder), accounts)
            ours = _apart(accounts, LRVX_ROWS, "1")
            script = HERE / "peers" / "opponents" / "lrvx_population.py"
            theirs = _json([python, script, "--population", population, "--tape", tape])
            seconds = ours["quiet_s"] + ours["crash_s"]
            print(
                f"{accounts:9,}{seconds:13.3f}{ours['liquidated']:13,}"
                f"{theirs['loop_s']:13.3f}{theirs['liquidated']:13,}"
                f"{theirs['loop_s'] / seconds:14.2f}",
                flush=True,
            )


def _written(folder: Path, accounts: int) -> tuple[Path, Path]:
    """Write the population and the tape for lrvx; return the files."""
    setup = _setup(accounts, LRVX_ROWS, "1")
    (stream,), (plan,) = setup.prices.streams, setup.plan.populations
    population, tape = folder / f"population{accounts}.parquet", folder / "tape.parquet"
    holders = list(holders_of(plan, setup.config.instruments[0], int(stream.price[0])))
    columns = {
        "side": ["long" if holder.quantity > 0 else "short" for holder in holders],
        "quantity": [abs(holder.quantity) / ONE for holder in holders],
        "entry_price": [holder.entry_price / ONE for holder in holders],
        "margin": [
            initial_margin(abs(holder.quantity) * holder.entry_price, holder.leverage) / ONE
            for holder in holders
        ],
    }
    pl.DataFrame(columns).write_parquet(population)
    pl.DataFrame({"price": stream.price / ONE}).write_parquet(tape)
    return population, tape


if __name__ == "__main__":
    main()
