"""Opening: a foreign file as rows of fields, recognised by what is in it, never by its name."""

from pathlib import Path

from perplab.audit.foreign.content import Content
from perplab.audit.foreign.csv_rows import read_csv
from perplab.audit.foreign.json_rows import is_json, read_json
from perplab.audit.foreign.layouts import Kind
from perplab.tape.errors import TapeError
from perplab.tape.source import open_source

EXPECTED = "an export of trades, income, orders or positions, or recorded forced orders"
_SNIFF = 4096
_PACKED = (b"\x1f\x8b", b"PK\x03\x04")


def recognise(path: Path) -> Kind | None:
    """Return what a file holds, None if it is no foreign record.

    Raises `TapeError` if it cannot be read, or begins like one and then is not.
    """
    content = _content(path)
    return content.kind if content else None


def open_content(path: Path) -> Content:
    """Return a file's rows. Raises `TapeError` where it is not wholly what it seems to be."""
    content = _content(path)
    if content is None:
        raise TapeError(path, found="content of no known kind", expected=EXPECTED)
    return content


def _content(path: Path) -> Content | None:
    text = _text(path)
    if text is None:
        return None
    if is_json(text.lstrip()[:_SNIFF]):
        return read_json(path, text)
    return read_csv(path, text)


def _text(path: Path) -> str | None:
    if not path.is_file():
        raise TapeError(path, found="no such file", expected=EXPECTED)
    with path.open("rb") as file:
        start = file.read(_SNIFF)
    if not start.startswith(_PACKED) and b"\0" in start:
        return None
    source = open_source(path)
    if source.content != "text":
        return None
    try:
        return bytes(source.data).decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
