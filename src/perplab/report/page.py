"""The page: a report's parts put into one HTML file that loads nothing and runs only our code."""

import json
import os
import tempfile
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from perplab.report.source import ReportError

MARKER = '<meta name="generator" content="perplab report'
"""What every report of ours has near its beginning, so that it may be written anew."""
_HEAD_BYTES = 4096
_IN_SCRIPT = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
_UNREADABLE = "cannot be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A report's title, the line under it, its sections, and the data and scripts of its charts.

    `body` is HTML; `links` are the targets and words of the links that skip to a section.
    Without data there is no chart, and plotly is left out.
    """

    title: str
    lead: str
    body: str
    links: Sequence[tuple[str, str]] = ()
    data: dict[str, Any] | None = None
    scripts: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A page that was written: where, how large, and what it shows."""

    out: Path
    bytes: int
    accounts: tuple[str, ...]
    events: int
    notes: tuple[str, ...]


def write_page(page: Page, out: Path) -> int:
    """Write a page at once and whole, and return its bytes.

    A file that is there is replaced if it is a report of ours; `ReportError` if it is not, or
    cannot be written.
    """
    _demand_ours(out)
    text = html_of(page).encode()
    try:
        handle, name = tempfile.mkstemp(prefix=f".{out.name}.", suffix=".new", dir=out.parent)
        new = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text)
            new.chmod(0o666 & ~_umask())
            new.replace(out)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ReportError(f"--out {out}: cannot be written: {error.strerror}") from error
    return len(text)


def html_of(page: Page) -> str:
    """Return a page's whole HTML."""
    scripts = [_asset(name) for name in ("page.js", *page.scripts)]
    code = ["\n".join(scripts)]
    if page.data is not None:
        code.insert(0, _plotly())
    links = "".join(
        f'<a class="skip" href="#{escape(target)}">{escape(words)}</a>'
        for target, words in page.links
    )
    return Template(_asset("page.html")).substitute(
        marker=f'{MARKER} {escape(version("perplab"))}">',
        policy=_policy(code),
        title=escape(page.title),
        lead=page.lead,
        style=_asset("page.css"),
        links=links,
        body=page.body,
        data=data_text(page.data or {}),
        scripts="\n".join(f"<script>{text}</script>" for text in code),
    )


def data_text(data: dict[str, Any]) -> str:
    """Return JSON that can stand inside a script element, whatever its texts are."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    for sign, code in _IN_SCRIPT.items():
        text = text.replace(sign, code)
    return text


def _policy(code: Sequence[str]) -> str:
    """Return the content security policy: these very scripts, and nothing from anywhere."""
    hashes = " ".join(
        f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in code
    )
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline';"
        " img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _asset(name: str) -> str:
    return (files("perplab.report") / name).read_text(encoding="utf-8")


def _plotly() -> str:
    """Return plotly's own script, as its Python package has it."""
    return (files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8")


def _demand_ours(out: Path) -> None:
    """Raise `ReportError` for a file that is there and is no report."""
    if not out.parent.is_dir():
        raise ReportError(f"--out {out}: there is no folder {out.parent}")
    if not os.path.lexists(out):
        return
    try:
        head = b""
        if out.is_file():
            with out.open("rb") as file:
                head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise ReportError(f"--out {out}: is there and {_UNREADABLE}: {error.strerror}") from error
    if MARKER.encode() not in head:
        raise ReportError(
            f"--out {out}: is there and is no report of perplab; move it away or name another"
        )


def _umask() -> int:
    """Return the process's umask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
