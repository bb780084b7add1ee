"""The page as a file: self-contained, safe whatever a log's texts are, written whole or not."""

import json
import os
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from perplab.report.page import Page, data_text, html_of, write_page
from perplab.report.run_page import write_run_report
from perplab.report.source import ReportError, Source
from report.conftest import HOSTILE

PAGE = Page(title="a <b> & c", lead="", body="<p>here</p>")


def test_data_stays_data_whatever_is_in_it() -> None:
    data = {"name": HOSTILE, "lines": "\u2028\u2029", "more": "<!-- ]]> &lt;"}
    text = data_text(data)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == data


def test_a_title_is_text() -> None:
    assert "<title>a &lt;b&gt; &amp; c</title>" in html_of(PAGE)


def test_nothing_of_a_hostile_log_is_markup(crash_page: Path) -> None:
    text = crash_page.read_text()
    assert HOSTILE not in text
    assert "<script>alert" not in text
    assert text.count("<script") - text.count("\\x3cscript") >= 3


def test_only_the_scripts_of_the_page_may_run(crash_page: Path) -> None:
    text = crash_page.read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "unsafe-eval" not in policy[1]
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert len(scripts) == 2
    for script in scripts:
        digest = b64encode(sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy[1]


def test_an_earlier_report_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    size = write_page(PAGE, out)
    assert size == out.stat().st_size
    write_page(PAGE, out)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]
    out.write_text("<html>mine</html>")
    with pytest.raises(ReportError, match="is no report of perplab; move it away"):
        write_page(PAGE, out)
    assert out.read_text() == "<html>mine</html>"


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="is no report"):
        write_page(PAGE, tmp_path)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"there is no folder .*nowhere"):
        write_page(PAGE, tmp_path / "nowhere" / "page.html")


def test_a_page_that_cannot_be_put_in_place_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ReportError, match="cannot be written: Permission denied"):
        write_page(PAGE, tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []


def test_a_page_may_be_read_by_whom_other_files_may(tmp_path: Path) -> None:
    out, other = tmp_path / "page.html", tmp_path / "other"
    write_page(PAGE, out)
    other.touch()
    assert out.stat().st_mode == other.stat().st_mode
    assert os.access(out, os.R_OK)


def test_an_unknown_account_is_said(crash: Source, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"--account: found 'eve', expected one of"):
        write_run_report([crash], tmp_path / "page.html", account="eve")
    assert list(tmp_path.iterdir()) == []


def test_a_page_without_a_chart_is_small() -> None:
    assert len(html_of(PAGE)) < 30_000
