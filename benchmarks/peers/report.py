"""The report: the tables with what they were measured on, as Markdown and as JSON."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from peers.entries import Entry
from peers.environments import Environment
from peers.judging import is_right
from peers.table import Line, tables

EXPLANATION = """\
The task: long 1 BTC with 10x at the first tick; close when the price has fallen to 90.5% of it; go
on to the end of the tape. Who liquidates by itself does that instead, at the row where its own rate
says so. Right is that row, or the next, at the price that the tape traded there, give or take one
price step.

Every figure is the median of {rounds} rounds; in each round every program ran once, one after the
other. "times ours" is how many times as long, or as much memory, a program took as ours in the
same round, the median of the rounds. A loop stands beside our agent on every tick, or beside our
stop on its first replay, on a tape in memory; a whole process beside our command line, which writes
a log. Seconds of a loop are the processor's, which what else runs on the machine does not lengthen,
or the wall's where threads made that less."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What it was measured on, and when."""

    date: str
    system: str
    processor: str
    cores: int
    memory_gb: float
    load: float


def machine() -> Machine:
    """Return this machine as it is now; the load is of the last 15 minutes."""
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(
        date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        system=f"{platform.system()} {platform.release()}",
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_gb=round(pages / 1e9, 1),
        load=round(os.getloadavg()[2], 1),
    )


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def markdown(
    lines: Sequence[Line],
    environments: Mapping[str, Environment],
    skipped: Mapping[str, str],
    on: Machine,
    *,
    rounds: int,
) -> str:
    """Return the report as Markdown."""
    parts = [
        _machine_words(on),
        EXPLANATION.format(rounds=rounds),
        tables(lines),
        _wrong(lines),
        _failed(lines, skipped),
        _abilities([line.entry for line in lines], environments),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _machine_words(on: Machine) -> str:
    memory = f"{on.cores} cores, {on.memory_gb} GB"
    return f"{on.processor}, {memory}, {on.system}; {on.date}, load average {on.load}."


def _wrong(lines: Sequence[Line]) -> str:
    wrong = [line for line in lines if not line.error and not is_right(line.answer)]
    if not wrong:
        return ""
    told = [f"- {_name(line)}: {line.answer}" for line in wrong]
    return "### Wrong answers\n\n" + "\n".join(told)


def _failed(lines: Sequence[Line], skipped: Mapping[str, str]) -> str:
    told = [f"- {name}: skipped, {reason}" for name, reason in skipped.items()]
    told += [f"- {_name(line)}: {line.error}" for line in lines if line.error]
    return "### Not measured\n\n" + "\n".join(told) if told else ""


def _name(line: Line) -> str:
    return f"{line.entry.program.name}, {line.entry.way}, {line.entry.rows:,} ticks"


def _abilities(entries: Sequence[Entry], environments: Mapping[str, Environment]) -> str:
    programs = dict.fromkeys(entry.program for entry in entries)
    rows = [
        f"| {program.name} | {program.liquidates} | {environments[program.name].version} |"
        f" {', '.join(_main_packages(environments[program.name], program.packages))} |"
        for program in programs
    ]
    head = "### Who liquidates, and what ran\n\n| program | liquidates? | Python | packages |"
    return "\n".join([head, "|---|---|---|---|", *rows])


def _main_packages(environment: Environment, asked: tuple[str, ...]) -> list[str]:
    """Return the versions of what the program was asked for by name, and of numpy."""
    names = {"numpy", "polars", "simpy"} if not asked else {"numpy", "numba"}
    names |= {one.partition(">")[0].lower().replace("_", "-") for one in asked}
    pairs = [one.split("==") for one in environment.packages if "==" in one]
    return [
        f"{name} {version}" for name, version in pairs if name.lower().replace("_", "-") in names
    ]


def as_json(
    lines: Sequence[Line],
    environments: Mapping[str, Environment],
    skipped: Mapping[str, str],
    on: Machine,
) -> str:
    """Return everything that was measured, and every package of each environment."""
    told = {
        "machine": asdict(on),
        "skipped": dict(skipped),
        "environments": {
            name: {"python": one.version, "packages": one.packages}
            for name, one in environments.items()
        },
        "entries": [
            {
                "program": line.entry.program.name,
                "way": line.entry.way,
                "rows": line.entry.rows,
                "per_tick": line.entry.per_tick,
                "answer": line.answer,
                "rounds": [asdict(one) for one in line.measured],
            }
            for line in lines
        ],
    }
    return json.dumps(told, indent=1) + "\n"
