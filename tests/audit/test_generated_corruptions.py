"""Generated corruptions: whatever is changed in a right log, the audit with its ticks finds it.

A failure names its seed: `corrupted(seed)` makes the same log again.
"""

from pathlib import Path

import pytest

from audit.auditors import audited, violated
from audit.generated import corrupted
from runs import SCENARIOS

CORRUPTIONS = max(500, SCENARIOS)
AT_ONCE = 25


@pytest.mark.parametrize("first", range(0, CORRUPTIONS, AT_ONCE))
def test_a_corruption_is_found(first: int, tmp_path: Path) -> None:
    missed = []
    for seed in range(first, first + AT_ONCE):
        log, what = corrupted(seed)
        if not violated(audited(log, tmp_path / "forged.jsonl")):
            missed.append(f"seed {seed}: {what}")
    assert not missed
