"""The page of an audit: each verdict is on it, in words and signs, and its texts are text."""

import re
from pathlib import Path

from perplab.audit.verdict import Audit
from perplab.report.audit_page import audit_sections, write_audit_report
from report.audits import HOSTILE, audit


def test_every_check_has_its_row_with_its_verdict(tmp_path: Path) -> None:
    given = audit()
    text = audit_sections(given)
    for result in given.checks:
        row = re.search(rf'<tr><th scope="row">{result.check.name}</th>(.*?)</tr>', text)
        assert row is not None, result.check.name
        assert result.verdict.value in row[1]
        assert "12,345" in row[1]
    assert "✖ VIOLATED" in text
    assert "25 confirmed, 1 violated, 1 cannot tell" in text
    assert write_audit_report(given, tmp_path / "a.html").bytes < 60_000


def test_a_violated_liquidation_comes_first_and_is_open() -> None:
    text = audit_sections(audit())
    first, second = re.findall(r"<details( open)?><summary>(\d)\.", text)
    assert first == (" open", "2")
    assert second == ("", "1")
    assert "equity 22.89, maintenance margin 22.90352 at the mark 57258.8" in text


def test_a_finding_says_what_was_found_and_expected() -> None:
    text = audit_sections(audit())
    assert "the clearance fee is wrong: found 22.88, expected 22.889505" in text
    assert "no tape was given" in text


def test_texts_of_an_audit_are_text(tmp_path: Path) -> None:
    out = tmp_path / "audit.html"
    write_audit_report(audit(subject=HOSTILE, account=HOSTILE), out)
    text = out.read_text()
    assert HOSTILE not in text
    assert "<b>left" not in text


def test_an_audit_without_liquidations_has_no_section_of_them() -> None:
    text = audit_sections(Audit(subject="empty.db", checks=()))
    assert 'id="liquidations"' not in text
    assert 'id="findings"' not in text
