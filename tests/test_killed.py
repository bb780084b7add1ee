"""A killed run goes on where it stopped, and ends with the bytes of one that was not killed."""

import io
import os
import subprocess
import sys
from pathlib import Path

from perplab.journal.jsonl import export
from perplab.journal.verify import verify

KILLS = int(os.environ.get("PERPLAB_KILLS", "50"))
SCRIPT = Path(__file__).with_name("killed_run.py")


def test_a_run_killed_at_random_moments_ends_with_the_same_bytes(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path), str(KILLS), "11"],
        capture_output=True,
        text=True,
        check=True,
    )
    kills, resumed, whole = done.stdout.split()[-3:]
    assert int(kills) == KILLS
    assert resumed == whole
    texts = []
    for name in ("killed.db", "whole.db"):
        assert verify(tmp_path / name).finished
        text = io.StringIO()
        export(tmp_path / name, text)
        texts.append(text.getvalue())
    assert texts[0] == texts[1]
