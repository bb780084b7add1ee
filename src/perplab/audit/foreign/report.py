"""Report: what an audit of foreign records finds, gathered check by check."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from perplab.audit.foreign.rows import Row
from perplab.audit.verdict import Check, CheckResult, Finding, Line, Verdict, worst


@dataclass(slots=True)
class _Unknown:
    """Things of one check that cannot be told for one reason."""

    count: int
    first: Finding


@dataclass(slots=True)
class Report:
    """Findings by check. What cannot be told for the same reason is told once, with a count."""

    looked: Counter[str] = field(default_factory=Counter)
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    unknown: dict[tuple[str, str], _Unknown] = field(default_factory=dict)

    def right(self, check: str, count: int = 1) -> None:
        """Count things that are as the rules say."""
        self.looked[check] += count

    def violated(
        self,
        check: str,
        what: str,
        *,
        found: str = "",
        expected: str = "",
        rule: str = "",
        time_ns: int = -1,
        symbol: str = "",
        account: str = "",
        row: Row | None = None,
    ) -> None:
        """Report something that is not as the rules say."""
        self.looked[check] += 1
        self.findings.setdefault(check, []).append(
            Finding(
                check=check,
                what=what,
                found=found,
                expected=expected,
                rule=rule,
                time_ns=time_ns,
                symbol=symbol,
                account=account,
                place=row.place if row else "",
            )
        )

    def cannot(
        self,
        check: str,
        missing: str,
        *,
        time_ns: int = -1,
        symbol: str = "",
        row: Row | None = None,
        counted: bool = True,
    ) -> None:
        """Report something that cannot be told, and what to give so that it can."""
        self.looked[check] += counted
        seen = self.unknown.get((check, missing))
        if seen is not None:
            seen.count += 1
            return
        first = Finding(
            check=check,
            what=missing,
            verdict=Verdict.CANNOT_TELL,
            time_ns=time_ns,
            symbol=symbol,
            place=row.place if row else "",
        )
        self.unknown[check, missing] = _Unknown(1, first)

    def results(self, checks: Sequence[Check]) -> tuple[CheckResult, ...]:
        """Return the result of each of these checks."""
        return tuple(self._result(check) for check in checks)

    def _result(self, check: Check) -> CheckResult:
        wrong = self.findings.get(check.name, [])
        unknown = [one for (name, _), one in self.unknown.items() if name == check.name]
        findings = [*wrong, *(_counted(one) for one in unknown)]
        return CheckResult(
            check=check,
            verdict=worst([finding.verdict for finding in findings]),
            looked_at=self.looked[check.name],
            findings=tuple(findings),
            missing="; ".join(one.first.what for one in unknown),
        )


def _counted(unknown: _Unknown) -> Finding:
    """Return the first of a reason's findings, saying how often it stands."""
    first = unknown.first
    if unknown.count == 1:
        return first
    return Finding(
        check=first.check,
        what=f"{first.what} ({unknown.count:,} times, this is the first)",
        verdict=first.verdict,
        time_ns=first.time_ns,
        symbol=first.symbol,
        place=first.place,
    )


def right(check: str, text: str) -> Line:
    """Return the line of a question about a liquidation that is answered as the rules say."""
    return Line(check=check, verdict=Verdict.CONFIRMED, text=text)


def wrong(check: str, text: str) -> Line:
    """Return the line of a question that is answered otherwise."""
    return Line(check=check, verdict=Verdict.VIOLATED, text=text)


def unknown(check: str, text: str) -> Line:
    """Return the line of a question that cannot be answered."""
    return Line(check=check, verdict=Verdict.CANNOT_TELL, text=text)
