"""A slow writer: started as a script, it commits its run to a log batch by batch, with pauses.

python slow_writer.py LOG PAUSE_IN_SECONDS
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from journal.runs import batches, manifest, money
from perplab.domain import commands as cm
from perplab.domain.batch import Batch
from perplab.journal import Journal

DEPOSITS = 200


def slow_run() -> list[Batch]:
    """Return the batches that are written, the last of which ends the run."""
    deposits = (
        cm.Deposit(account="ann", wallet=cm.Wallet.SPOT, amount=money(str(number + 1)))
        for number in range(DEPOSITS)
    )
    return batches([cm.StartRun(), cm.OpenAccount(account="ann"), *deposits, cm.EndRun()])


def main(path: Path, pause_s: float) -> None:
    run = slow_run()
    with Journal.create(path, manifest()) as writer:
        for batch in run:
            writer.append(batch)
            writer.flush()
            time.sleep(pause_s)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
