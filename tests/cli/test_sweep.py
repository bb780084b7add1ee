"""The sweep command: its table, its rows, one row alone, going on, and what it refuses."""

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from cli.conftest import WIDE, Perplab, Told
from lab.sweeps import SCENARIO
from perplab.cli.main import app
from perplab.journal.lock import Lock
from perplab.journal.verify import verify
from perplab.lab.sweep.bench import run_chunk
from perplab.lab.sweep.frame import frame_of
from perplab.lab.sweep.parts import Parts
from perplab.lab.sweep.sweep import Terms, sweep_of

VARY = ("--vary", "leverage=5,20", "--vary", "entry=every:20s", "--vary", "decision=hold,stop")
ALONE = (*VARY, "--for", "1m", "--jobs", "1")
NO_JOBS = (*VARY, "--for", "1m")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in a new folder that holds the scenario."""
    monkeypatch.chdir(tmp_path)
    Path("crash.toml").write_text(SCENARIO)


def test_a_person_sees_survival_and_results_by_what_was_varied(perplab: Perplab) -> None:
    result = perplab("sweep", "crash.toml", *ALONE)
    assert result.exit_code == 0, result.output
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0].startswith("crash: 24 runs from 2024-01-01 00:00:20 to 2024-01-01 00:02:00")
    assert "leverage decision runs survived 5% 25% 50% 75% 95% mean after" in lines
    rows = [line for line in lines if line.split()[:1] in (["5"], ["20"])]
    assert [row.split()[:3] for row in rows] == [
        [leverage, decision, "6"] for leverage in ("5", "20") for decision in ("hold", "stop")
    ]
    assert rows[0].split()[3] == "100%"
    assert rows[2].split()[3] != "100%"
    assert any(line.startswith("note: brackets of BTCUSDT") for line in lines)


def test_no_figure_is_cut_however_narrow_the_terminal(
    perplab: Perplab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(WIDE, "COLUMNS", "60")
    result = perplab("sweep", "crash.toml", *ALONE)
    assert result.exit_code == 0, result.output
    assert "…" not in result.stdout
    assert "leverage decision" in " ".join(result.stdout.split())


def test_the_summary_is_exact_and_made_of_the_rows(told: Told) -> None:
    data = told("sweep", "crash.toml", *ALONE, "--out", "out.parquet")
    frame = pl.read_parquet("out.parquet")
    assert (data["runs"], data["failed"], data["entries"]) == (len(frame), 0, 6)
    group = next(
        one for one in data["groups"] if (one["leverage"], one["decision"]) == ("20", "hold")
    )
    rows = frame.filter((pl.col("leverage") == "20") & (pl.col("decision") == "hold"))
    pnl = sorted(rows["final_pnl"].to_list())
    found = [f"{amount.normalize():f}" for amount in (pnl[0], pnl[2], pnl[5])]
    assert [group["pnl"][name] for name in ("5%", "50%", "95%")] == found
    lived = rows["survived"].sum()
    assert group["survival"] == f"{round(lived / 6, 8)}"
    after = sorted(rows["liquidated_after_ns"].drop_nulls().to_list())
    assert group["median_ns_to_liquidation"] == after[-(-len(after) // 2) - 1]


def test_one_row_alone_tells_its_story_and_agrees_with_its_row(
    perplab: Perplab, told: Told
) -> None:
    told("sweep", "crash.toml", *ALONE, "--out", "out.parquet")
    one = (*NO_JOBS, "--row", 10, "--out", "out.parquet")
    result = perplab("sweep", "crash.toml", *one, "--log", "ten.db")
    assert result.exit_code == 0, result.output
    head = pl.read_parquet("out.parquet")["hash"][10]
    label = "leverage=20, decision=hold"
    assert f"run 10: {label}; hash {head}, as its row in out.parquet says" in result.stdout
    assert verify(Path("ten.db")).head == head
    data = told("sweep", "crash.toml", *one)
    assert (data["run"], data["hash"]) == (10, head)
    assert data["accounts"][0]["summary"]["verdict"] in {"alive", "liquidated"}


def test_a_row_that_says_something_else_is_told(perplab: Perplab, told: Told) -> None:
    told("sweep", "crash.toml", *ALONE, "--out", "out.parquet")
    out = Path("out.parquet")
    metadata = pl.read_parquet_metadata(out)
    changed = pl.read_parquet(out).with_columns(hash=pl.lit("00"))
    changed.write_parquet(out, metadata={"perplab.sweep": metadata["perplab.sweep"]})
    result = perplab("sweep", "crash.toml", *NO_JOBS, "--row", 3, "--out", out)
    assert result.exit_code == 1
    assert "out.parquet: run 3 has the hash 00, done alone it has " in result.stderr


def test_an_unfinished_sweep_is_gone_on_with(perplab: Perplab, told: Told) -> None:
    told("sweep", "crash.toml", *ALONE, "--out", "whole.parquet")
    terms = Terms(scenario=Path("crash.toml"), vary=VARY[1::2], length="1m")
    sweep = sweep_of(terms)
    parts = Parts(Path("out.parquet"), sweep.signature)
    parts.open(resume=False)
    first = next(sweep.layout.chunks())
    marked = [row._replace(verdict="was kept") for row in run_chunk(sweep.work, first)]
    parts.write(first.number, frame_of(marked, sweep.layout.variants))
    refused = perplab("sweep", "crash.toml", *ALONE, "--out", "out.parquet")
    assert refused.exit_code == 2
    assert "--resume goes on with it" in refused.stderr
    told("sweep", "crash.toml", *ALONE, "--out", "out.parquet", "--resume")
    frame, whole = pl.read_parquet("out.parquet"), pl.read_parquet("whole.parquet")
    assert frame["verdict"][0] == "was kept"
    assert frame[1:].equals(whole[1:])
    again = perplab("sweep", "crash.toml", *ALONE, "--out", "out.parquet", "--resume")
    assert again.exit_code == 0
    assert "out.parquet is finished; nothing is left to do" in again.stderr


def test_a_failed_run_is_told_and_the_exit_code_says_so(
    perplab: Perplab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr("perplab.lab.sweep.bench.run_recorded", fails)
    result = perplab("sweep", "crash.toml", *ALONE, "--out", "out.parquet")
    assert result.exit_code == 3
    assert "failed: run 0: RuntimeError: no" in result.stdout
    assert "failed: 21 more" in result.stdout


def test_an_output_that_another_sweep_is_writing_is_left_to_it(perplab: Perplab) -> None:
    lock = Lock.take(Path("out.parquet"))
    result = perplab("sweep", "crash.toml", *ALONE, "--out", "out.parquet", "--resume")
    lock.release()
    assert result.exit_code == 2
    assert "--out out.parquet: another sweep is writing it" in result.stderr


@pytest.mark.parametrize("width", [80, 100, 140])
def test_the_table_fits_and_no_word_of_it_is_cut(width: int) -> None:
    agents = SCENARIO.replace(
        'margin_mode = "isolated"', 'margin_mode = "isolated"\nagent = "hold"'
    )
    Path("crash.toml").write_text(agents.replace("100 *", "900000 *"))
    vary = ("--vary", "parameters.margin=100,250", *VARY)
    words = ("sweep", "crash.toml", *vary, "--for", "1m", "--jobs", "1", "--limit", "8")
    result = CliRunner(env=WIDE | {"COLUMNS": str(width)}).invoke(app, words)
    assert result.exit_code == 0, result.output
    table = result.stdout[: result.stdout.index("note:")].splitlines()
    assert "…" not in "".join(table)
    assert max(len(line.rstrip()) for line in table) <= width
    heads = {"margin", "leverage", "decision", "runs", "refused", "survived", "mean", "after"}
    assert any(heads <= set(line.split()) for line in table)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--row", 24), "--row: found 24, expected 0 to 23, the runs of the sweep"),
        (("--row", 1, "--out", "no.parquet"), "--out no.parquet: is not there"),
        (("--row", 1, "--jobs", 2), "--jobs has no meaning with --row"),
        (("--row", 1, "--resume"), "--resume has no meaning with --row"),
        (("--log", "a.db"), "--log needs --row"),
        (("--resume",), "--resume needs --out"),
        (("--dask", "tcp://127.0.0.1:1", "--jobs", 2), "--jobs has no meaning with --dask"),
        (("--out", "nowhere/out.parquet"), "there is no folder nowhere"),
        (("--vary", "speed=1"), "--vary speed: expected one of entry, decision"),
    ],
)
def test_what_makes_no_sense_is_refused(
    perplab: Perplab, words: tuple[object, ...], message: str
) -> None:
    result = perplab("sweep", "crash.toml", *NO_JOBS, *words)
    assert result.exit_code == 2
    assert message in result.stderr


def test_short_runs_without_a_length_are_refused(perplab: Perplab) -> None:
    result = perplab("sweep", "crash.toml", *VARY, "--short")
    assert result.exit_code == 2
    assert "--short needs --for" in result.stderr
