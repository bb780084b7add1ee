"""A tape read from CSV beside polars, and whole processes from a kept tape: time and memory.

The tapes are generated trades in Binance's aggTrades layout, the last tenth of a million, million
or ten million with a flash crash. Reading: in one process, in turn, polars reads the columns that
perplab needs, as the types that it finds itself, and perplab reads the file to its checked stream,
without the cache; the file is in the system's memory. Processes: `perplab replay` of one long with
a stop, and `perplab run` of the same, each with its log; first without a kept tape, then with it;
beside them `perplab --help` and a Python that does nothing. --large adds a tape of 1e8 rows.

    python benchmarks/cold_and_whole.py [--rounds 5] [--large] [--json FILE]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

SIZES = (100_000, 1_000_000, 10_000_000)
LARGE = 100_000_000
PART = 10_000_000
NEEDED = ("agg_trade_id", "price", "quantity", "transact_time", "is_buyer_maker")
STOP = 54300
PERPLAB = str(Path(sys.executable).with_name("perplab"))
SCENARIO = f"""
tape = [{{ files = ["%s"], symbol = "BTCUSDT" }}]

[[account]]
name = "trader"
futures = 10000
margin_mode = "isolated"
leverage = 10
actions = [{{ do = "buy 1" }}, {{ do = "stop {STOP}" }}]
"""

Point = dict[str, str | int | float]


class Cost(NamedTuple):
    """What a process took: seconds, and its peak memory in MB."""

    seconds: float
    megabytes: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sizes = (*SIZES, LARGE) if options.large else SIZES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        points = list(_measured(folder, sizes, options.rounds))
    if options.json is not None:
        options.json.write_text(json.dumps(points, indent=1) + "\n")


def _measured(folder: Path, sizes: Sequence[int], rounds: int) -> Iterator[Point]:
    """Yield what was measured; this process stays small, for a child's peak begins with it."""
    tapes = {size: folder / f"tape-{size}.csv" for size in sizes}
    for size, tape in tapes.items():
        _in_child(f"make({str(tape)!r}, {size})")
        tape.with_suffix(".toml").write_text(SCENARIO % tape.name)
    print("reading a CSV; s             polars   perplab   ratio   ratio of processor time")
    for size in sizes:
        if size < LARGE:
            yield from _reading(tapes[size], size, rounds)
    print("\nwhole processes                              s        MB   first, with no tape kept")
    for size in sizes:
        yield from _processes(tapes[size], size, rounds)
    for series, command in (
        ("perplab --help", [PERPLAB, "--help"]),
        ("python -c pass", [sys.executable, "-c", "pass"]),
    ):
        costs = [_run(command, folder) for _ in range(rounds)]
        yield _told(series, 0, costs, None)


def _reading(tape: Path, size: int, rounds: int) -> Iterator[Point]:
    told = json.loads(_in_child(f"read({str(tape)!r}, {rounds})"))
    for number, (polars, perplab, polars_cpu, perplab_cpu) in enumerate(told, start=1):
        _print_reading(
            size, f"{number}", polars, perplab, perplab / polars, perplab_cpu / polars_cpu
        )
    ratio = statistics.median(one[1] / one[0] for one in told)
    cpu_ratio = statistics.median(one[3] / one[2] for one in told)
    polars, perplab = (statistics.median(one[column] for one in told) for column in (0, 1))
    _print_reading(size, "median", polars, perplab, ratio, cpu_ratio)
    yield {"series": "polars reads CSV", "size": size, "seconds": polars}
    yield {"series": "perplab reads CSV", "size": size, "seconds": perplab}


def _print_reading(size: int, name: str, *numbers: float) -> None:
    polars, perplab, ratio, cpu_ratio = numbers
    print(f"{size:>11,} {name:>8}{polars:15.3f}{perplab:10.3f}{ratio:8.2f}{cpu_ratio:14.2f}")


def _processes(tape: Path, size: int, rounds: int) -> Iterator[Point]:
    position = "--symbol BTCUSDT --side long --quantity 1 --leverage 10 --wallet 10000"
    commands = {
        "perplab replay": [*f"replay {tape} {position} --stop {STOP} --log".split()],
        "perplab run": ["run", str(tape.with_suffix(".toml")), "--log"],
    }
    costs: dict[str, list[Cost]] = {series: [] for series in commands}
    first: dict[str, Cost] = {}
    for number in range(rounds + 1):
        for series, words in commands.items():
            log = tape.with_suffix(f".{number}.db")
            cost = _run([PERPLAB, *words, str(log)], tape.with_suffix(f".cache-{words[0]}"))
            log.unlink()
            if number:
                costs[series].append(cost)
            else:
                first[series] = cost
    for series, taken in costs.items():
        yield _told(series, size, taken, first[series])


def _told(series: str, size: int, costs: Sequence[Cost], first: Cost | None) -> Point:
    seconds = statistics.median(cost.seconds for cost in costs)
    megabytes = max(cost.megabytes for cost in costs)
    cold = "" if first is None else f"{first.seconds:15.2f} s{first.megabytes:8.0f} MB"
    print(
        f"{series:16}{size or '':>16,}{seconds:15.3f}{megabytes:10.1f}{cold}"
        if size
        else f"{series:32}{seconds:15.3f}{megabytes:10.1f}"
    )
    return {"series": series, "size": size, "seconds": seconds, "megabytes": megabytes}


def _run(command: Sequence[str], cache: Path) -> Cost:
    """Run a process to its end; it may keep its bytecode, as an installed program does."""
    environment = {**os.environ, "PERPLAB_CACHE": str(cache)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Cost(seconds, usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10))


def _in_child(call: str) -> str:
    """Return what a function of this file prints in a process of its own."""
    code = f"import cold_and_whole; cold_and_whole.{call}"
    folder = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def make(path: str, rows: int) -> None:
    """Write a tape in Binance's layout, so many rows at a time, and a crash in the last of them."""
    import polars as pl  # noqa: PLC0415 - the measuring process stays small

    from perplab.tape.generator import START_NS, generate  # noqa: PLC0415

    start_ns, number = START_NS, 1
    with Path(path).open("wb") as file:
        for done in range(0, rows, PART):
            part = min(PART, rows - done)
            stream = generate(
                rows=part,
                seed=done,
                start_ns=start_ns,
                scenario="flash-crash" if done + part == rows else "calm",
            )
            ids = pl.int_range(number, number + part, eager=True)
            assert stream.quantity is not None
            frame = pl.DataFrame(
                {
                    "agg_trade_id": ids,
                    "price": stream.price // 10_000_000 / 10,
                    "quantity": stream.quantity // 100_000 / 1000,
                    "first_trade_id": ids + 5_900_000_000,
                    "last_trade_id": ids + 5_900_000_001,
                    "transact_time": stream.time_ns // 1_000_000,
                    "is_buyer_maker": ids % 3 == 0,
                }
            )
            frame.write_csv(file, include_header=done == 0)
            start_ns, number = int(stream.time_ns[-1]), number + part


def read(path: str, rounds: int) -> None:
    """Print, for each round, the seconds and the processor seconds of polars and of perplab."""
    import polars as pl  # noqa: PLC0415 - the measuring process stays small

    from perplab.tape.options import ReadOptions  # noqa: PLC0415
    from perplab.tape.reading import read as read_tape  # noqa: PLC0415

    def both(work: str) -> tuple[float, float]:
        begun, worked = time.perf_counter(), time.process_time()
        if work == "polars":
            pl.read_csv(path, columns=list(NEEDED))
        else:
            read_tape([Path(path)], ReadOptions(symbol="BTCUSDT", use_cache=False))
        return time.perf_counter() - begun, time.process_time() - worked

    for work in ("polars", "perplab"):
        both(work)  # the file comes into the memory of the system, the modules into ours
    rows = [(both("polars"), both("perplab")) for _ in range(rounds)]
    print(json.dumps([(one[0], two[0], one[1], two[1]) for one, two in rows]))


if __name__ == "__main__":
    main()
