"""The journal beside its floors: append, rebuild and verify, against the number of records.

A crowd of accounts is opened, goes long with leverages of its own and is liquidated by a fall, and
a desk sends deposits, orders and ticks that fill them. What they do is executed first; then, round
by round and interleaved, each is timed:

    append    the log made on the disk, hashed, committed as always, sealed
    sqlite    the same rows into a bare table with one executemany and one commit
    blake2b   the chain of hashes alone over the same texts, and sha256 beside it
    rebuild   the log read, its chain checked, its messages parsed and folded into a state
    fold      the same messages folded from memory: the share of the domain
    verify    the log read, its chain checked, its commands executed again and compared
    engine    the same commands executed from memory: the share of the rules

Rates are of records, commands and events alike, but for verify, whose are of commands. Medians of
the rounds; the exponents are slopes of log seconds against log records.

    python benchmarks/journal_rates.py [--sizes 10000 100000 1000000] [--rounds 5] [--json FILE]

With --cpu the processor's seconds are counted, which another program's load changes less; waiting
for the disk is then left out.
"""

import argparse
import gc
import hashlib
import json
import math
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from itertools import count, cycle
from pathlib import Path

from perplab.domain import commands as cm
from perplab.domain.batch import Batch
from perplab.domain.instrument import Config
from perplab.domain.numbers import ONE, Money, Price, Qty
from perplab.domain.state import State
from perplab.engine.exchange import Exchange
from perplab.journal import Journal, Manifest, manifest_config, rebuild, verify
from perplab.journal.chain import LINE, Row, rows_of
from perplab.journal.rebuild import fold
from perplab.journal.verify import execute_again
from perplab.lab.preparation import prepare
from perplab.lab.scenario import scenario_of

SYMBOL = "BTCUSDT"
START_NS = 1_700_000_000_000_000_000
LEVERAGES = (10, 15, 20, 25, 40, 50, 75, 100)
SIZES = tuple(Qty(ONE * thousandths // 1_000) for thousandths in (10, 25, 37, 50, 81, 120, 455))
PRICE = 60_000 * ONE
RECORDS_OF_ACCOUNT = 19
"""About how many records a member of the crowd leaves, from opening to liquidation."""


@dataclass(frozen=True, slots=True)
class Run:
    """What is to be written: batches, the records that they are, and their hashed texts."""

    config: Config
    batches: list[Batch]
    rows: list[list[Row]]
    texts: list[bytes]

    @property
    def records(self) -> int:
        """Return how many records the run has."""
        return sum(map(len, self.rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    clock = time.process_time if options.cpu else time.perf_counter
    config = _config()
    rows = []
    for name, commands_of in (("crowd", crowd), ("desk", desk)):
        print(f"{name}: thousands a second, verify's and the engine's of commands, else of records")
        print(
            " records commands    append  sqlite blake2b  sha256   rebuild    fold   verify  engine"
        )
        medians = {}
        for size in options.sizes if name == "crowd" else options.sizes[:2]:
            run = executed(config, commands_of(size))
            medians[run.records] = times = measured(run, options.rounds, clock)
            told(run, times)
            rows += [
                {"series": f"{name} {series}", "size": run.records, "seconds": seconds}
                for series, seconds in times.items()
                if series != "bytes"
            ]
            gc.unfreeze()
        exponents(medians)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n")


def told(run: Run, times: dict[str, float]) -> None:
    """Print one size's rates, and below them what they are beside their floors."""
    commands = len(run.batches)
    thousands = {name: run.records / seconds / 1e3 for name, seconds in times.items()}
    thousands |= {name: commands / times[name] / 1e3 for name in ("verify", "engine")}
    print(
        f"{run.records:8,}{commands:9,}{thousands['append']:10.1f}{thousands['sqlite']:8.1f}"
        f"{thousands['blake2b']:8.1f}{thousands['sha256']:8.1f}{thousands['rebuild']:10.1f}"
        f"{thousands['fold']:8.1f}{thousands['verify']:9.1f}{thousands['engine']:8.1f}"
    )
    print(
        f"{times['bytes'] / run.records:10.0f} bytes a record; append is"
        f" {times['append'] / times['sqlite']:.2f} of sqlite and"
        f" {times['append'] / times['blake2b']:.1f} of the hashing;"
        f" of rebuild {times['fold'] / times['rebuild']:.0%} is the fold,"
        f" of verify {times['engine'] / times['verify']:.0%} the engine"
    )


def exponents(medians: dict[int, dict[str, float]]) -> None:
    """Print how the seconds of each series grow with the records."""
    if len(medians) < 2:
        return
    sizes = [math.log(size) for size in medians]
    slopes = {
        series: statistics.linear_regression(
            sizes, [math.log(times[series]) for times in medians.values()]
        ).slope
        for series in ("append", "rebuild", "verify")
    }
    print("exponents: " + ", ".join(f"{name} {slope:.2f}" for name, slope in slopes.items()))


def measured(run: Run, rounds: int, clock: Callable[[], float]) -> dict[str, float]:
    """Return the median seconds of each series, and the bytes of the log."""
    with tempfile.TemporaryDirectory() as folder:
        log, bare = Path(folder) / "run.db", Path(folder) / "bare.db"
        works: dict[str, Callable[[], object]] = {
            "append": partial(append, run, log),
            "sqlite": partial(insert, run, bare),
            "blake2b": partial(chain, run, _blake2b),
            "sha256": partial(chain, run, _sha256),
            "rebuild": partial(rebuild, log),
            "fold": partial(folded, run),
            "verify": partial(verified, log),
            "engine": partial(executed_again, run),
        }
        gc.collect()
        gc.freeze()  # what stands in memory for the comparison is not the journal's to look over
        times: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(rounds):
            log.unlink(missing_ok=True)
            bare.unlink(missing_ok=True)
            for name, work in works.items():
                begun = clock()
                work()
                times[name].append(clock() - begun)
        medians = {name: statistics.median(seconds) for name, seconds in times.items()}
        return medians | {"bytes": log.stat().st_size}


def append(run: Run, log: Path) -> None:
    manifest = Manifest(perplab=version("perplab"), config=manifest_config(run.config), scenario={})
    with Journal.create(log, manifest) as writer:
        for batch in run.batches:
            writer.append(batch)


def insert(run: Run, bare: Path) -> None:
    with closing(sqlite3.connect(bare, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(
            "CREATE TABLE records (seq INTEGER PRIMARY KEY, batch INTEGER, time_ns INTEGER,"
            " kind TEXT, type TEXT, body TEXT)"
        )
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)",
            (row for rows in run.rows for row in rows),
        )
        connection.execute("COMMIT")


def chain(run: Run, hashed: Callable[[bytes], str]) -> str:
    head = "0" * 64
    for text in run.texts:
        head = hashed(head.encode() + text)
    return head


def _blake2b(text: bytes) -> str:
    return hashlib.blake2b(text, digest_size=32).hexdigest()


def _sha256(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def folded(run: Run) -> None:
    state = State(run.config)
    for batch in run.batches:
        fold(state, batch, 0)


def verified(log: Path) -> None:
    outcome = verify(log)
    assert outcome.finished, outcome.sentence


def executed_again(run: Run) -> None:
    exchange = Exchange(run.config)
    for batch in run.batches:
        execute_again(exchange, batch.time_ns, batch.command, quiet=not batch.events)


def executed(config: Config, commands: Iterator[cm.Command]) -> Run:
    """Return what the exchange makes of the commands, a millisecond apart."""
    exchange = Exchange(config)
    batches, rows = [], []
    seq = 1
    for number, command in enumerate(commands, 1):
        time_ns = START_NS + number * 1_000_000
        events = exchange.execute(time_ns, command)
        batches.append(Batch(time_ns=time_ns, command=command, events=events))
        rows.append(rows_of(batches[-1], number, seq))
        seq += len(rows[-1])
    texts = ["".join([LINE % row for row in each]).encode() for each in rows]
    return Run(config, batches, rows, texts)


def crowd(records: int) -> Iterator[cm.Command]:
    """Yield what opens a crowd, the orders that make it long, and the fall that liquidates it."""
    yield cm.StartRun()
    yield tick(0, PRICE)
    kinds = cycle((leverage, size) for size in SIZES for leverage in LEVERAGES)
    for number, (leverage, size) in zip(range(records // RECORDS_OF_ACCOUNT), kinds, strict=False):
        name = f"account{number}"
        margin = PRICE * size // ONE // leverage
        yield cm.OpenAccount(account=name)
        yield deposit(name, margin + margin // 3 + number)
        yield cm.SetMarginMode(account=name, symbol=SYMBOL, margin_mode=cm.MarginMode.ISOLATED)
        yield cm.SetLeverage(account=name, symbol=SYMBOL, leverage=leverage)
        yield order(name, "o1", cm.Side.BUY, size)
    for row, price in enumerate(range(PRICE, PRICE * 8 // 10, -PRICE // 1_000), 1):
        yield tick(row, price)
    yield cm.EndRun()


def desk(records: int) -> Iterator[cm.Command]:
    """Yield deposits, limit orders, and ticks that fill them, of a hundred accounts in turn."""
    yield cm.StartRun()
    yield tick(0, PRICE)
    names = [f"account{number}" for number in range(100)]
    for name in names:
        yield cm.OpenAccount(account=name)
        yield deposit(name, 10_000 * ONE)
    ticks = count(1)
    sides = cycle([(cm.Side.BUY, -1)] * len(names) + [(cm.Side.SELL, 1)] * len(names))
    for number, name, (side, sign) in zip(range(records // 9), cycle(names), sides, strict=False):
        yield deposit(name, 1 + number)
        yield order(name, f"o{number}", side, SIZES[0], PRICE + sign * 10 * ONE)
        yield tick(next(ticks), PRICE + sign * 11 * ONE)
        yield tick(next(ticks), PRICE)
    yield cm.EndRun()


def tick(row: int, price: int) -> cm.ObserveTrade:
    return cm.ObserveTrade(symbol=SYMBOL, row=row, price=Price(price), quantity=Qty(0))


def deposit(name: str, amount: int) -> cm.Deposit:
    return cm.Deposit(account=name, wallet=cm.Wallet.FUTURES, amount=Money(amount))


def order(name: str, order_id: str, side: cm.Side, size: Qty, limit: int = 0) -> cm.PlaceOrder:
    return cm.PlaceOrder(
        account=name,
        symbol=SYMBOL,
        order_id=order_id,
        side=side,
        order_type=cm.OrderType.LIMIT if limit else cm.OrderType.MARKET,
        quantity=size,
        price=Price(limit),
    )


def _config() -> Config:
    scenario = {"tape": [{"generate": {"rows": 2, "scenario": "flash-crash"}}]}
    account = {"name": "ann", "futures": "1000"}
    return prepare(scenario_of(scenario | {"account": [account]}, "benchmark"), Path()).config


if __name__ == "__main__":
    main()
