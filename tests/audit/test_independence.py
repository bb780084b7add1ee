"""Independence: the auditor runs without a line of what it judges."""

import subprocess
import sys

import pytest

AUDITS = ("perplab.audit.auditing", "perplab.audit.telling", "perplab.audit.foreign")
JUDGED = (
    *("perplab.engine", "perplab.venue", "perplab.journal", "perplab.lab", "perplab.formulas"),
    *("perplab.domain.evolve", "perplab.domain.ledger", "perplab.domain.state"),
    *("perplab.domain.events", "perplab.domain.commands", "perplab.agents", "perplab.advice"),
)


@pytest.mark.parametrize("module", AUDITS)
def test_an_audit_loads_nothing_that_made_the_log(module: str) -> None:
    code = f"import sys, {module}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert module in loaded
    assert not [one for one in loaded if one.startswith(JUDGED)]
