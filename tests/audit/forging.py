"""Forging: a log changed in its meaning and hashed again, so that only the meaning is wrong."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from perplab.journal.chain import Block, Record, digest_of
from perplab.journal.jsonl import checked_lines, import_
from perplab.lab.preparation import Setup

GENESIS = "0" * 64


@dataclass(slots=True)
class Line:
    """A command or event: its type, and its body as a dictionary whose numbers are texts."""

    kind: str
    type: str
    body: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    def __setitem__(self, name: str, value: Any) -> None:
        assert name in self.body, f"{self.type} has no {name}"
        self.body[name] = value


@dataclass(slots=True)
class Entry:
    """A batch: its time and its lines, the command first."""

    time_ns: int
    lines: list[Line]

    @property
    def command(self) -> Line:
        """Return the command."""
        return self.lines[0]

    @property
    def events(self) -> list[Line]:
        """Return the events; another list."""
        return self.lines[1:]

    def has(self, *types: str) -> bool:
        """Return whether there is a line of each of these types."""
        return all(any(line.type == name for line in self.lines) for name in types)


@dataclass(slots=True)
class Log:
    """A log that can be changed; `setup` is the run that it is of."""

    setup: Setup
    manifest: dict[str, Any]
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def of(cls, setup: Setup, text: str) -> "Log":
        """Return the log of an export's text."""
        records = [json.loads(line) for line in text.splitlines()]
        log = cls(setup, records[0]["body"])
        for record in records[2:]:
            if "hash" in record:
                continue
            if record["kind"] == "command":
                log.entries.append(Entry(record["time_ns"], []))
            line = Line(record["kind"], record["type"], record["body"])
            log.entries[-1].lines.append(line)
        return log

    def copy(self) -> "Log":
        """Return a log that can be changed without this one."""
        return Log(self.setup, deepcopy(self.manifest), deepcopy(self.entries))

    def lines(self) -> Iterator[tuple[Entry, Line]]:
        """Yield each line with its batch."""
        for entry in self.entries:
            for line in entry.lines:
                yield entry, line

    def find(self, type_name: str, nth: int = 0, **wanted: Any) -> tuple[Entry, Line]:
        """Return the nth line of a type whose fields are as wanted, and its batch."""
        found = [
            (entry, line)
            for entry, line in self.lines()
            if line.type == type_name
            and all(line.body.get(name) == value for name, value in wanted.items())
        ]
        assert len(found) > nth, f"there is no {type_name} {wanted}"
        return found[nth]

    def line(self, type_name: str, nth: int = 0, **wanted: Any) -> Line:
        """Return the nth line of a type whose fields are as wanted."""
        return self.find(type_name, nth, **wanted)[1]

    def drop(self, type_name: str, nth: int = 0, **wanted: Any) -> Line:
        """Take a line out and return it."""
        entry, line = self.find(type_name, nth, **wanted)
        entry.lines = [one for one in entry.lines if one is not line]
        return line

    def insert_after(self, place: Line, *new: Line) -> None:
        """Put lines behind a line, in its batch."""
        for entry, line in self.lines():
            if line is place:
                index = next(i for i, one in enumerate(entry.lines) if one is place)
                entry.lines[index + 1 : index + 1] = new
                return
        raise AssertionError("the line is not in the log")

    @property
    def text(self) -> str:
        """Return the log as an export, numbered and hashed anew."""
        blocks = [(0, [Line("manifest", "Manifest", self.manifest)])]
        blocks += [(entry.time_ns, entry.lines) for entry in self.entries]
        head, seq, parts = GENESIS, 0, []
        for number, (time_ns, lines) in enumerate(blocks):
            records = []
            for line in lines:
                body = json.dumps(line.body, separators=(",", ":"))
                records.append(Record(seq, number, time_ns, line.kind, line.type, body))
                seq += 1
            head = digest_of(head, records)
            parts.append(Block(number, tuple(records), head).text)
        return "".join(parts)

    def export(self, path: Path) -> Path:
        """Write it as an export whose chain and messages are sound."""
        path.write_text(self.text, encoding="ascii")
        for _ in checked_lines(path):
            pass
        return path

    def database(self, path: Path) -> Path:
        """Write it as a log file, sealed if its run has ended."""
        export = self.export(path.with_suffix(".jsonl"))
        import_(export, path)
        export.unlink()
        return path


Corruption = Callable[[Log], None]


def bumped(text: str, units: int, decimals: int = 8) -> str:
    """Return a decimal text changed by so many of its last possible decimal.

    >>> bumped("0.1", 1)
    '0.10000001'
    """
    whole, _, fraction = text.partition(".")
    sign = -1 if whole.startswith("-") else 1
    digits = sign * int(whole.removeprefix("-") + fraction.ljust(decimals, "0")) + units
    shown = str(abs(digits)).rjust(decimals + 1, "0")
    point = len(shown) - decimals
    text = f"{shown[:point]}.{shown[point:]}".rstrip("0").rstrip(".")
    return f"-{text}" if digits < 0 else text


def event(type_name: str, **body: Any) -> Line:
    """Return a new event."""
    return Line("event", type_name, body)
