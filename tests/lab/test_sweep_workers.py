"""Workers of a sweep that die: it is said, what they did is done again, and the rest goes on."""

from functools import partial
from pathlib import Path

from lab.sweeps import all_rows, dies_always, dies_once, small
from perplab.lab.sweep.pool import DIED, run_locally


def test_what_a_killed_worker_had_begun_is_done_again(tmp_path: Path) -> None:
    sweep = small(tmp_path)
    said: list[str] = []
    do = partial(dies_once, str(tmp_path / "marker"))
    done = list(run_locally(sweep.work, list(sweep.layout.chunks()), 2, said.append, do))
    rows = [row for _, results in sorted(done) for row in results]
    assert rows == all_rows(sweep)
    assert len(said) == 1
    assert said[0].startswith("a worker process died; what was begun is tried once more (chunks ")


def test_a_chunk_that_kills_its_worker_twice_fails_alone(tmp_path: Path) -> None:
    sweep = small(tmp_path)
    chunks = list(sweep.layout.chunks())
    said: list[str] = []
    done = dict(run_locally(sweep.work, chunks, 2, said.append, dies_always))
    bad = chunks[2]
    assert {row.error for row in done[bad]} == {DIED}
    assert [row.run for row in done[bad]] == list(range(bad.first, bad.first + len(bad.runs)))
    rows = [row for chunk in chunks if chunk != bad for row in done[chunk]]
    assert rows == [row for row in all_rows(sweep) if row.run not in {r.run for r in done[bad]}]
    assert f"chunk 2: {DIED}; its {len(bad.runs)} runs have failed" in said
