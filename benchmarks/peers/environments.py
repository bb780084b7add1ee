"""Environments: each opponent is installed into one of its own, as they pin clashing versions."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

STAMP = "installed.txt"


@dataclass(frozen=True, slots=True)
class Program:
    """An opponent: its packages, the Python that it needs if not ours, and what it can do.

    `liquidates` says by which rule it takes a leveraged position away, or that it does not.
    """

    name: str
    packages: tuple[str, ...]
    liquidates: str
    python: str | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """An installed program: its interpreter, with its version, and the packages in it."""

    python: Path
    version: str
    packages: tuple[str, ...]


class InstallError(Exception):
    """Why an opponent cannot take part, in one line."""


def install(program: Program, work: Path) -> Environment:
    """Return the program's environment under the work folder, made if it is not there yet.

    One that was made for other packages, or not to the end, is made again. Raises InstallError.
    """
    home = work / "venvs" / program.name
    python = home / "bin" / "python"
    wanted = "\n".join(program.packages)
    stamp = home / STAMP
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(home, ignore_errors=True)
        _make(program, home)
        _run(python, "-m", "pip", "install", "--quiet", *program.packages)
        stamp.write_text(wanted)
    return _environment(python)


def ours() -> Environment:
    """Return the environment that this process runs in."""
    return _environment(Path(sys.executable))


def _environment(python: Path) -> Environment:
    packages = _run(python, "-m", "pip", "freeze", "--exclude-editable").splitlines()
    return Environment(python, _run(python, "--version").split()[1], tuple(packages))


def _make(program: Program, home: Path) -> None:
    interpreter = find_python(program.python) if program.python else Path(sys.executable)
    if interpreter is None:
        raise InstallError(f"needs Python {program.python}, which is not installed here")
    _run(interpreter, "-m", "venv", str(home))


def find_python(version: str) -> Path | None:
    """Return an interpreter of a version such as 3.12, from the path or from pyenv."""
    name = f"python{version}"
    found = [path] if (path := shutil.which(name)) else []
    found += sorted(map(str, Path.home().glob(f".pyenv/versions/{version}.*/bin/{name}")))
    for candidate in found:
        # pyenv puts a stand-in on the path that fails where the version is not chosen.
        asked = subprocess.run(
            [candidate, "--version"], capture_output=True, text=True, check=False
        )
        if asked.returncode == 0:
            return Path(candidate)
    return None


def _run(python: Path, *terms: str) -> str:
    ran = subprocess.run([python, *terms], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise InstallError(reason_of(ran.stderr) or f"{terms[1]} ended with {ran.returncode}")
    return ran.stdout


def reason_of(text: str) -> str:
    """Return the line of an error's output that says what went wrong: the last error, or line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(ERROR|\w*Error|\w*Exception)\b", line)]
    return (errors or lines or [""])[-1][:300]
