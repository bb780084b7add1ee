"""Rounds: every entry once in each, one process after another, so that all see the same machine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from peers.entries import Entry
from peers.environments import Environment
from peers.measuring import Measurement, measure
from peers.perplab_task import SYMBOL, WALLET, closing, scenario_text
from peers.reply import level_of
from peers.tape import TICKS_PER_UNIT, Tape
from perplab.journal.journal import Journal

COMMAND_LINE = "perplab"
"""The module of entries that are our command line; what they came to is read from their log."""

Tell = Callable[[str], None]
Way = tuple[str, str]


def run_rounds(
    entries: Sequence[Entry],
    environments: Mapping[str, Environment],
    tapes: Mapping[int, Tape],
    *,
    count: int,
    work: Path,
    tell: Tell,
) -> list[list[Measurement]]:
    """Return each entry's measurements, one a round; a way that fails is not run again.

    Before them each way is run once on the shortest tape, so that caches are warm: compiled code,
    converted tapes.
    """
    results: list[list[Measurement]] = [[] for _ in entries]
    failed: dict[Way, Measurement] = {}

    def take(round_name: str, entry: Entry) -> Measurement:
        environment = environments[entry.program.name]
        one = failed.get(_way(entry)) or run(entry, environment, tapes[entry.rows], work)
        if one.error:
            failed[_way(entry)] = one
        tell(_line(round_name, entry, one))
        return one

    _prepare(entries, environments, tapes, work)
    for entry in {_way(entry): entry for entry in entries}.values():
        take("warming", replace(entry, rows=min(tapes)))
    for number in range(1, count + 1):
        for entry, measured in zip(entries, results, strict=True):
            if not (measured and measured[-1].error):
                measured.append(take(f"round {number}", entry))
    return results


def run(entry: Entry, environment: Environment, tape: Tape, work: Path) -> Measurement:
    """Run an entry once."""
    if entry.module == COMMAND_LINE:
        return _run_command_line(entry, environment, tape, work)
    terms = [str(environment.python), "-m", entry.module, str(tape.path), *entry.options]
    return measure(terms, work)


def _prepare(
    entries: Sequence[Entry],
    environments: Mapping[str, Environment],
    tapes: Mapping[int, Tape],
    work: Path,
) -> None:
    wanted = {(e.program, e.module, e.prepare, e.rows) for e in entries if e.prepare}
    for program, module, options, rows in sorted(wanted, key=lambda one: one[-1]):
        python = environments[program.name].python
        measure([python, "-m", module, tapes[rows].path, *options], work, wants_reply=False)


def _run_command_line(
    entry: Entry, environment: Environment, tape: Tape, work: Path
) -> Measurement:
    (mode,) = entry.options
    log = work / "run.db"
    log.unlink(missing_ok=True)
    level = level_of(int(tape.ticks[0]) / TICKS_PER_UNIT)
    terms = ["replay", str(tape.path), "--symbol", SYMBOL, "--side", "long", "--quantity", "1"]
    terms += ["--leverage", "10", "--wallet", WALLET]
    if mode == "stop":
        terms += ["--stop", str(level)]
    elif mode == "ticks":
        scenario = work / "task.toml"
        scenario.write_text(scenario_text(tape.path, mode, level))
        terms = ["run", str(scenario)]
    command = [str(environment.python), "-m", COMMAND_LINE, *terms, "--log", str(log)]
    measured = measure(command, work, wants_reply=False)
    if measured.error:
        return measured
    with Journal.open(log) as journal:
        closed = closing(batch for _, _, batch in journal.batches())
    log.unlink()
    return replace(measured, reply={"version": version("perplab"), "closed": closed})


def _line(round_name: str, entry: Entry, one: Measurement) -> str:
    loop = one.reply.get("loop")
    took = one.error or f"{one.wall_s:7.2f} s, {one.cpu_s:7.2f} s of processor"
    took += f", loop {loop['wall_s']:.4f} s" if loop else ""
    return f"{round_name}  {entry.rows:>10,}  {entry.program.name}: {entry.way}: {took}"


def _way(entry: Entry) -> Way:
    return entry.program.name, entry.way
