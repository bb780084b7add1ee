"""Verify: a log by itself, and from its ticks; its exit codes."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from cli.conftest import LONG, Perplab, Told
from perplab.domain.batch import Batch
from perplab.domain.commands import PlaceOrder
from perplab.domain.state import State
from perplab.journal.errors import JournalError
from perplab.venue.venue import Venue


def test_a_whole_log_is_verified(finished: Path, perplab: Perplab, told: Told) -> None:
    result = perplab("verify", finished)
    assert result.exit_code == 0
    assert "run.db: verified" in result.stdout
    values = told("verify", finished)
    assert (values["verified"], values["finished"], values["sealed"]) == (True, True, True)
    assert values["verified_from_ticks"] is False


@pytest.mark.parametrize("more", [(), ("--every-tick",)])
def test_the_ticks_make_all_of_it_again(
    finished: Path, crash: Path, perplab: Perplab, more: tuple[str, ...]
) -> None:
    result = perplab("verify", finished, "--ticks", crash, *more)
    assert result.exit_code == 0
    assert "the ticks make all of it again" in result.stdout


def test_several_tick_files_follow_the_option(
    finished: Path, crash: Path, perplab: Perplab
) -> None:
    lines = crash.read_text().splitlines(keepends=True)
    halves = [Path("BTCUSDT-1.csv"), Path("BTCUSDT-2.csv")]
    halves[0].write_text("".join(lines[:30_000]))
    halves[1].write_text("".join(lines[:1] + lines[30_000:]))
    assert perplab("verify", finished, "--ticks", *halves).exit_code == 0


def test_other_ticks_do_not(finished: Path, crash: Path, perplab: Perplab) -> None:
    other = Path("BTCUSDT-other.csv")
    lines = crash.read_text().splitlines(keepends=True)
    other.write_text("".join(lines[:-1]))
    result = perplab("verify", finished, "--ticks", other)
    assert result.exit_code == 1
    assert "NOT VERIFIED: run.db: tape: found" in result.stderr


def test_a_changed_byte_ends_with_code_1(finished: Path, perplab: Perplab) -> None:
    changed = Path("changed.db")
    data = bytearray(finished.read_bytes())
    data[len(data) // 2] ^= 1
    changed.write_bytes(data)
    result = perplab("verify", changed, "--json")
    assert result.exit_code == 1
    values = json.loads(result.stdout)
    assert values["verified"] is False
    assert "changed" in values["problem"]


def test_what_is_no_log_ends_with_code_1(crash: Path, perplab: Perplab) -> None:
    for path in (crash, "none.db"):
        result = perplab("verify", path)
        assert result.exit_code == 1
        assert "NOT VERIFIED" in result.stderr


def test_an_unfinished_log_ends_with_code_3_and_the_same_command_goes_on(
    crash: Path, perplab: Perplab, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("replay", crash, *LONG, "--wallet", "1000", "--log", "cut.db")
    whole = Venue.run

    def dies(venue: Venue) -> State:
        def listener(batch: Batch, _state: State) -> None:
            if isinstance(batch.command, PlaceOrder):
                raise JournalError("the power went")

        venue.listen(listener)
        return whole(venue)

    with monkeypatch.context() as patched:
        patched.setattr(Venue, "run", dies)
        assert perplab(*asked).exit_code == 1
    result = perplab("verify", "cut.db")
    assert result.exit_code == 3
    assert "unfinished: resume the run" in result.stdout
    assert perplab("verify", "cut.db", "--ticks", crash).exit_code == 3
    assert perplab(*asked).exit_code == 0
    assert perplab("verify", "cut.db").exit_code == 0


def test_a_log_that_was_edited_by_another_program_is_not_verified(
    finished: Path, perplab: Perplab
) -> None:
    edited = Path("edited.db")
    shutil.copy(finished, edited)
    connection = sqlite3.connect(edited)
    connection.execute("DROP TRIGGER records_refuse_DELETE")
    connection.commit()
    connection.close()
    assert perplab("verify", edited).exit_code == 1


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--every-tick",), "belong to --ticks"),
        (("more.csv",), "belong to --ticks"),
        (("--ticks", "a.toml", "--mark", "b.csv"), "a scenario names all of its files"),
        (("--ticks", "BTCUSDT.csv", "--funding", "0.0001"), "a constant rate stands in the log"),
        (("--ticks", "none.csv"), "none.csv: found nothing to read"),
    ],
)
def test_options_that_make_no_sense_end_with_code_2(
    finished: Path, perplab: Perplab, more: tuple[str, ...], message: str
) -> None:
    result = perplab("verify", finished, *more)
    assert result.exit_code == 2
    assert message in result.stderr
