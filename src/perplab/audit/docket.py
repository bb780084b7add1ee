"""Docket: what an audit has looked at, found and lacked, from which its verdicts are made."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from perplab.audit.checks import CHECKS
from perplab.audit.verdict import Audit, Check, CheckResult, Finding, Liquidation, Verdict

_BY_TICKS = ("ticks", "stops", "fills", "margin-calls", "auto-add", "liquidations")
"""Checks of which a part can be told only with the ticks: what should have happened and did not."""
_MOST_SHOWN = 1_000
"""Of each check no more findings than this are kept; all are counted."""


class Docket:
    """Takes findings as they come, and makes an audit of them."""

    def __init__(self) -> None:
        self.records = 0
        self.batches = 0
        self.finished = True
        self.liquidations: list[Liquidation] = []
        self._findings: dict[str, list[Finding]] = {}
        self._more: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()
        self._missing: dict[str, str] = {}
        self._listening: list[list[Finding]] = []

    def report(self, finding: Finding) -> None:
        """Take a finding."""
        for ears in self._listening:
            ears.append(finding)
        kept = self._findings.setdefault(finding.check, [])
        if len(kept) < _MOST_SHOWN:
            kept.append(finding)
        else:
            self._more[finding.check] += 1

    @contextmanager
    def hearing(self) -> Iterator[list[Finding]]:
        """Collect what is reported meanwhile, beside keeping it."""
        found: list[Finding] = []
        self._listening.append(found)
        try:
            yield found
        finally:
            self._listening.remove(found)

    def count(self, check: str, how_many: int = 1) -> None:
        """Count what a check looked at."""
        self._counts[check] += how_many

    def lack(self, check: str, missing: str) -> None:
        """Say what is missing for a check to be told."""
        if missing:
            self._missing[check] = missing

    def lack_ticks(self, missing: str) -> None:
        """Say that the ticks are missing, for all checks that need them."""
        for check in _BY_TICKS:
            self.lack(check, missing)

    def stop(self, check: str, seq: int, text: str) -> None:
        """Report a record beyond which nothing can be read; no check can be told to its end."""
        self.report(Finding(check=check, what=text, seq=seq))
        for other in CHECKS:
            self.lack(other.name, f"the log from record {max(seq, 0)} on, which cannot be read")

    def audit(self, subject: str, *, head: str, ticks: int, counts: Mapping[str, int]) -> Audit:
        """Return the audit."""
        self._counts.update(counts)
        return Audit(
            subject=subject,
            checks=tuple(self._result(check) for check in CHECKS),
            liquidations=tuple(self.liquidations),
            records=self.records,
            batches=self.batches,
            ticks=ticks,
            head=head,
            finished=self.finished,
            notes=tuple(
                f"{check}: {more} more findings are not listed"
                for check, more in self._more.items()
            ),
        )

    def _result(self, check: Check) -> CheckResult:
        findings, missing = self._findings.get(check.name, []), self._missing.get(check.name, "")
        verdict = Verdict.CONFIRMED
        if any(finding.verdict is Verdict.VIOLATED for finding in findings):
            verdict = Verdict.VIOLATED
        elif missing or findings:
            verdict = Verdict.CANNOT_TELL
        return CheckResult(
            check=check,
            verdict=verdict,
            looked_at=self._counts[check.name],
            findings=tuple(findings),
            missing=missing,
        )
