"""Sweeps: each row is a run of its own, and the run alone says the same."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lab.sweeps import SCENARIO, all_rows, small, written
from perplab.domain.numbers import parse_units
from perplab.journal.verify import verify
from perplab.lab.chronicle import Chronicle
from perplab.lab.outcome import outcomes_of
from perplab.lab.preparation import Setup, prepare
from perplab.lab.recorded import Outcome, run_recorded
from perplab.lab.scenario import ScenarioError, read_scenario
from perplab.lab.sweep.bench import _bench_of
from perplab.lab.sweep.errors import SweepError
from perplab.lab.sweep.pool import run_locally
from perplab.lab.sweep.sweep import Terms, sweep_of

HOLD = """
name = "crash"
funding = [{ rate = "0.0001", interval_hours = 1 }]
tape = [{ generate = { rows = 20_000, seed = 7, scenario = "flash-crash" } }]
start = "2024-01-01T00:01:00"
end = "2024-01-01T00:02:00"

[[account]]
name = "ann"
futures = 1000
margin_mode = "isolated"
leverage = 20
actions = [{ do = "buy 0.033" }]
"""


def test_a_row_done_alone_gives_a_log_of_the_same_hash(tmp_path: Path) -> None:
    sweep = small(tmp_path)
    rows = all_rows(sweep)
    assert [row.run for row in rows] == list(range(270))
    for number in (0, 3, 95, 269):
        log = tmp_path / f"{number}.db"
        run_recorded(sweep.bench.setup(sweep.layout.run(number)), log)
        outcome = verify(log)
        assert outcome.ok
        assert outcome.finished
        assert outcome.head == rows[number].hash


def test_a_row_is_the_run_that_a_scenario_of_its_own_makes(tmp_path: Path) -> None:
    sweep = small(tmp_path, "leverage=20", "entry=2024-01-01T00:01:00")
    (row,) = all_rows(sweep)
    alone = run_recorded(prepare(read_scenario(written(tmp_path, HOLD)), tmp_path), None)
    assert row.hash == alone.head


def test_the_figures_are_those_of_the_story(tmp_path: Path) -> None:
    sweep = small(tmp_path)
    rows = all_rows(sweep)
    seen = set()
    for row in rows[::7]:
        run = sweep.layout.run(row.run)
        setup = sweep.bench.setup(run)
        chronicle = Chronicle(setup.config)
        run_recorded(setup, None, listeners=[chronicle])
        told = outcomes_of(chronicle, run.end_ns, setup.prices.streams)["ann"]
        names = [
            *("final_pnl", "realized_pnl", "fees", "funding", "liquidation_cost"),
            *("margin_added", "auto_added", "margin_calls", "survived"),
        ]
        assert {name: getattr(row, name) for name in names} == {
            name: getattr(told, name) for name in names
        }
        assert (row.verdict, row.liquidated_ns) == (told.verdict, told.liquidated_at)
        assert row.refusals == len(told.refusals)
        seen.add(row.verdict)
    assert seen == {"alive", "stopped out", "liquidated"}


def test_several_processes_give_the_rows_of_one(tmp_path: Path) -> None:
    sweep = small(tmp_path)
    chunks = list(sweep.layout.chunks())
    said: list[str] = []
    done = dict(run_locally(sweep.work, chunks, 2, said.append))
    assert [row for chunk in chunks for row in done[chunk]] == all_rows(sweep)
    assert said == []


def test_every_entry_is_done_with_every_combination_the_last_key_changing_fastest(
    tmp_path: Path,
) -> None:
    sweep = small(tmp_path, "leverage=5,20", "entry=every:1m", "decision=hold,cross")
    runs = [sweep.layout.run(number) for number in range(len(sweep.layout))]
    labels = [sweep.layout.variants[run.variant].label for run in runs[:4]]
    assert labels == [
        "leverage=5, decision=hold",
        "leverage=5, decision=cross",
        "leverage=20, decision=hold",
        "leverage=20, decision=cross",
    ]
    starts = [run.start_ns for run in runs]
    assert starts == sorted(starts)
    assert {run.end_ns - run.start_ns for run in runs} == {60_000_000_000}


def test_what_a_run_lacks_of_its_length_leaves_it_out_unless_short_ones_are_wanted(
    tmp_path: Path,
) -> None:
    terms = Terms(scenario=written(tmp_path), vary=("leverage=5", "entry=every:30s"), length="1m")
    whole, cut = sweep_of(terms).layout, sweep_of(replace(terms, short=True)).layout
    last_ns = cut.window.last_ns
    assert set(whole.entries) < set(cut.entries)
    assert [run.end_ns for run in map(whole.run, range(len(whole)))][-1] <= last_ns
    assert cut.run(len(cut) - 1).end_ns == last_ns


def test_a_limit_does_the_first_runs_alone(tmp_path: Path) -> None:
    terms = Terms(scenario=written(tmp_path), vary=("leverage=5,20", "entry=every:30s"), limit=3)
    assert len(all_rows(sweep_of(terms))) == 3


def test_a_name_of_the_users_own_fills_its_holes(tmp_path: Path) -> None:
    text = SCENARIO.replace("buy {100 * leverage / entry}", "{side} {size}")
    text = text.replace('margin_mode = "isolated"', 'margin_mode = "isolated"\nleverage = 10')
    sweep = small(tmp_path, "side=buy,sell", "size=0.01,0.02", text=text)
    rows = all_rows(sweep)
    setups = [sweep.bench.setup(sweep.layout.run(row.run)) for row in rows]
    dos = [setup.plan.accounts[0].actions[0].do for setup in setups]
    assert dos == ["buy 0.01", "buy 0.02", "sell 0.01", "sell 0.02"]
    assert len({row.hash for row in rows}) == 4


def test_the_seed_of_the_agents_chances_can_be_varied(tmp_path: Path) -> None:
    sweep = small(tmp_path, "seed=1,2", "leverage=5")
    seeds = [sweep.bench.setup(sweep.layout.run(number)).plan.seed for number in (0, 1)]
    assert seeds == [1, 2]


AGENTS = SCENARIO.replace(
    'actions = [{ do = "buy {100 * leverage / entry}" }]', "parameters = { margin = 100 }", 1
)


def test_agents_can_be_varied_by_name_and_by_parameter(tmp_path: Path) -> None:
    names = ("agent=hold,stop,partial-stop,add-once,auto-add", "leverage=20")
    sweep = small(tmp_path, *names, "parameters.margin=50,100", "entry=every:20s", text=AGENTS)
    rows = all_rows(sweep)
    assert not any(row.error or row.refusals for row in rows)
    first = rows[: len(sweep.layout.variants)]
    assert {row.verdict for row in rows} >= {"alive", "liquidated", "stopped out"}
    assert len({row.hash for row in first}) == len(first) == 10
    for row in first[::3]:
        alone = run_recorded(sweep.bench.setup(sweep.layout.run(row.run)), tmp_path / f"{row.run}")
        assert alone.head == row.hash


def test_an_agent_that_fails_is_told_in_its_row_whose_log_is_whole(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "def mine(ctx, margin):\n    yield ctx.sleep('1s')\n    1 / 0\n"
    )
    (row,) = all_rows(small(tmp_path, "agent=mine.py:mine", "leverage=5", text=AGENTS))
    assert row.error is not None
    assert "mine.py, line 3: ZeroDivisionError" in row.error
    assert row.hash is not None


def test_a_change_of_the_agents_file_makes_it_another_sweep(tmp_path: Path) -> None:
    signatures = []
    for seconds in (1, 2):
        code = f"def mine(ctx, margin):\n    yield ctx.sleep('{seconds}s')\n"
        (tmp_path / "mine.py").write_text(code)
        sweep = small(tmp_path, "agent=mine.py:mine", "leverage=5", text=AGENTS)
        signatures.append(sweep.signature)
    one, other = signatures
    assert {name for name in one if one[name] != other[name]} == {"agents"}


def test_a_worker_without_the_agents_file_or_with_another_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def mine(ctx, margin):\n    yield ctx.sleep('1s')\n")
    sweep = small(tmp_path, "agent=mine.py:mine", "leverage=5", text=AGENTS)
    assert not any(row.error for row in all_rows(sweep))
    file.write_text("def mine(ctx, margin):\n    yield ctx.sleep('2s')\n")
    (row,) = all_rows(
        sweep
    )  # its process has read the files before: the change is seen all the same
    assert row.error is not None
    assert "but the run was made with" in row.error
    _bench_of.cache_clear()
    with pytest.raises(
        SweepError, match=r"a worker's file of agent 'mine\.py:mine' is another one"
    ):
        all_rows(sweep)
    file.unlink()
    with pytest.raises(SweepError, match=r"a worker cannot read an agent.*file mine\.py was not"):
        all_rows(sweep)


def test_a_run_that_is_refused_its_leverage_says_so_in_its_row(tmp_path: Path) -> None:
    (row,) = all_rows(small(tmp_path, "leverage=151", "entry=2024-01-01T00:01:00"))
    assert row.error is None
    assert row.refusals == 1


def test_a_run_that_fails_is_a_row_with_its_error_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = small(tmp_path, "leverage=5", "entry=every:30s")

    def fails_late(setup: Setup, log: Path | None, **more: Any) -> Outcome:
        if setup.plan.start_ns == sweep.layout.entries[1]:
            raise RuntimeError("the lights went out")
        return run_recorded(setup, log, **more)

    monkeypatch.setattr("perplab.lab.sweep.bench.run_recorded", fails_late)
    first, second, *rest = all_rows(sweep)
    assert second.error == "RuntimeError: the lights went out"
    assert second.hash is None
    assert all(row.error is None for row in (first, *rest))


def test_brackets_are_those_in_force_at_each_start_and_change_during_a_run(
    tmp_path: Path,
) -> None:
    row = "{{ floor = 0, cap = 1_000_000, rate = {}, amount = 0, max_leverage = 50 }}"
    for name, rate in (("early", "0.01"), ("late", "0.02")):
        rows = f"effective = 2023-01-01\n[brackets]\nBTCUSDT = [{row.format(rate)}]\n"
        (tmp_path / f"{name}.toml").write_text(rows)
    text = 'brackets = ["early.toml@2023-01-01", "late.toml@2024-01-01T00:01:30"]\n' + SCENARIO
    sweep = small(tmp_path, "leverage=5", "entry=every:60s", text=text)
    setups = [sweep.bench.setup(sweep.layout.run(number)) for number in (0, 1)]
    rates = [setup.config.instruments[0].brackets[0].rate for setup in setups]
    assert rates == [parse_units("0.01"), parse_units("0.02")]
    assert [len(setup.plan.bracket_changes) for setup in setups] == [1, 0]
    assert not any(row.error for row in all_rows(sweep))


def test_a_price_that_is_no_multiple_of_the_tick_is_refused_before_any_run(
    tmp_path: Path,
) -> None:
    text = SCENARIO + '\n[instrument.BTCUSDT]\ntick = "0.7"\n'
    with pytest.raises(ScenarioError, match=r"no multiple of BTCUSDT's tick 0\.7"):
        small(tmp_path, text=text)


BAD = {
    ("lev=5",): "--vary lev: expected one of entry, decision,.*must stand in the scenario as {lev}",
    ("leverage",): "expected KEY=VALUE,VALUE,... as leverage=5,10,20",
    ("leverage=5,,10",): "a value is empty",
    ("leverage=",): "a value is empty",
    ("leverage=5,5",): "5 stands twice",
    ("leverage=5", "leverage=10"): "leverage: stands twice",
    ("leverage=five",): "--vary leverage=five: expected whole numbers",
    ("leverage=0",): "leverage: expected a number at least 1.*run 0: leverage=0; entry 2024-01-01",
    ("decision=sell-all", "leverage=5"): "has hold, stop, add-once, auto-add, cross",
    ("decision=cross", "margin_mode=cross"): "decision 'cross' sets it too",
    ("margin_mode=crossed", "leverage=5"): "margin_mode: expected one of 'cross', 'isolated'",
    ("decision=hold",): "'leverage' is not known; expected one of entry",
    ("agent=nobody", "leverage=5"): "agent 'nobody' is not built in",
    ("entry=sometimes", "leverage=5"): "entry=sometimes: expected hourly, daily, every:90m",
    ("entry=every:0s", "leverage=5"): "expected a length above zero",
    ("entry=every:1ns", "leverage=5"): "makes 139,.* entries, more than 10,000,000",
    ("parameters.margin=5", "leverage=5"): "margin: no account or decision has an agent",
    ("latency=5s", "leverage=5"): "latency: no account or decision has an agent",
    ("entry=every:1w", "leverage=5"): "'1w' is not a length of time",
    ("entry=random:900", "leverage=5"): "there are 139 seconds from",
    ("entry=2030-01-01", "leverage=5"): "outside of 2024-01-01T00:00:00",
    ("entry=+1m,+60s", "leverage=5"): "stands twice",
    ("entry=daily", "leverage=5"): "entry daily: no whole run of 1 min fits into",
    ("hash=1", "leverage=5"): "--vary hash: is the name of a result's column",
}


@pytest.mark.parametrize("vary", BAD, ids=" ".join)
def test_what_cannot_be_varied_so_is_refused_in_a_sentence(
    tmp_path: Path, vary: tuple[str, ...]
) -> None:
    with pytest.raises((SweepError, ScenarioError), match=BAD[vary]):
        small(tmp_path, *vary)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[decision.hold]", '[[account]]\nname = "bob"\n[decision.hold]', "found 2 accounts"),
        (
            "[decision.hold]",
            '[[population]]\nname = "p"\naccounts = 3\n[decision.hold]',
            r"found a \[\[population\]\]",
        ),
        ("[decision.hold]", '[decision.hold]\nname = "bob"', "'hold': name is the account's"),
        ("[decision.hold]", "[decision.hold]\nmargin = 1", "unknown key 'margin'"),
        ("100 * leverage", "100 ** leverage", "has something else than numbers"),
        ("100 * leverage", "100 * (leverage", "expected numbers, names"),
        ("/ entry", "/ (leverage - leverage)", "divides by zero"),
        ("/ entry", "/ entry + entry", "adds a price and a quantity"),
        ("/ entry", "/ ent", "'ent' is not known"),
        ("/ entry", "/ 'a'", "is not a decimal number"),
        ("buy {", "bye {", "'bye' is not a verb"),
    ],
)
def test_what_is_wrong_with_the_scenario_is_told_before_any_run(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    with pytest.raises((SweepError, ScenarioError), match=words):
        small(tmp_path, text=SCENARIO.replace(old, new, 1))


@pytest.mark.parametrize(("length", "words"), [("0s", "above zero"), ("1 week", "not a length")])
def test_a_length_that_is_none_is_refused(tmp_path: Path, length: str, words: str) -> None:
    with pytest.raises(SweepError, match=f"--for {length}.*{words}"):
        small(tmp_path, length=length)
