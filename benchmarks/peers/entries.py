"""The entries: each way in which a program does the task, on each of its tapes."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peers.environments import Program
from peers.tape import Task

LIST = Path(__file__).with_name("entries.toml")


@dataclass(frozen=True, slots=True)
class Entry:
    """A program, its way of doing the task, and the tape on which it does it.

    `per_tick` says that Python runs for every tick; `prepare` are the options of a run that comes
    before all that count.
    """

    program: Program
    way: str
    module: str
    options: tuple[str, ...]
    prepare: tuple[str, ...]
    rows: int
    per_tick: bool
    task: Task


def entries(path: Path = LIST) -> list[Entry]:
    """Return all entries of the list, the shortest tapes first."""
    listed = tomllib.loads(path.read_text())["program"]
    found = [entry for program in listed for entry in _entries(program)]
    return sorted(found, key=lambda entry: entry.rows)


def program_of(name: str) -> Program:
    """Return a program of the list by its name."""
    return next(entry.program for entry in entries() if entry.program.name == name)


def _entries(listed: dict[str, Any]) -> list[Entry]:
    program = Program(
        name=listed["name"],
        packages=tuple(listed.get("packages", ())),
        liquidates=listed["liquidates"],
        python=listed.get("python"),
    )
    return [
        Entry(
            program=program,
            way=way["name"],
            module=way.get("module", listed["module"]),
            options=tuple(way.get("options", "").split()),
            prepare=tuple(listed.get("prepare", "").split()),
            rows=rows,
            per_tick=way.get("per_tick", False),
            task=Task(
                _millionths(way.get("maintenance")), _millionths(way.get("margin", 0.1)) or 0
            ),
        )
        for way in listed["way"]
        for rows in way.get("rows", listed["rows"])
    ]


def _millionths(share: float | None) -> int | None:
    return None if share is None else round(share * 1_000_000)
