"""The parts of a sweep: what is finished is not done again, and never mistaken for another's."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from lab.sweeps import SCENARIO, small, written
from perplab.lab.sweep.bench import run_chunk
from perplab.lab.sweep.errors import SweepError
from perplab.lab.sweep.frame import MONEY, OWN, TIME, frame_of
from perplab.lab.sweep.parts import Parts, signature_of
from perplab.lab.sweep.sweep import Sweep, Terms, sweep_of


@pytest.fixture
def sweep(tmp_path: Path) -> Sweep:
    return small(tmp_path, "leverage=5,20", "entry=every:20s", "decision=hold,stop")


def keep(sweep: Sweep, parts: Parts, upto: int | None = None, but: set[int] = set()) -> None:  # noqa: B006 - is not changed
    for chunk in list(sweep.layout.chunks())[:upto]:
        if chunk.number not in but:
            rows = frame_of(run_chunk(sweep.work, chunk), sweep.layout.variants)
            parts.write(chunk.number, rows)


def whole(sweep: Sweep, out: Path) -> pl.DataFrame:
    parts = Parts(out, sweep.signature)
    assert parts.open(resume=False) == set()
    keep(sweep, parts)
    parts.close(parts.joined())
    return pl.read_parquet(out)


def test_the_output_has_a_typed_row_for_each_run_in_order(sweep: Sweep, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    frame = whole(sweep, out)
    assert frame.columns == ["run", "leverage", "decision", *OWN[1:]]
    assert frame["run"].to_list() == list(range(len(sweep.layout)))
    assert frame["final_pnl"].dtype == MONEY
    assert frame["start"].dtype == TIME
    assert frame["error"].null_count() == len(frame)
    assert not Parts(out, sweep.signature).folder.exists()
    assert signature_of(out) == sweep.signature


def test_what_is_finished_is_known_and_only_the_rest_is_left(sweep: Sweep, tmp_path: Path) -> None:
    expected = whole(sweep, tmp_path / "whole.parquet")
    out = tmp_path / "out.parquet"
    Parts(out, sweep.signature).open(resume=False)
    keep(sweep, Parts(out, sweep.signature), upto=5)
    again = Parts(out, sweep.signature)
    assert again.open(resume=True) == {0, 1, 2, 3, 4}
    keep(sweep, again, but={0, 1, 2, 3, 4})
    again.close(again.joined())
    assert pl.read_parquet(out).equals(expected)


def test_a_part_that_was_damaged_is_done_again(sweep: Sweep, tmp_path: Path) -> None:
    parts = Parts(tmp_path / "out.parquet", sweep.signature)
    parts.open(resume=False)
    keep(sweep, parts, upto=2)
    (parts.folder / "000001.parquet").write_bytes(b"PAR1")
    assert parts.open(resume=True) == {0}


def test_a_part_with_the_rows_of_another_is_done_again_and_strange_files_are_left_out(
    sweep: Sweep, tmp_path: Path
) -> None:
    expected = whole(sweep, tmp_path / "whole.parquet")
    parts = Parts(tmp_path / "out.parquet", sweep.signature)
    parts.open(resume=False)
    keep(sweep, parts)
    first, second = (parts.folder / f"00000{number}.parquet" for number in (0, 1))
    second.write_bytes(first.read_bytes())
    pl.DataFrame({"a": [1]}).write_parquet(first)
    (parts.folder / "1copy.parquet").write_bytes(second.read_bytes())
    (parts.folder / "999999.parquet").write_bytes(second.read_bytes())
    finished = parts.open(resume=True)
    assert finished == {chunk.number for chunk in sweep.layout.chunks()} - {0, 1}
    keep(sweep, parts, but=finished)
    assert parts.joined().equals(expected)


def test_a_part_that_is_gone_at_the_end_is_told(sweep: Sweep, tmp_path: Path) -> None:
    parts = Parts(tmp_path / "out.parquet", sweep.signature)
    parts.open(resume=False)
    keep(sweep, parts, upto=2)
    with pytest.raises(SweepError, match=r"cannot be joined.*--resume does again"):
        parts.joined()


def test_an_unfinished_sweep_is_gone_on_with_only_if_that_is_asked_for(
    sweep: Sweep, tmp_path: Path
) -> None:
    parts = Parts(tmp_path / "out.parquet", sweep.signature)
    parts.open(resume=False)
    with pytest.raises(SweepError, match=r"out\.parquet\.parts; --resume goes on with it"):
        parts.open(resume=False)


def test_parts_of_another_sweep_are_refused_and_it_is_said_what_differs(
    sweep: Sweep, tmp_path: Path
) -> None:
    parts = Parts(tmp_path / "out.parquet", sweep.signature)
    parts.open(resume=False)
    keep(sweep, parts, upto=1)
    others = {
        '--vary was .*"leverage=5,20".* and is now .*"leverage=5,10"': small(
            tmp_path, "leverage=5,10", "entry=every:20s", "decision=hold,stop"
        ),
        '--for was "1m" and is now "30s"': sweep_of(replace(sweep.terms, length="30s")),
        "scenario was": sweep_of(
            replace(sweep.terms, scenario=written(tmp_path, SCENARIO.replace("0.0001", "0.0002")))
        ),
        "accounts was": sweep_of(
            replace(sweep.terms, scenario=written(tmp_path, SCENARIO.replace("100 *", "90 *")))
        ),
    }
    for words, other in others.items():
        with pytest.raises(SweepError, match=f"is of another sweep: its {words}"):
            Parts(parts.out, other.signature).open(resume=True)
    assert parts.open(resume=True) == {0}


def test_a_change_of_the_tape_alone_makes_it_another_sweep(tmp_path: Path) -> None:
    tape = "time,price,size\n1700000000,100.0,1\n1700000100,{},1\n1700000200,100.0,1\n"
    text = SCENARIO.replace(
        'tape = [{ generate = { rows = 20_000, seed = 7, scenario = "flash-crash" } }]',
        'tape = [{ files = ["t.csv"], symbol = "BTCUSDT" }]',
    )
    signatures = []
    for price in ("100.1", "100.2"):
        (tmp_path / "t.csv").write_text(tape.format(price))
        terms = Terms(scenario=written(tmp_path, text), vary=("leverage=5",))
        signatures.append(sweep_of(terms).signature)
    one, other = signatures
    assert {name for name in one if one[name] != other[name]} == {"tape"}


def test_an_output_that_is_there_is_never_written_over(sweep: Sweep, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    out.write_text("mine")
    for resume in (False, True):
        with pytest.raises(SweepError, match="is there already; remove it or name another"):
            Parts(out, sweep.signature).open(resume=resume)
    with pytest.raises(SweepError, match="is no Parquet file"):
        Parts(out, sweep.signature).finished()
    pl.DataFrame({"a": [1]}).write_parquet(out)
    with pytest.raises(SweepError, match="was not written by a sweep"):
        Parts(out, sweep.signature).finished()


def test_an_output_in_a_missing_folder_is_refused(sweep: Sweep, tmp_path: Path) -> None:
    parts = Parts(tmp_path / "nowhere" / "out.parquet", sweep.signature)
    with pytest.raises(SweepError, match=r"there is no folder .*nowhere"):
        parts.open(resume=False)


def test_the_signature_holds_all_that_decides_a_row(sweep: Sweep) -> None:
    assert {"perplab", "rules", "scenario", "accounts", "agents", "tape", "tables"} < set(
        sweep.signature
    )
    again = sweep_of(sweep.terms)
    assert again.signature == sweep.signature
