"""The state that a log's events add up to, and verifying that they had to."""

from pathlib import Path

import pytest

from journal.runs import CONFIG, START_NS, batches, commands, forge, rechain, record
from perplab.domain.state import State
from perplab.engine.exchange import Exchange
from perplab.journal import JournalError, rebuild, verify


def facts(state: State) -> dict[str, object]:
    return {name: getattr(state, name) for name in State.__slots__}


@pytest.mark.parametrize("size", range(1, 16))
def test_the_rebuilt_state_is_the_exchanges(tmp_path: Path, size: int) -> None:
    exchange = Exchange(CONFIG)
    for second, command in enumerate(commands()[:size]):
        exchange.execute(START_NS + second * 1_000_000_000, command)
    path = record(tmp_path / "run.db", batches()[:size])
    assert facts(rebuild(path)) == facts(exchange.state)


def test_money_sums_to_zero_in_a_rebuilt_state(log: Path) -> None:
    assert rebuild(log).total() == 0
    assert rebuild(log).ended


def test_a_state_can_be_rebuilt_as_it_was_at_a_record(log: Path) -> None:
    assert not rebuild(log, until=6).ended
    assert list(rebuild(log, until=3).accounts) == ["ann"]
    assert list(rebuild(log, until=4).accounts) == ["ann"]
    assert len(rebuild(log, until=5).accounts) == 2


def test_an_event_about_what_does_not_exist_is_told(unfinished: Path) -> None:
    forge(unfinished, lambda connection: connection.execute(ELSEWHERE))
    forge(unfinished, rechain)
    with pytest.raises(JournalError, match="record 8: it is about 'bob', which does not exist"):
        rebuild(unfinished)
    assert not verify(unfinished).ok


ELSEWHERE = "UPDATE records SET body = replace(body, 'ann', 'bob') WHERE type = 'Deposited'"


def test_a_whole_log_is_verified_and_an_interrupted_one_is_unfinished(
    log: Path, unfinished: Path
) -> None:
    whole, part = verify(log), verify(unfinished)
    assert (whole.ok, whole.finished, whole.sealed, whole.batches) == (True, True, True, 16)
    assert (part.ok, part.finished, part.sealed, part.batches) == (True, False, False, 14)
    assert "verified, 39 records in 16 batches" in whole.sentence
    assert "unfinished: resume the run" in part.sentence
    assert whole.manifest is not None
