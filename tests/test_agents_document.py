"""docs/agents.md is true: its agents run and print what it says, and its tables leave nothing out.

After a change of the output: PERPLAB_REWRITE=1 pytest tests/test_agents_document.py
"""

import os
import re
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.conftest import WIDE
from conftest import ROOT
from perplab.agents import builtin
from perplab.agents.context import Context
from perplab.agents.entries import Entry, Size
from perplab.agents.parameters import Parameter
from perplab.cli.agents_work import described
from perplab.cli.failures import AGENT_FAILED, FINE
from perplab.cli.main import app

DOCUMENT = ROOT / "docs" / "agents.md"
FILE = re.compile(r"```(?:python|toml) (\S+)\n(.*?)```", re.DOTALL)
SESSION = re.compile(r"```console\n(.*?)```", re.DOTALL)


def perplab(command: str) -> str:
    """Return what a command prints; its exit code says whether an agent failed."""
    arguments = shlex.split(command)[1:]
    done = CliRunner(env=WIDE | {"COLUMNS": "100"}).invoke(app, arguments)
    lines = [line.rstrip() for line in done.output.strip("\n").splitlines()]
    failed = any(line.startswith("failed: ") for line in lines)
    assert done.exit_code == (AGENT_FAILED if failed else FINE), done.output
    return "\n".join(lines)


def session(block: re.Match[str]) -> str:
    commands = [line for line in block[1].splitlines() if line.startswith("$ ")]
    told = "\n".join(f"{command}\n{perplab(command[2:])}" for command in commands)
    return f"```console\n{told}\n```"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def agents_table() -> str:
    return table(("agent", "what it does", "its own parameters"), map(agent_row, builtin.NAMES))


def agent_row(name: str) -> tuple[str, ...]:
    agent = described(name)
    own = [
        f"`{one.name}`{_default(one)}: {agent.meaning(one.name)}"
        for one in agent.parameters.values()
        if one.name not in Entry.__annotations__
    ]
    return f"`{name}`", " ".join(filter(None, (agent.what, agent.more))), "<br>".join(own) or "none"


def _default(parameter: Parameter) -> str:
    return "" if parameter.default is None else f" ({parameter.default})"


def entry_table() -> str:
    hold = described("hold")
    names = [*Size.__annotations__, *(name for name in Entry.__annotations__)]
    rows = ((f"`{name}`", hold.meaning(name)) for name in dict.fromkeys(names))
    return table(("parameter", "meaning"), rows)


def filled(text: str, name: str, make: Callable[[], str]) -> str:
    """Return a text with what stands between two comments made anew."""
    begin, end = f"<!-- {name} -->\n", "\n<!-- end -->"
    before, _, rest = text.partition(begin)
    return f"{before}{begin}{make()}{end}{rest[rest.index(end.strip()) + len(end.strip()) :]}"


def test_the_document_says_what_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = DOCUMENT.read_text()
    monkeypatch.chdir(tmp_path)
    for name, content in FILE.findall(text):
        Path(name).write_text(content)
    made = SESSION.sub(session, text)
    made = filled(filled(made, "agents", agents_table), "entry", entry_table)
    if os.environ.get("PERPLAB_REWRITE"):
        DOCUMENT.write_text(made)
    assert made == DOCUMENT.read_text()


def test_the_first_agent_has_twenty_lines() -> None:
    _, content = FILE.findall(DOCUMENT.read_text())[0]
    assert len(content.splitlines()) <= 20


def test_all_that_the_context_offers_is_listed() -> None:
    tables = "\n".join(line for line in DOCUMENT.read_text().splitlines() if line[:1] == "|")
    text = DOCUMENT.read_text()
    inner = {"closed", "broken", "begin", "overrun", "adviser"}
    for name in dir(Context):
        if not name.startswith("_") and name not in inner:
            assert re.search(rf"\b{name}\b", tables) or f"ctx.{name}" in text, name
