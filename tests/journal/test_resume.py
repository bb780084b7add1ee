"""Going on with a log after an interruption, and comparing a run with a log."""

from pathlib import Path

import pytest

from journal.runs import append_all, batches, interrupted, manifest, record, resume
from perplab.journal import Comparing, Journal, JournalError, verify
from perplab.journal.seal import Seal, find_seal


def lines(path: Path) -> list[str]:
    with Journal.open(path) as journal:
        return [block.text for block in journal.blocks()]


@pytest.mark.parametrize("written", range(16))
def test_a_run_resumed_anywhere_ends_with_the_same_lines(tmp_path: Path, written: int) -> None:
    whole = record(tmp_path / "whole.db")
    part = record(tmp_path / "part.db", batches()[:written])
    with Journal.resume(part, manifest()) as writer:
        assert [writer.append(batch) for batch in batches()][:2] == [1, 3]
    assert lines(part) == lines(whole)
    assert verify(part).ok
    assert verify(part).sealed


def test_a_finished_log_is_compared_and_left_as_it_is(log: Path) -> None:
    before = log.read_bytes()
    with Journal.resume(log, manifest()) as writer:
        for batch in batches():
            writer.append(batch)
        assert not writer.comparing
        with pytest.raises(JournalError, match="the run has ended"):
            writer.append(batches()[0])
    assert log.read_bytes() == before


def test_a_run_that_differs_is_stopped_at_the_first_difference(unfinished: Path) -> None:
    before = unfinished.read_bytes()
    with pytest.raises(JournalError) as difference:
        resume(unfinished, [batches()[0], batches()[2]])
    assert difference.value.seq == 3
    assert '"account":"ann"' in str(difference.value.found)
    assert "DROP TABLE" in str(difference.value.expected)
    assert unfinished.read_bytes() == before


def test_a_run_interrupted_again_while_comparing_loses_nothing(unfinished: Path) -> None:
    before = unfinished.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        resume(unfinished, interrupted(batches()[:1]))
    resume(unfinished, batches()[:1])
    assert unfinished.read_bytes() == before


def test_another_manifest_is_refused_by_its_first_field(unfinished: Path) -> None:
    with pytest.raises(JournalError, match=r"field 'seed': found 0, expected 5"):
        Journal.resume(unfinished, manifest(seed=5))


def test_a_log_that_was_killed_before_its_seal_is_sealed(log: Path) -> None:
    sealed = log.read_bytes()
    log.write_bytes(sealed[:-4096])
    assert "has no seal" in verify(log).sentence
    resume(log, batches())
    assert log.read_bytes() == sealed


def test_a_log_changed_since_is_not_resumed(log: Path) -> None:
    changed = bytearray(log.read_bytes())
    changed[-5000] ^= 1
    log.write_bytes(changed)
    with pytest.raises(JournalError, match="changed after it was sealed"):
        Journal.resume(log, manifest())


def test_a_missing_log_cannot_be_resumed(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="there is no such file"):
        Journal.resume(tmp_path / "none.db", manifest())


def test_comparing_accepts_the_same_run_and_nothing_left_over(log: Path) -> None:
    before = log.read_bytes()
    with Comparing(log) as comparing:
        assert comparing.manifest == manifest()
        for batch in batches():
            comparing.append(batch)
        comparing.finish()
        assert comparing.exhausted
    with Journal.open(log) as journal:
        assert comparing.head == journal.head
    assert log.read_bytes() == before


def test_comparing_tells_what_the_log_holds_beyond_the_run(log: Path) -> None:
    with Comparing(log) as comparing:
        for batch in batches()[:-1]:
            comparing.append(batch)
        with pytest.raises(JournalError, match="goes on with EndRun, but the run is over"):
            comparing.finish()


def test_comparing_tells_what_the_run_makes_beyond_the_log(unfinished: Path) -> None:
    with Comparing(unfinished) as comparing, pytest.raises(JournalError, match="log ends here"):
        append_all(comparing, batches())
    assert find_seal(unfinished) is Seal.ABSENT
