"""Show, export and import: a log's records, picked, printed, and carried elsewhere."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from dataclasses import fields, is_dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from cli.conftest import WIDE, Perplab, Told
from perplab.cli.record_words import words_of
from perplab.journal.codec import MESSAGES
from perplab.journal.journal import Journal

ID = "abcdefghijklmnopqrstuvwxyz-012345678"
LONG_NAMES = """
tape = [{ generate = { rows = 50 } }]

[[account]]
name = "a-name-that-is-longer-than-the-table"
futures = "1000"
actions = [{ do = "buy 0.1 as %s" }]
"""


def test_everything_is_shown_in_order(finished: Path, told: Told) -> None:
    records = told("show", finished)
    with Journal.open(finished) as journal:
        assert len(records) == journal.length
    assert [record["seq"] for record in records] == list(range(len(records)))
    assert records[0]["type"] == "Manifest"


def test_a_type_an_account_a_market_and_a_time_pick_records(finished: Path, told: Told) -> None:
    added = told("show", finished, "--type", "MarginAutoAdded", "--account", "trader")
    assert len(added) == 3
    two = told("show", finished, "--type", "MarginAutoAdded", "--type", "MarginCalled")
    assert len(two) > len(added)
    until = added[0]["time"]
    early = told("show", finished, "--type", "MarginAutoAdded", "--to", until)
    late = told("show", finished, "--type", "MarginAutoAdded", "--from", until)
    assert (len(early), len(late)) == (1, 3)
    kinds = {record["kind"] for record in told("show", finished, "--kind", "command")}
    assert kinds == {"command"}
    assert {r["body"]["symbol"] for r in told("show", finished, "--symbol", "btcusdt")} == {
        "BTCUSDT"
    }


def test_a_person_reads_a_table(finished: Path, perplab: Perplab) -> None:
    result = perplab("show", finished, "--type", "MarginAutoAdded")
    assert result.exit_code == 0
    assert "MarginAutoAdded" in result.stdout
    assert "USDT from the wallet" in result.stdout
    manifest = perplab("show", finished, "--type", "Manifest").stdout
    assert "BTCUSDT trade" in manifest


@pytest.mark.parametrize("width", [80, 100, 140])
def test_a_table_keeps_to_the_width_and_cuts_long_names_in_the_middle(
    tmp_path: Path, perplab: Perplab, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setitem(WIDE, "COLUMNS", str(width))
    name = "a-name-that-is-longer-than-the-table"
    monkeypatch.chdir(tmp_path)
    Path("long.toml").write_text(LONG_NAMES % ID)
    assert perplab("run", "long.toml", "--log", "long.db").exit_code == 0
    shown = perplab("show", "long.db").stdout
    assert all(len(line.rstrip()) <= width for line in shown.splitlines())
    assert "a-name-t…e-table" in shown
    assert "abcdefghijklmn" in shown
    assert (ID in shown) == (width >= 100)
    assert ("PositionOpened" in shown) == (width >= 100)
    assert "opened long 0.1 BTC" in shown
    assert name in perplab("show", "long.db", "--jsonl").stdout
    assert ID in perplab("show", "long.db", "--csv").stdout


def some(hint: Any) -> Any:
    """Return a plain value of a field's type."""
    if get_origin(hint) is tuple:
        return (some(get_args(hint)[0]),)
    if is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        return hint(**{field.name: some(hints[field.name]) for field in fields(hint)})
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return next(iter(hint))
    return {bool: True, str: "BTCUSDT"}.get(hint, 5_000_000_000)


@pytest.mark.parametrize("name", MESSAGES)
def test_every_type_of_record_has_words(name: str) -> None:
    words = words_of(some(MESSAGES[name]))
    assert words
    assert "_" not in words.replace("account_unknown", "")


def test_csv_has_a_row_a_record_and_jsonl_the_hashed_lines(
    finished: Path, perplab: Perplab
) -> None:
    rows = list(csv.DictReader(io.StringIO(perplab("show", finished, "--csv").stdout)))
    lines = perplab("show", finished, "--jsonl").stdout.splitlines()
    assert len(rows) == len(lines)
    for row, line in zip(rows, lines, strict=True):
        record = json.loads(line)
        assert int(row["seq"]) == record["seq"]
        assert json.loads(row["body"]) == record["body"]


def test_when_nothing_is_found_it_says_so(finished: Path, perplab: Perplab) -> None:
    result = perplab("show", finished, "--account", "bob")
    assert result.exit_code == 0
    assert not result.stdout
    assert "no record is all of what was asked for" in result.stderr
    assert json.loads(perplab("show", finished, "--account", "bob", "--json").stdout) == []


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--type", "MarginCaled"), "expected a type such as MarginCalled"),
        (("--kind", "thing"), "expected one of manifest, command, event"),
        (("--from", "noon"), "'noon' is not a time"),
        (("--csv", "--json"), "--csv and --json: choose one"),
    ],
)
def test_questions_that_make_no_sense_end_with_code_2(
    finished: Path, perplab: Perplab, more: tuple[str, ...], message: str
) -> None:
    result = perplab("show", finished, *more)
    assert result.exit_code == 2
    assert message in result.stderr


def test_an_export_comes_back_as_the_same_log(finished: Path, perplab: Perplab, told: Told) -> None:
    written = told("export", finished, "--out", "run.jsonl")
    printed = perplab("export", finished).stdout
    assert printed == Path("run.jsonl").read_text()
    made = told("import", "run.jsonl", "--log", "again.db")
    assert made["records"] == written["records"]
    assert perplab("verify", "again.db").exit_code == 0
    assert perplab("verify", "run.jsonl").exit_code == 0
    assert perplab("export", "again.db").stdout == printed


def test_nothing_that_exists_is_written_over(finished: Path, perplab: Perplab) -> None:
    Path("mine.jsonl").write_text("mine")
    result = perplab("export", finished, "--out", "mine.jsonl")
    assert result.exit_code == 2
    assert Path("mine.jsonl").read_text() == "mine"
    assert perplab("export", finished, "--out", "ours.jsonl").exit_code == 0
    result = perplab("import", "ours.jsonl", "--log", finished)
    assert result.exit_code == 1
    assert "exists already" in result.stderr


def test_an_export_of_what_is_no_log_leaves_no_file(crash: Path, perplab: Perplab) -> None:
    result = perplab("export", crash, "--out", "new.jsonl")
    assert result.exit_code == 1
    assert not Path("new.jsonl").exists()


def test_an_export_needs_a_file_for_its_json(finished: Path, perplab: Perplab) -> None:
    result = perplab("export", finished, "--json")
    assert result.exit_code == 2
    assert "give --out" in result.stderr


def test_a_changed_export_is_not_imported(finished: Path, perplab: Perplab) -> None:
    text = perplab("export", finished).stdout
    Path("bad.jsonl").write_text(text.replace('"amount":"1000"', '"amount":"9000"', 1))
    result = perplab("import", "bad.jsonl", "--log", "bad.db")
    assert result.exit_code == 1
    assert not Path("bad.db").exists()


def changed(log: Path, sql: str) -> None:
    """Change a log as another program would that drops its triggers."""
    with closing(sqlite3.connect(log)) as connection, connection:
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(sql)


@pytest.mark.parametrize("body", ["junk", "[]", "7", "[" * 100_000])
@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)])
def test_a_body_that_is_no_object_is_told(
    finished: Path, perplab: Perplab, body: str, form: tuple[str, ...]
) -> None:
    changed(finished, f"UPDATE records SET body = '{body}' WHERE seq = 3")
    result = perplab("show", finished, *form)
    assert result.exit_code == 1
    assert "perplab: run.db: record 3: body: found" in result.stderr
    assert "expected a JSON object" in result.stderr


@pytest.mark.parametrize("command", ["show", "export"])
def test_a_changed_log_is_printed_and_the_change_told(
    finished: Path, perplab: Perplab, command: str
) -> None:
    whole = perplab(command, finished)
    assert (whole.exit_code, whole.stderr) == (0, "")
    data = bytearray(finished.read_bytes())
    data[-5] ^= 1
    finished.write_bytes(data)
    result = perplab(command, finished)
    assert result.exit_code == 1
    assert result.stdout == whole.stdout
    assert "changed after it was sealed" in result.stderr
    finished.write_bytes(data[:-4096])
    result = perplab(command, finished)
    assert result.exit_code == 1
    assert result.stdout == whole.stdout
    assert "has ended but the file has no seal" in result.stderr


def test_rows_taken_out_are_told_by_show(finished: Path, perplab: Perplab) -> None:
    changed(finished, "DELETE FROM records WHERE type = 'MarginAutoAdded'")
    result = perplab("show", finished)
    assert result.exit_code == 1
    assert "RunEnded" in result.stdout
    assert "perplab: run.db: " in result.stderr


def test_an_import_names_its_log_with_out_too(finished: Path, perplab: Perplab) -> None:
    assert perplab("export", finished, "--out", "run.jsonl").exit_code == 0
    assert perplab("import", "run.jsonl", "--out", "again.db").exit_code == 0
    assert Path("again.db").read_bytes() == finished.read_bytes()


@pytest.mark.parametrize("command", ["show", "export", "verify", "import"])
def test_a_file_that_may_not_be_read_is_told_in_a_sentence(
    finished: Path, perplab: Perplab, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("os.access", lambda *_, **__: False)
    monkeypatch.setattr(Path, "open", refuse)
    more = ("--out", "new.db") if command == "import" else ()
    result = perplab(command, finished, *more)
    assert result.exit_code == 1
    assert "run.db: the file cannot be used: Permission denied" in result.stderr
    assert "Usage" not in result.stderr
