"""A log as lines of text, and back."""

import json
from pathlib import Path

import pytest

from journal.runs import batches, manifest
from perplab.journal import Journal, JournalError, Memory, export, import_, verify


@pytest.fixture
def lines(log: Path, tmp_path: Path) -> Path:
    """Return the export of a finished log."""
    return exported(log, tmp_path / "run.jsonl")


def exported(log: Path, path: Path) -> Path:
    with path.open("w") as out:
        export(log, out)
    return path


def test_an_import_of_an_export_is_the_same_log(lines: Path, log: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.db"
    assert import_(lines, again) == 39
    with Journal.open(again) as one, Journal.open(log) as other:
        assert list(one.blocks()) == list(other.blocks())
    outcome = verify(again)
    assert (outcome.ok, outcome.finished, outcome.sealed) == (True, True, True)


def test_an_unfinished_export_is_imported_unfinished_and_resumed(
    unfinished: Path, tmp_path: Path
) -> None:
    lines, again = exported(unfinished, tmp_path / "run.jsonl"), tmp_path / "again.db"
    assert "unfinished" in verify(lines).sentence
    import_(lines, again)
    assert verify(again).ok
    assert not verify(again).finished
    with Journal.resume(again, manifest()) as writer:
        for batch in batches():
            writer.append(batch)
    assert verify(again).sealed


def test_an_export_verifies_by_itself(lines: Path) -> None:
    outcome = verify(lines)
    assert outcome.ok
    assert (outcome.records, outcome.batches, outcome.finished) == (39, 16, True)


def test_every_line_is_json(lines: Path) -> None:
    found = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [line["seq"] for line in found if "seq" in line] == list(range(39))
    assert [line["batch"] for line in found if "hash" in line] == list(range(16))


def test_an_import_does_not_write_over_a_file(lines: Path, log: Path) -> None:
    with pytest.raises(JournalError, match="exists already"):
        import_(lines, log)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"seq":5', '"seq":6', "record 5: order"),
        ('"seq":5', '"seq": 5', "line 9: found"),
        ('"seq":5', '"seq":5.0', "line 9, field 'seq'"),
        ('"seq":5', '"seq":' + "9" * 30, "a whole number of 64 bits"),
        ('"kind":"event"', '"kind":"rumour"', "its hash"),
        ('"amount":"12.5"', '"amount":"12.6"', "its hash"),
        ('{"batch":3,"hash"', '{"batch":4,"hash"', "batch number: found 4, expected 3"),
        ('{"batch":3,"hash":"', '{"batch":3,"hash":"é', "line 11"),
        ('{"seq":5', '\n{"seq":5', "line 9"),
        ('{"seq":5', '[]\n{"seq":5', "line 9"),
        ('"format":1', '"format":2', "written by a newer perplab: its log format is 2"),
        ('"format":1', '"format":0', "its log format: found 0, expected 1"),
    ],
)
def test_a_changed_line_is_refused_and_no_log_is_made(
    lines: Path, tmp_path: Path, old: str, new: str, words: str
) -> None:
    lines.write_text(lines.read_text().replace(old, new, 1))
    with pytest.raises(JournalError) as refusal:
        import_(lines, tmp_path / "again.db")
    assert words in str(refusal.value)
    assert "run.jsonl" in str(refusal.value)
    assert not (tmp_path / "again.db").exists()
    assert words in verify(lines).sentence


def test_a_newer_export_is_told_to_be_newer(tmp_path: Path) -> None:
    newer = Memory(manifest().model_copy(update={"format": 2}))
    path = tmp_path / "newer.jsonl"
    path.write_text(newer.text)
    assert "written by a newer perplab" in verify(path).sentence


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_cut_export_is_refused_or_unfinished(lines: Path, lost: int) -> None:
    kept = lines.read_text().splitlines(keepends=True)[:-lost]
    lines.write_text("".join(kept))
    outcome = verify(lines)
    assert not outcome.finished
    assert outcome.ok == (lost == 3)


def test_lines_after_the_end_of_the_run_are_refused(lines: Path, tmp_path: Path) -> None:
    memory = Memory(manifest())
    for batch in [*batches(), batches()[0]]:
        memory.append(batch)
    lines.write_text(memory.text)
    with pytest.raises(JournalError, match="record 39: the run has ended, but after it"):
        import_(lines, tmp_path / "again.db")


@pytest.mark.parametrize(("place", "words"), [(-1, "a hash of batch 15"), (10, "batch number")])
def test_a_repeated_hash_line_is_refused(
    lines: Path, tmp_path: Path, place: int, words: str
) -> None:
    kept = lines.read_text().splitlines(keepends=True)
    kept.insert(len(kept) if place < 0 else place, kept[place])
    lines.write_text("".join(kept))
    assert words in verify(lines).sentence
    with pytest.raises(JournalError, match=words):
        import_(lines, tmp_path / "again.db")


@pytest.mark.parametrize("text", ["[]", "hello", "\ufeff{}", "\n", "7\n"])
def test_what_is_named_an_export_is_told_what_an_export_holds(tmp_path: Path, text: str) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text(text, encoding="utf-8")
    sentence = verify(path).sentence
    assert "m.jsonl: line 1: found" in sentence
    assert "expected a JSON object" in sentence
    assert "every line of an export" in sentence


def test_a_log_may_have_the_name_of_an_export(log: Path) -> None:
    assert verify(log.rename(log.with_name("run.jsonl"))).ok


def test_an_empty_export_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "run.jsonl").touch()
    with pytest.raises(JournalError, match="not even its manifest"):
        import_(tmp_path / "run.jsonl", tmp_path / "again.db")
