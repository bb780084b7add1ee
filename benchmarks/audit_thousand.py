"""The audit of a thousand liquidations over a long tape, beside verifying the same log.

A thousand accounts go long at moments of their own, isolated or in cross, some with auto-add or a
stop for half of it; a flash crash takes them all. Prints the seconds of the run, of `verify` (the
engine executes the log again), of `verify_ticks` (and the tape), and of the audit.

    python benchmarks/audit_thousand.py [--rows 10000000] [--accounts 1000] [--keep FOLDER]

With --keep the log stays there, for `perplab audit FOLDER/thousand.db`: the tape is generated
again from what the log says of it.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from perplab.audit.auditing import audit_log
from perplab.journal.verify import verify
from perplab.lab.preparation import Setup, prepare
from perplab.lab.recorded import run_recorded, verify_ticks
from perplab.lab.scenario import scenario_of

LOG = "thousand.db"
LEVERAGES = (15, 20, 25, 40, 50, 75, 100)
SIZES = ("0.05", "0.1", "0.4", "1", "8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--accounts", type=int, default=1_050)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    setup = _setup(options.rows, options.accounts)
    with tempfile.TemporaryDirectory() as folder:
        log = (options.keep or Path(folder)) / LOG
        streams = setup.prices.streams
        _timed("run", lambda: run_recorded(setup, log))
        _timed("verify", lambda: verify(log))
        _timed("verify with ticks", lambda: verify_ticks(log, streams))
        audit = _timed("audit", lambda: audit_log(log, streams=streams))
    print(
        f"{audit.ticks:,} ticks, {audit.records:,} records, {len(audit.liquidations):,}"
        f" liquidations: {audit.verdict}"
    )


def _timed(what: str, work: Callable[[], Any]) -> Any:
    start = time.perf_counter()
    result = work()
    print(f"{what:18}{time.perf_counter() - start:9.2f} s")
    return result


def _setup(rows: int, accounts: int) -> Setup:
    chance = random.Random(5)
    data = {
        "tape": [{"generate": {"rows": rows, "scenario": "flash-crash"}}],
        "account": [_account(chance, number, rows) for number in range(accounts)],
    }
    return prepare(scenario_of(data, "a thousand accounts"), Path())


def _account(chance: random.Random, number: int, rows: int) -> dict[str, Any]:
    """Return an account that opens before the crash, which begins after 70% of the tape."""
    leverage, size = chance.choice(LEVERAGES), chance.choice(SIZES)
    isolated = chance.random() < 0.7
    actions = [{"do": f"buy {size}", "at": f"+{chance.randrange(rows // 160)}s"}]
    if isolated and chance.random() < 0.3:
        actions.append({"do": "auto-add on"})
    if chance.random() < 0.2:
        actions.append({"do": "stop 53000 50%"})
    # In cross the whole wallet stands behind the position, so it holds little more than needed.
    spare = 1.6 if isolated else 1.2
    return {
        "name": f"account{number}",
        "futures": str(round(float(size) * 62_000 / leverage * spare, 2)),
        "margin_mode": "isolated" if isolated else "cross",
        "leverage": leverage,
        "actions": actions,
    }


if __name__ == "__main__":
    main()
