"""What stands beside the opponents: the tape, the judge, the measuring, the table."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from peers import tape as tapes
from peers.entries import Entry, entries, program_of
from peers.environments import Environment, InstallError, Program, install, ours, reason_of
from peers.judging import answer, is_right, verdict
from peers.measuring import Measurement, measure
from peers.report import as_json, machine, markdown
from peers.rounds import run, run_rounds
from peers.table import Line, loop_s, ratio, tables
from peers.tape import Tape, TapeError, Task, tape_of

ROWS = 100_000
LEVEL = Task()
LIQUIDATED = Task(maintenance=4_000, margin=99_500)
CLOSED = {"row": 70_354, "price": 54_293.5}
MB = 1_000_000


@pytest.fixture(scope="module")
def tape(tmp_path_factory: pytest.TempPathFactory) -> Tape:
    return tape_of(ROWS, tmp_path_factory.mktemp("tapes"))


def entry(program: str, way: str = "strategy", *, per_tick: bool = True) -> Entry:
    return Entry(Program(program, (), "no"), way, "peers.floors", (), (), ROWS, per_tick, LEVEL)


def took(seconds: float, error: str | None = None) -> Measurement:
    reply = {"version": "1.5", "loop": {"wall_s": 9 * seconds, "cpu_s": seconds}, "closed": CLOSED}
    return Measurement(2 * seconds, seconds, 100 * MB, {} if error else reply, error)


def test_the_tape_is_the_one_whose_answers_are_known(tape: Tape) -> None:
    assert tape.rows == ROWS
    assert tape.ticks[0] == 599_940
    assert tape.due(LEVEL) == 70_354
    assert tape.ticks[70_353] > LEVEL.limit(599_940) >= tape.ticks[70_354]


def test_a_position_is_liquidated_after_the_level_and_the_sooner_the_higher_its_rate(
    tape: Tape,
) -> None:
    half_a_percent = tape.due(Task(maintenance=5_000))
    bankrupt = tape.due(Task(maintenance=0))
    assert tape.due(LEVEL) < half_a_percent < tape.due(LIQUIDATED) < bankrupt


def test_another_tape_is_refused(
    tape: Tape, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tapes, "SEED", 8)
    tapes.make(ROWS, seed=8).write_parquet(tmp_path / tape.path.name)
    with pytest.raises(TapeError, match="expected 70354"):
        tape_of(ROWS, tmp_path)


@pytest.mark.parametrize(
    ("closed", "expected"),
    [
        (CLOSED, "right: row 70,354 at 54,293.5"),
        (CLOSED | {"price": 54_293.4}, "right: row 70,354 at 54,293.4"),
        ({"row": 70_355, "price": 54_260.9}, "right: row 70,355 at 54,260.9, a tick later"),
        (
            {"row": 70_353, "price": 54_322.9},
            "WRONG: row 70,353 at 54,322.9; expected row 70,354 at 54,293.5",
        ),
        (
            {"row": 70_356, "price": 54_228.9},
            "WRONG: row 70,356 at 54,228.9; expected row 70,354 at 54,293.5",
        ),
        (
            CLOSED | {"price": 54_294.5},
            "WRONG: row 70,354 at 54,294.5; the tape traded at 54,293.5",
        ),
        (
            CLOSED | {"price": 59_993.9},
            "WRONG: row 70,354 at 59,993.9; the tape traded at 54,293.5",
        ),
        ({"row": 70_354, "price": None}, "WRONG: never closed; expected row 70,354"),
        ({}, "WRONG: never closed; expected row 70,354"),
    ],
)
def test_an_answer_is_right_at_the_row_and_the_price_of_the_tape(
    tape: Tape, closed: dict[str, object], expected: str
) -> None:
    assert verdict(tape, LEVEL, closed) == expected
    assert is_right(expected) == expected.startswith("right")


def test_one_wrong_round_makes_an_answer_wrong(tape: Tape) -> None:
    wrong = Measurement(1, 1, 1, {"closed": CLOSED | {"row": 1}})
    assert answer(tape, LEVEL, [took(1), took(2)]) == "right: row 70,354 at 54,293.5"
    assert answer(tape, LEVEL, [took(1), wrong, took(2)]).startswith("WRONG: row 1 at")


def test_a_time_is_any_of_its_rows(tape: Tape) -> None:
    right = {"time_ms": int(tape.time_ms[70_354]), "price": 54_293.5}
    early = {"time_ms": int(tape.time_ms[70_340]), "price": 54_293.5}
    assert is_right(verdict(tape, LEVEL, right))
    assert not is_right(verdict(tape, LEVEL, early))


@pytest.mark.parametrize(
    "way",
    [
        "agent on every tick",
        "stop, skipping; index ready",
        "liquidated, skipping; first replay",
        "`perplab replay`: stop, log written",
        "Python loop with a call a tick",
        "numpy pass",
    ],
)
def test_ours_gives_the_right_answer(tape: Tape, tmp_path: Path, way: str) -> None:
    (mine,) = (one for one in entries() if one.way == way and one.rows == ROWS)
    measured = run(mine, ours(), tape, tmp_path)
    assert measured.error is None
    assert verdict(tape, mine.task, measured.reply["closed"]).startswith("right: row 70,35")


def test_every_entry_is_of_a_module_that_is_there() -> None:
    listed = entries()
    assert len({(one.program.name, one.way, one.rows) for one in listed}) == len(listed)
    for one in listed:
        assert find_spec(one.module), one.module
    assert program_of("lrvx").packages


def test_a_process_that_fails_is_told_in_one_line(tmp_path: Path) -> None:
    failed = measure([sys.executable, "-c", "raise ValueError('no\\nsuch')"], tmp_path)
    silent = measure([sys.executable, "-c", "pass"], tmp_path)
    endless = measure([sys.executable, "-c", "while True: pass"], tmp_path, limit_s=0.5)
    assert failed.error == "ValueError: no"
    assert silent.error == "ended with 0 and no reply"
    assert endless.error == "took longer than 0.5 s"


def test_a_process_is_measured_without_the_memory_of_the_one_that_starts_it(tmp_path: Path) -> None:
    ballast = bytearray(b"x") * (300 * MB)
    small = measure([sys.executable, "-S", "-c", "print('{\"rows\": 1}')"], tmp_path)
    large = measure(
        [sys.executable, "-S", "-c", f"b = b'x' * {200 * MB}; print('{{\"rows\": 2}}')"], tmp_path
    )
    assert len(ballast) == 300 * MB
    assert small.reply == {"rows": 1}
    assert small.peak < 60 * MB
    assert 200 * MB < large.peak < 260 * MB


def test_a_program_without_its_python_is_left_out(tmp_path: Path) -> None:
    with pytest.raises(InstallError, match=r"needs Python 9\.9, which is not installed here"):
        install(Program("future", ("future-package",), "no", python="9.9"), tmp_path)


def test_the_reason_of_a_failed_installation_is_its_error() -> None:
    told = "WARNING: slow\nERROR: no version\nERROR: No matching distribution\n\n[notice]\n"
    assert reason_of(told) == "ERROR: No matching distribution"
    assert reason_of("") == ""


def test_a_way_that_fails_is_not_run_again(tape: Tape, tmp_path: Path) -> None:
    bad = Entry(Program("bad", (), "no"), "way", "peers.absent", (), (), ROWS, True, LEVEL)
    told: list[str] = []
    (measured,) = run_rounds(
        [bad], {"bad": ours()}, {ROWS: tape}, count=3, work=tmp_path, tell=told.append
    )
    assert len(measured) == 1
    assert "No module named peers.absent" in (measured[0].error or "")
    assert len(told) == 2


def test_ratios_are_of_the_same_round() -> None:
    mine = Line(entry("perplab"), [took(1), took(10), took(2)], "right: row 70,354 at 54,293.5")
    theirs = Line(entry("slow"), [took(5), took(50), took(2)], "right: row 70,354 at 54,293.5")
    assert ratio(theirs, mine, loop_s) == 5


def test_the_table_stands_each_beside_ours() -> None:
    mine = Line(entry("perplab"), [took(0.05)], "right: row 70,354 at 54,293.5")
    theirs = Line(entry("slow"), [took(0.5)], "WRONG: row 1 at 1.0; expected row 70,354")
    text = tables([mine, theirs])
    assert "### 100,000 ticks, Python on every tick" in text
    assert "| **perplab**: strategy | right | 2 M |  | 0.10 s |" in text
    assert "| slow 1.5: strategy | **WRONG** | 0.2 M | 10 | 1.00 s |" in text


def test_the_report_lists_what_was_wrong_what_failed_and_what_was_skipped() -> None:
    wrong = Line(entry("early"), [took(0.5)], "WRONG: row 1 at 1.0; expected row 70,354")
    failed = Line(entry("broken"), [took(0, "ValueError: no")], "WRONG: never closed")
    here = Environment(Path("python"), "3.11.7", ("early==1.5",))
    places = {"early": here, "broken": here}
    on, skipped = machine(), {"future": "needs Python 9.9, which is not installed here"}
    text = markdown([wrong, failed], places, skipped, on, rounds=1)
    wrongs, rest = text.split("### Wrong answers")[1].split("### Not measured")
    assert (
        wrongs.strip()
        == "- early, strategy, 100,000 ticks: WRONG: row 1 at 1.0; expected row 70,354"
    )
    assert "- future: skipped, needs Python 9.9" in rest
    assert "- broken, strategy, 100,000 ticks: ValueError: no" in rest
    assert '"answer": "WRONG: row 1 at 1.0' in as_json([wrong, failed], places, skipped, on)
