"""A run long enough to be killed in: started as a script, it writes its log batch by batch."""

import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from journal.runs import batches, manifest, money
from perplab.domain import commands as cm
from perplab.domain.batch import Batch
from perplab.journal import Journal, JournalError

DEPOSITS = 1_500


def long_run() -> list[Batch]:
    deposits = (
        cm.Deposit(account="ann", wallet=cm.Wallet.SPOT, amount=money(str(number)))
        for number in range(1, DEPOSITS)
    )
    return batches([cm.StartRun(), cm.OpenAccount(account="ann"), *deposits, cm.EndRun()])


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(path: Path, largest_file: int | None) -> int:
    if largest_file:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    run = long_run()
    try:
        with Journal.create(path, manifest()) as writer:
            say("writing")
            for batch in run:
                writer.append(batch)
                if writer.seq % 5 == 0:
                    writer.flush()
    except JournalError as error:
        say(str(error))
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None))
