"""The README and the other documents are true: their sessions print what they say.

The README's Python runs, and the files that it names exist.

After a change of the output: PERPLAB_REWRITE=1 pytest tests/test_readme.py
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
FIRST_SESSION = (
    "perplab ticks generate --rows 200000 --seed 7 --scenario flash-crash --out BTCUSDT.csv",
    (
        "perplab replay BTCUSDT.csv --symbol BTCUSDT --side long --quantity 0.1 --leverage 20"
        " --wallet 1000 --log run.db"
    ),
)
BEFORE = {"README.md": (), "docs/forks.md": ("perplab demo",), "docs/audit.md": FIRST_SESSION}
"""Documents with sessions, and what has been run before theirs begin."""
SESSION = re.compile(r"```console\n(.*?)```", re.DOTALL)
FILE = re.compile(r"```python (\S+)\n(.*?)```", re.DOTALL)
"""A file that the sessions use."""
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!http)([^)#]+)\)")


def perplab(command: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "perplab", *shlex.split(command)[1:]],
        cwd=folder,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    lines = [line.rstrip() for line in done.stdout.strip("\n").splitlines()]
    assert done.returncode == 0, done.stdout
    return "\n".join(lines)


@pytest.mark.parametrize("name", BEFORE)
def test_the_session_prints_what_the_document_says(name: str, tmp_path: Path) -> None:
    document = ROOT / name
    text = document.read_text()
    for file in FILE.finditer(text):
        (tmp_path / file[1]).write_text(file[2])
    for command in BEFORE[name]:
        perplab(command, tmp_path)

    def run(block: re.Match[str]) -> str:
        commands = [line for line in block[1].splitlines() if line.startswith("$ ")]
        outputs = (perplab(command[2:], tmp_path) for command in commands)
        told = "\n".join(f"{c}\n{o}" for c, o in zip(commands, outputs, strict=True))
        return f"```console\n{told}\n```"

    played = SESSION.sub(run, text)
    if os.environ.get("PERPLAB_REWRITE"):
        document.write_text(played)
    assert played == document.read_text()


def test_the_python_prints_what_its_comment_says(capsys: pytest.CaptureFixture[str]) -> None:
    code = "\n".join(block[1] for block in PYTHON.finditer(README.read_text()))
    expected = re.findall(r"# (.+)", code)
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out.split() == expected


def test_every_file_that_the_readme_names_exists() -> None:
    for document in (README, ROOT / "ARCHITECTURE.md"):
        for name in LINK.findall(document.read_text()):
            assert (ROOT / name).exists(), f"{document.name} names {name}"
