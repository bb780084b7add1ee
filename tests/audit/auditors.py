"""Auditors: how a test has a log audited that it holds in memory, and what it reads there."""

from pathlib import Path

from audit.forging import Log
from perplab.audit.auditing import audit_log
from perplab.audit.verdict import Audit, Verdict


def audited(log: Log, path: Path, *, ticks: bool = True) -> Audit:
    """Return the audit of a log, with its run's prices or without."""
    prices = log.setup.prices
    return audit_log(
        log.export(path), streams=prices.streams if ticks else None, funding=prices.funding
    )


def violated(audit: Audit) -> set[str]:
    """Return the names of the checks that are violated."""
    return {one.check.name for one in audit.checks if one.verdict is Verdict.VIOLATED}


def told(audit: Audit) -> str:
    """Return what was found, a line each, for a test that fails."""
    lines = [f"{one.check} at {one.seq}: {one.sentence}" for one in audit.findings]
    return "\n".join(lines[:20]) or "nothing was found"
