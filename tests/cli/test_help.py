"""Help: docs/cli.md holds every command's, each has --json, and it is there at once.

After a change of a command: PERPLAB_REWRITE=1 pytest tests/cli/test_help.py
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from cli.conftest import WIDE, Perplab
from conftest import ROOT
from perplab.cli.commands import COMMANDS
from perplab.cli.failures import EXIT_CODES
from perplab.cli.main import app

DOCUMENT = ROOT / "docs" / "cli.md"
OPTION = re.compile(r"^│[ *]*(--[a-z][a-z,-]*)", re.MULTILINE)
SECTION = re.compile(r"^## `(perplab[^`]*)`\n\n```text\n(.*?)```", re.DOTALL | re.MULTILINE)
OPENING = """\
# The command line

Every command, as its `--help` prints it. Numbers are exact, times are UTC.
A time is written as `2024-08-05T13:30`, as `+30m` after the start of the run (s, m, h, d), or as
seconds to nanoseconds since 1970. Errors are one message on stderr.
"""
HEAVY = ("polars", "numpy", "pydantic", "simpy", "sqlite_utils", "structlog")


def commands() -> Iterator[tuple[str, Any]]:
    """Yield each command's words and the command, groups without a run of their own left out."""
    group: Any = typer.main.get_command(app)
    yield "perplab", group
    for name in COMMANDS:
        command = group.get_command(None, name)
        if hasattr(command, "commands"):
            for word, one in command.commands.items():
                yield f"perplab {name} {word}", one
        else:
            yield f"perplab {name}", command


PATHS = dict(commands())
WORK = [path for path in PATHS if path != "perplab"]


@pytest.fixture
def document(perplab: Perplab, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return docs/cli.md, written anew if that was asked for."""
    if os.environ.get("PERPLAB_REWRITE"):
        monkeypatch.setitem(WIDE, "COLUMNS", "100")
        sections = [OPENING]
        for path in PATHS:
            text = perplab(*path.split()[1:], "--help").stdout
            lines = "\n".join(line.rstrip() for line in text.strip("\n").splitlines())
            sections.append(f"## `{path}`\n\n```text\n{lines.strip()}\n```\n")
        DOCUMENT.write_text("\n".join(sections))
    return DOCUMENT.read_text()


def test_every_command_is_in_the_document_with_all_of_its_options(document: str) -> None:
    sections = dict(SECTION.findall(document))
    assert list(sections) == list(PATHS)
    for path, command in PATHS.items():
        options = {name for one in command.params for name in one.opts if name.startswith("--")}
        documented = {name for names in OPTION.findall(sections[path]) for name in names.split(",")}
        assert documented - {"--help"} == options - {"--help"}, path


@pytest.mark.parametrize("path", WORK)
def test_every_command_can_answer_in_json(path: str) -> None:
    assert any("--json" in one.opts for one in PATHS[path].params)


@pytest.mark.parametrize("path", WORK)
def test_every_option_says_what_it_is_for(path: str) -> None:
    for one in PATHS[path].params:
        assert one.help or one.name == "help", one.name


def test_the_exit_codes_stand_in_the_help(perplab: Perplab) -> None:
    told = " ".join(perplab("--help").stdout.split())
    assert " ".join(EXIT_CODES.split()) in told


def test_the_version_is_told(perplab: Perplab) -> None:
    assert re.fullmatch(r"perplab \d+\.\d+\.\d+\n", perplab("--version").stdout)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_the_first_sentence_of_each(name: str) -> None:
    group: Any = typer.main.get_command(app)
    told = group.get_command(None, name).help
    assert COMMANDS[name].sentence == " ".join(told.split("\n\n")[0].split())


def test_a_command_that_is_misspelt_is_guessed(perplab: Perplab) -> None:
    assert "replay" in perplab("repaly").stderr


def test_help_loads_nothing_heavy() -> None:
    code = f"""
import sys
from perplab.cli.main import app
try:
    app(["--help"])
except SystemExit:
    pass
print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("words", [["--help"], ["replay", "-h"], ["calc", "--help"]])
def test_the_program_prints_the_same_help_without_what_typer_loads_for_markdown(
    words: list[str], perplab: Perplab
) -> None:
    code = f"""
import sys
from perplab.cli.main import main
sys.argv = ["perplab", *{words!r}]
try:
    main()
finally:
    print("markdown_it" in sys.modules, file=sys.stderr)
"""
    environment = {**os.environ, **WIDE}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stderr.strip() == "False"
    assert done.stdout.split() == perplab(*words).stdout.split()


def test_verbose_tells_the_work_on_stderr() -> None:
    code = "from perplab.cli.main import app; app(['-v', 'run', 'replays/gap.toml', '--json'])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "event='run starts'" in done.stderr
    assert done.stdout.startswith("{")
