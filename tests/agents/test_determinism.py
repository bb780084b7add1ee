"""The same agents give the same log, and each has chances of its own."""

from pathlib import Path

from agents.scene import account, play
from perplab.lab.preparation import prepare
from perplab.lab.recorded import manifest_of
from perplab.lab.scenario import scenario_of

PRICES = (100, 99, 98, 97, 96, 95, 99, 101, 103)
DRAWS = """
def agent(ctx):
    saw(ctx.name, ctx.random.random())
    while True:
        yield ctx.sleep(f"{ctx.random.randint(1, 900)}ms")
        ctx.buy(ctx.round_quantity(ctx.random.uniform(0.1, 0.4)))
"""


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    texts = [play(tmp_path, DRAWS, PRICES).text for _ in range(2)]
    assert texts[0] == texts[1]


def test_chances_do_not_depend_on_who_else_is_there(tmp_path: Path) -> None:
    alone = play(tmp_path, DRAWS, PRICES, accounts=[account("ann")], seed=3)
    beside = play(tmp_path, DRAWS, PRICES, accounts=[account("bob"), account("ann")], seed=3)
    assert alone.seen[0] in beside.seen
    assert len({draw for _, draw in beside.seen}) == 2


def test_another_seed_gives_other_chances(tmp_path: Path) -> None:
    seen = [play(tmp_path, DRAWS, PRICES, seed=seed).seen[0] for seed in range(5)]
    assert len(set(seen)) == 5


def test_skipping_does_not_change_what_agents_see_and_do(tmp_path: Path) -> None:
    told = [play(tmp_path, DRAWS, PRICES, every_tick=every) for every in (False, True)]
    assert told[0].text == told[1].text
    assert told[0].seen == told[1].seen


def test_the_manifest_names_the_content_of_the_agents_file(tmp_path: Path) -> None:
    scenario = {
        "tape": [{"generate": {"rows": 100}}],
        "account": [{"name": "ann", "futures": "1000", "agent": "agent.py:agent"}],
    }
    digests = []
    for source in ("def agent(ctx):\n    yield ctx.sleep('1s')\n", "def agent(ctx):\n    yield\n"):
        (tmp_path / "agent.py").write_text(source)
        setup = prepare(scenario_of(scenario, "test"), tmp_path)
        (plan,) = manifest_of(setup).scenario["accounts"]
        digests.append(plan["agent_digest"])
        assert str(tmp_path) not in manifest_of(setup).text
    assert len(set(digests)) == 2
    assert all(len(digest) == 64 for digest in digests)
