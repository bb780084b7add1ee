"""Our program beside the opponents, on one tape and one task, in rounds of one run.

Makes the tapes, installs each opponent into an environment of its own, runs everything, checks
every answer, and prints and saves the tables. An opponent that cannot be installed is told and left
out. All of it stays in the work folder, for the next time.

    python benchmarks/beside_peers.py [--rounds 3] [--largest 10000000] [--only lrvx --only ...]
        [--work build/peers] [--out build/peers/table.md]
"""

import argparse
from pathlib import Path

from peers.entries import Entry, entries
from peers.environments import Environment, InstallError, Program, install, ours
from peers.judging import answer
from peers.report import as_json, machine, markdown
from peers.rounds import run_rounds
from peers.table import OURS, Line
from peers.tape import Tape, tape_of


def main() -> None:
    options = _options()
    work: Path = options.work.resolve()
    chosen = [entry for entry in entries() if entry.rows <= options.largest]
    if options.only:
        chosen = [entry for entry in chosen if entry.program.name in {OURS, *options.only}]
    environments, skipped = _install([entry.program for entry in chosen], work)
    chosen = [entry for entry in chosen if entry.program.name in environments]
    tapes = _tapes(chosen, work)
    results = run_rounds(chosen, environments, tapes, count=options.rounds, work=work, tell=_tell)
    lines = [
        Line(entry, measured, answer(tapes[entry.rows], entry.task, measured))
        for entry, measured in zip(chosen, results, strict=True)
    ]
    on = machine()
    text = markdown(lines, environments, skipped, on, rounds=options.rounds)
    out: Path = options.out or work / "table.md"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text)
    out.with_suffix(".json").write_text(as_json(lines, environments, skipped, on))
    _tell(f"\n{text}\nsaved: {out} and {out.with_suffix('.json').name}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--largest", type=int, default=10_000_000, help="of the tapes, in rows")
    parser.add_argument("--only", action="append", help="a program to stand beside ours")
    parser.add_argument("--work", type=Path, default=Path("build/peers"))
    parser.add_argument("--out", type=Path, help="the Markdown file; the JSON is beside it")
    return parser.parse_args()


def _install(programs: list[Program], work: Path) -> tuple[dict[str, Environment], dict[str, str]]:
    """Return the environments of the programs, and why others have none."""
    environments: dict[str, Environment] = {}
    skipped: dict[str, str] = {}
    for program in dict.fromkeys(programs):
        if not program.packages:
            environments[program.name] = ours()
            continue
        _tell(f"installing {program.name}")
        try:
            environments[program.name] = install(program, work)
        except InstallError as error:
            skipped[program.name] = str(error)
            _tell(f"skipped {program.name}: {error}")
    return environments, skipped


def _tapes(chosen: list[Entry], work: Path) -> dict[int, Tape]:
    lengths = sorted({entry.rows for entry in chosen})
    _tell(f"tapes of {', '.join(f'{rows:,}' for rows in lengths)} ticks")
    return {rows: tape_of(rows, work / "tapes") for rows in lengths}


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
