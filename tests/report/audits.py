"""Audits made by hand, as an auditor would give them."""

from perplab.audit.checks import CHECKS
from perplab.audit.verdict import Audit, CheckResult, Finding, Line, Liquidation, Verdict

HOSTILE = "</script><script>document.title='broken'</script>"
SECOND = 1_000_000_000


def audit(subject: str = "run.db", account: str = "trader", first_seq: int = 18) -> Audit:
    """Return an audit in which one fee is wrong and the ticks are missing."""
    wrong = Finding(
        check="clearance-fee",
        what="the clearance fee is wrong",
        found="22.88",
        expected="22.889505",
        rule="14.5",
        seq=first_seq + 4,
        time_ns=1_704_067_200 * SECOND,
        account=account,
        symbol="BTCUSDT",
    )
    unknown = Finding(
        check="ticks",
        what="no tape was given",
        verdict=Verdict.CANNOT_TELL,
        place=f"trades.csv, row 7 {HOSTILE}",
    )
    found = {"clearance-fee": (wrong,), "ticks": (unknown,)}
    checks = tuple(
        CheckResult(
            check=check,
            verdict=found[check.name][0].verdict if check.name in found else Verdict.CONFIRMED,
            looked_at=12_345,
            findings=found.get(check.name, ()),
            missing="the tick files" if check.name == "ticks" else "",
        )
        for check in CHECKS
    )
    return Audit(
        subject=subject,
        checks=checks,
        liquidations=(
            _liquidation(1, account, Verdict.CONFIRMED, first_seq),
            _liquidation(2, account, Verdict.VIOLATED, -1),
        ),
        records=27,
        batches=15,
        head="832214a6f58dfcf7",
        notes=("made by hand",),
    )


def _liquidation(number: int, account: str, verdict: Verdict, first_seq: int) -> Liquidation:
    lines = (
        Line(
            check="liquidations",
            verdict=Verdict.CONFIRMED,
            text="equity 22.89, maintenance margin 22.90352 at the mark 57258.8",
        ),
        Line(check="clearance-fee", verdict=verdict, text="22.889505 of 22.889505 <b>left</b>"),
    )
    return Liquidation(
        number=number,
        account=account,
        symbol="BTCUSDT" if number == 1 else "",
        side="long" if number == 1 else "",
        time_ns=1_704_068_605 * SECOND,
        verdict=verdict,
        lines=lines,
        first_seq=first_seq,
        last_seq=first_seq + 6 if first_seq >= 0 else -1,
    )
