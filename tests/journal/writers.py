"""A process that makes or resumes a log once told to: a script that says what happened."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from journal.runs import batches, manifest
from perplab.journal import Journal, JournalError


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(path: Path) -> int:
    say("ready")
    sys.stdin.readline()
    try:
        with (
            Journal.resume(path, manifest())
            if path.exists()
            else Journal.create(path, manifest()) as writer
        ):
            say("writing")
            for batch in batches():
                writer.append(batch)
            sys.stdin.readline()
    except JournalError as error:
        say(str(error))
        return 1
    say("done")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
