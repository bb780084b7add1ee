"""Agent files that cannot be used: refused before the run, with file, line and what to do."""

import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agents.scene import FIRST_LINE, account, play, write_agent
from perplab.agents.casting import load_for, with_digests
from perplab.agents.errors import AgentError
from perplab.agents.loading import load
from perplab.venue.plan import AccountPlan

L = FIRST_LINE
GOOD = "def agent(ctx):\n    yield ctx.sleep('1s')\n"


def said(folder: Path, source: str, reference: str = "agent.py:agent", **parameters: Any) -> str:
    write_agent(folder, source)
    plan = AccountPlan(name="ann", agent=reference, parameters=parameters)
    with pytest.raises(AgentError) as error:
        load_for(plan, [folder])
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_missing_file_is_named_with_where_it_was_looked_for(tmp_path: Path) -> None:
    text = said(tmp_path, GOOD, "other.py:agent")
    assert "account 'ann'" in text
    assert "other.py was not found" in text
    assert str(tmp_path) in text


def test_an_unknown_built_in_lists_those_known(tmp_path: Path) -> None:
    assert "hold, stop" in said(tmp_path, GOOD, "nothing")


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("def agent(ctx)\n    yield\n", L, "SyntaxError: expected ':'"),
        ("x = 1\n\ndef agent(ctx):\nyield\n", L + 3, "IndentationError"),
        ("return 5\n", L, "SyntaxError: 'return' outside function"),
        ("import nothing_of_this_name\n", L, "ModuleNotFoundError: No module named"),
        ("from decimal import nothing\n", L, "ImportError: cannot import name"),
        ("x = 1\ny = 1 / 0\n", L + 1, "ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit('bye')\n", L + 1, "SystemExit: bye"),
        ("class Odd(BaseException): ...\nraise Odd('so')\n", L + 1, "Odd: so"),
        ("raise GeneratorExit\n", L, "GeneratorExit"),
        ("class Bad(Exception):\n    def __str__(self): 1 / 0\nraise Bad\n", L + 2, "cannot be pr"),
        ("raise ValueError('one\\ntwo\\x1b[31m')\n", L, "ValueError: one two [31m"),
        ("def f(): f()\nf()\n", L, "RecursionError: maximum recursion depth"),
    ],
)
def test_a_file_that_cannot_be_imported_is_told_of_by_its_line(
    tmp_path: Path, source: str, line: int, words: str
) -> None:
    text = said(tmp_path, source)
    assert f"agent.py, line {line}" in text
    assert words in text


@pytest.mark.parametrize("loop", ["while True: pass", "sum(1 for _ in iter(int, 1))"])
def test_a_file_whose_import_never_ends_is_refused(
    tmp_path: Path, loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perplab.agents.budget.TURNS", 10_000)
    text = said(tmp_path, f"{loop}\n{GOOD}")
    assert f"line {L}, cannot be imported: Overrun" in text


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "raw.py").write_bytes(b"\x00\xff\xfe def agent(ctx): yield")
    with pytest.raises(AgentError, match=r"raw\.py"):
        load("raw.py:agent", [tmp_path])
    with pytest.raises(AgentError, match="was not found"):
        load(":agent", [tmp_path])


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (f"{GOOD}def other(): pass\n".replace("agent", "grid"), "generator functions: grid"),
        ("def agent(ctx):\n    ctx.buy(1)\n", "is not a generator function"),
        ("agent = 5\n", "is not a generator function"),
        ("async def agent(ctx):\n    yield 5\n", "is not a generator function"),
        ("x = 1\n", "has no function of this name"),
    ],
)
def test_what_is_not_a_generator_function_is_refused(
    tmp_path: Path, source: str, words: str
) -> None:
    text = said(tmp_path, source)
    assert words in text
    assert "agent.py" in text


@pytest.mark.parametrize(
    ("signature", "given", "words"),
    [
        ("ctx, step", {}, "parameter 'step' is missing"),
        ("ctx, step", {"stop": 1}, "unknown parameter 'stop'; expected step"),
        ("ctx", {"ctx": 1}, "unknown parameter 'ctx'; expected none"),
        ("ctx, *, step: int", {"step": "x"}, "found 'x', expected a whole number"),
        ("ctx, step: Decimal", {"step": "x"}, "found 'x', expected a number, as 0.05 or 5%"),
        ("ctx, on: bool", {"on": 1}, "found 1, expected true or false"),
        ("ctx, step: int", {"step": True}, "found True, expected"),
        ("", {}, "cannot be called"),
        ("*, ctx", {}, "cannot be called"),
        ("**more", {}, "cannot be called"),
        ("ctx, step, /", {"step": 1}, "cannot be called"),
        ("ctx, **more", {"ctx": 1}, "cannot be called"),
        ("ctx, step: 'Nothing'", {"step": 1}, "annotation cannot be read"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(
    tmp_path: Path, signature: str, given: dict[str, Any], words: str
) -> None:
    text = said(tmp_path, f"def agent({signature}):\n    yield\n", **given)
    assert words in text
    assert "account 'ann'" in text


def test_parameters_become_what_their_annotations_say(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx, n: int, share, text: str, on: bool = 0, rate: "float" = 1, *args, **more):
            saw(n, type(n).__name__, share, type(share).__name__, text, on, rate, more)
            yield ctx.sleep("1s")
        """,
        (100, 99),
        accounts=[
            account(
                parameters={
                    "n": 3,
                    "share": "5%",
                    "text": "7",
                    "on": True,
                    "rate": "0.5",
                    "x": "word",
                }
            )
        ],
    )
    (seen,) = told.seen
    assert [str(one) for one in seen] == [
        "3",
        "int",
        "0.05",
        "Decimal",
        "7",
        "True",
        "0.5",
        "{'x': 'word'}",
    ]


def test_without_an_annotation_the_default_decides(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        def agent(ctx, gain=0.02, levels=3, more=3, size=3, odds: float = 0.5):
            saw(gain * ctx.mark(), len(range(levels)), len(range(more)), size, type(odds).__name__)
            yield ctx.sleep("1s")
        """,
        (100, 99),
        accounts=[account(parameters={"more": "5", "size": "2.5"})],
    )
    assert told.seen == [(Decimal(2), 3, 5, Decimal("2.5"), "float")]


def test_a_file_may_use_dataclasses_and_annotations_as_text(tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "from agents.scene import saw\n"
        "@dataclass\n"
        "class Level:\n"
        "    price: int\n"
        "def agent(ctx, n: int):\n"
        "    saw(Level(n).price, type(n).__name__)\n"
        "    yield ctx.sleep('1s')\n"
    )
    plan = AccountPlan(name="ann", agent="agent.py:agent", parameters={"n": 5})
    assert load_for(plan, [tmp_path]).digest
    assert not [name for name in sys.modules if name.startswith("agent file")]


def test_a_file_that_has_changed_since_is_refused_with_both_hashes(tmp_path: Path) -> None:
    write_agent(tmp_path, GOOD)
    plans = (AccountPlan(name="ann", agent="agent.py:agent"), AccountPlan(name="bob"))
    ann, bob = with_digests(plans, [tmp_path])
    assert load_for(ann, [tmp_path]).digest == ann.agent_digest
    assert not bob.agent_digest
    write_agent(tmp_path, GOOD + "# changed\n")
    with pytest.raises(AgentError) as error:
        load_for(ann, [tmp_path])
    assert ann.agent_digest in str(error.value)
    assert with_digests(plans, [tmp_path])[0].agent_digest in str(error.value)
    assert "agent.py" in str(error.value)


def test_accounts_of_one_file_share_nothing(tmp_path: Path) -> None:
    told = play(
        tmp_path,
        """
        COUNT = []

        def agent(ctx):
            COUNT.append(1)
            saw(len(COUNT))
            yield ctx.sleep("1s")
        """,
        (100, 99),
        accounts=[account("ann"), account("bob")],
    )
    assert told.seen == [1, 1]
