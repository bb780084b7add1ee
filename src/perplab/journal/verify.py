"""Verify: whether a log is whole and unchanged, and whether the rules make it again to the byte.

From the outside in: the seal, the schema, order and chain of the batches, the canonical text of
each message; then every command is executed again and must cause the same events.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from perplab.domain.batch import Batch
from perplab.domain.commands import Command, Observation
from perplab.domain.events import Event
from perplab.domain.state import State
from perplab.engine.exchange import Exchange
from perplab.journal import database
from perplab.journal.chain import Block, rows_of
from perplab.journal.comparing import demand_same
from perplab.journal.ending import demand_seal
from perplab.journal.errors import JournalError, differs
from perplab.journal.jsonl import read_lines
from perplab.journal.manifest import RULES_VERSION, Manifest, config_of, refuse_unknown_manifest
from perplab.journal.schema import check_schema
from perplab.journal.seal import SQLITE_MAGIC, check_seal
from perplab.journal.stored import batch_of, chained, command_of, is_end, manifest_of, stored_blocks

_RULES_FAILED = (ArithmeticError, LookupError, ValueError, AssertionError)


@dataclass(slots=True, kw_only=True)
class Verification:
    """How far a log was verified, and the first problem, if any.

    `records`, `batches` and `head` count what was found right. A log that is right but not
    `finished` is of a run that was interrupted: it can be resumed.
    """

    path: Path
    records: int = 0
    batches: int = 0
    head: str = ""
    finished: bool = False
    sealed: bool = False
    manifest: Manifest | None = None
    problem: JournalError | None = None

    @property
    def ok(self) -> bool:
        """Return whether nothing was found wrong; the run may still be unfinished."""
        return self.problem is None

    @property
    def sentence(self) -> str:
        """Return the outcome in words."""
        if self.problem is not None:
            return str(self.problem)
        size = f"{self.records} records in {self.batches} batches"
        if self.finished:
            return f"{self.path}: verified, {size}, hash {self.head}"
        return f"{self.path}: right as far as it goes, {size}, but unfinished: resume the run"


def verify(path: Path | str) -> Verification:
    """Return the outcome of verifying a log or its JSONL export; never raises for a bad one."""
    outcome = Verification(path=Path(path))
    try:
        with database.speaking(outcome.path):
            if _is_export(outcome.path):
                _verify_blocks(read_lines(outcome.path), outcome)
            else:
                _verify_database(outcome)
    except JournalError as error:
        outcome.problem = error
    return outcome


def _is_export(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(len(SQLITE_MAGIC))
    return start.startswith(b"{") or (path.suffix == ".jsonl" and start != SQLITE_MAGIC)


def _verify_database(outcome: Verification) -> None:
    path = outcome.path
    database.recognise(path)
    _refuse_unknown(path)
    outcome.sealed = database.is_sealed(path)
    if outcome.sealed:
        check_seal(path)
    connection = database.open_reading(path)
    try:
        if not outcome.sealed:
            _check_pages(connection)
        check_schema(connection)
        _verify_blocks(stored_blocks(connection), outcome)
    finally:
        connection.close()
    if outcome.finished and not outcome.sealed and database.is_sealed(path):
        check_seal(path)  # its writer closed it while it was read
        outcome.sealed = True
    demand_seal(finished=outcome.finished, sealed=outcome.sealed)


def _refuse_unknown(path: Path) -> None:
    """Raise `JournalError` for a manifest of a newer format, whatever else is wrong."""
    with (
        suppress(sqlite3.Error, UnicodeDecodeError),
        closing(database.open_reading(path)) as connection,
    ):
        for (body,) in connection.execute("SELECT body FROM records WHERE seq = 0"):
            refuse_unknown_manifest(str(body))


def _check_pages(connection: sqlite3.Connection) -> None:
    (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if answer != "ok":
        raise JournalError(f"the file is damaged: {answer}")


def _verify_blocks(blocks: Iterator[Block], outcome: Verification) -> None:
    execution: Execution | None = None
    for block in chained(blocks):
        if execution is None:
            outcome.manifest = manifest_of(block)
            execution = Execution(outcome.manifest)
        else:
            execution.demand(block)
        outcome.records += len(block.rows)
        outcome.batches += 1
        outcome.head = block.hash
        outcome.finished = is_end(block)


def execute_again(
    exchange: Exchange, time_ns: int, command: Command, *, quiet: bool
) -> tuple[Event, ...]:
    """Return the events of a stored command, and of the quiet ticks before it."""
    if quiet and isinstance(command, Observation):
        exchange.tell(time_ns, command)
        return ()
    return exchange.execute(time_ns, command)


class Execution:
    """The run once more: each stored batch must be what its command causes."""

    def __init__(self, manifest: Manifest) -> None:
        if manifest.rules != RULES_VERSION:
            raise differs("manifest, field 'rules'", manifest.rules, RULES_VERSION, seq=0)
        self._exchange = Exchange(config_of(manifest.config))
        self._time_ns = 0

    @property
    def state(self) -> State:
        """Return the state after the last batch."""
        return self._exchange.state

    def demand(self, block: Block) -> None:
        """Execute a stored batch's command; `JournalError` unless it causes the same bytes."""
        try:
            self._demand(block)
        except JournalError:
            batch_of(block)  # an event that is not even canonical is told as such
            raise

    def _demand(self, block: Block) -> None:
        seq, number, time_ns, *_ = block.rows[0]
        command = command_of(block)
        if time_ns < self._time_ns:
            raise differs("time_ns", str(time_ns), f"{self._time_ns} or later", seq=seq)
        self._time_ns = time_ns
        try:
            events = execute_again(self._exchange, time_ns, command, quiet=len(block.rows) == 1)
        except _RULES_FAILED as error:
            what = f"record {seq}: its command cannot be executed"
            raise JournalError(f"{what}: {type(error).__name__} {error}", seq=seq) from error
        made = rows_of(Batch(time_ns=time_ns, command=command, events=events), number, seq)
        if made != block.rows:
            demand_same(block, Block(number, made, block.hash))
