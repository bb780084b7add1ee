"""Verdicts: what an audit says, of each check and of each liquidation, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What can be said of a check or a liquidation."""

    CONFIRMED = "confirmed"
    VIOLATED = "violated"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that an audit looks at: its name, what it asks, and the rules that say so."""

    name: str
    asks: str
    rules: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as the rules say, or that cannot be told.

    `seq` is the record, -1 where there is none; `place` says where in a file that is not a log, or
    which row of which price stream; `rule` the section of docs/rules.md.
    """

    check: str
    what: str
    verdict: Verdict = Verdict.VIOLATED
    found: str = ""
    expected: str = ""
    rule: str = ""
    seq: int = -1
    time_ns: int = -1
    account: str = ""
    symbol: str = ""
    place: str = ""

    @property
    def sentence(self) -> str:
        """Return the finding in words."""
        text = self.what
        if self.found or self.expected:
            text += f": found {self.found or 'nothing'}, expected {self.expected or 'nothing'}"
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """A check's verdict, how many things it looked at, and what is missing where it cannot tell."""

    check: Check
    verdict: Verdict
    looked_at: int = 0
    findings: tuple[Finding, ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One question about a liquidation, with its numbers."""

    check: str
    verdict: Verdict
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Liquidation:
    """The verdict on one liquidation; `number` counts from 1, `symbol` is empty for a cross pool.

    `first_seq` and `last_seq` are its records in the log, -1 in foreign records.
    """

    number: int
    account: str
    symbol: str
    side: str
    time_ns: int
    verdict: Verdict
    lines: tuple[Line, ...] = ()
    missing: str = ""
    first_seq: int = -1
    last_seq: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """All that an audit came to. `subject` is what was audited, `head` a log's last hash."""

    subject: str
    checks: tuple[CheckResult, ...]
    liquidations: tuple[Liquidation, ...] = ()
    records: int = 0
    batches: int = 0
    ticks: int = 0
    head: str = ""
    finished: bool = True
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Return the worst of all checks."""
        return worst([result.verdict for result in self.checks])

    @property
    def findings(self) -> list[Finding]:
        """Return everything that was found, in order of the log."""
        found = [finding for result in self.checks for finding in result.findings]
        return sorted(found, key=lambda finding: (finding.seq, finding.time_ns))


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Return violated if any is, else cannot tell if any is, else confirmed."""
    for verdict in (Verdict.VIOLATED, Verdict.CANNOT_TELL):
        if verdict in verdicts:
            return verdict
    return Verdict.CONFIRMED
