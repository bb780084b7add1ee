"""Auditing: a log of ours, read as data, held against docs/rules.md and against its ticks."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from perplab.audit.book import Book
from perplab.audit.brackets import Table
from perplab.audit.config import KINDS, Config, read_config
from perplab.audit.database import file_faults
from perplab.audit.docket import Docket
from perplab.audit.exact import written
from perplab.audit.hearing import Hearing
from perplab.audit.log import AuditError, Chain, Stored, is_database, read_log
from perplab.audit.manifest import manifest_of
from perplab.audit.messages import OBSERVATIONS, Fact, FormError, read_fact
from perplab.audit.plan import Plan, read_plan
from perplab.audit.schedule import Schedule
from perplab.audit.tape import Reel, digest_of, digest_of_funding
from perplab.audit.trials import Court, adds_margin, pools_tried
from perplab.audit.verdict import Audit, Finding
from perplab.audit.walk import Walk
from perplab.audit.witness import Witness
from perplab.tape.stream import FundingSeries, Stream

Progress = Callable[[int], None]
Ear = Callable[[Fact, Hearing, Book], None]
"""Who is told of each batch that was heard, with the book as it is after it."""


def audit_log(
    log: Path,
    *,
    streams: Sequence[Stream] | None = None,
    funding: Sequence[FundingSeries] = (),
    progress: Progress | None = None,
    ear: Ear | None = None,
) -> Audit:
    """Return the audit of a log; with its price streams, of what it leaves out as well.

    `progress` is told the time of each batch in ns. Raises `AuditError` if it is no log at all.
    """
    return _Auditor(log, streams, funding, progress, ear).run()


class _Auditor:
    def __init__(
        self,
        log: Path,
        streams: Sequence[Stream] | None,
        funding: Sequence[FundingSeries],
        progress: Progress | None,
        ear: Ear | None,
    ) -> None:
        self._log = log
        self._streams = streams
        self._funding = funding
        self._progress = progress
        self._ear = ear
        self._docket = Docket()
        self._chain = Chain()
        self._witness: Witness | None = None
        self._walk: Walk | None = None
        self._schedule: Schedule | None = None

    def run(self) -> Audit:
        batches = read_log(self._log)
        first = next(batches, None)
        if first is None:
            raise AuditError(f"{self._log}: it holds no record")
        self._follow(first)
        try:
            self._open(first)
        except FormError as error:
            self._docket.stop("manifest", 0, str(error))
        else:
            for batch in batches:
                self._follow(batch)
                if not self._take(batch):
                    break
            self._close()
        return self._docket.audit(
            str(self._log),
            head=self._chain.head,
            ticks=self._walk.rows if self._walk else 0,
            counts=self._witness.counts if self._witness else {},
        )

    def _follow(self, batch: Stored) -> None:
        docket = self._docket
        docket.batches += 1
        docket.records += len(batch.records)
        for fault in self._chain.follow(batch):
            docket.report(Finding(check=fault.check, what=fault.text, seq=fault.seq))

    def _open(self, batch: Stored) -> None:
        """Read the manifest, and make everything that follows the run."""
        found = manifest_of(batch)
        config = read_config(found["config"])
        book = Book(config)
        plan = read_plan(found["scenario"], tuple(book.instruments))
        for instrument in config.instruments:
            self._check_table(instrument.symbol, instrument.table)
        for change in plan.changes if plan else ():
            self._check_table(change.symbol, Table(change.rows))
        self._witness = Witness(book, self._docket.report)
        docket = self._docket
        docket.count("manifest")
        docket.lack(
            "brackets",
            "" if plan else "the run's plan: the log names none, so nothing says what had to come",
        )
        if plan is not None:
            self._schedule = Schedule(book, plan, self._funding, docket.report)
        self._give_ticks(found, config, plan)
        self._give_funding(found, plan)
        if is_database(self._log):
            docket.count("append-only")
        else:
            docket.lack("append-only", "the log's database: this is an export of it")

    def _check_table(self, symbol: str, table: Table) -> None:
        if fault := table.fault():
            raise FormError(f"the brackets of {symbol} are unsound (rule 4.3): {fault}")
        if not table.continuous:
            text = f"whether the run was told to accept brackets that leap, as those of {symbol} do"
            self._docket.lack("manifest", text)

    def _give_ticks(self, found: dict[str, Any], config: Config, plan: Plan | None) -> None:
        """Put the tape beside the log, if there is one and it is the log's."""
        docket = self._docket
        if self._streams is None or plan is None:
            asked = "the ticks: give them with --ticks"
            docket.lack_ticks(asked if plan else "the run's plan, which the log does not hold")
            return
        order = sorted(self._streams, key=lambda one: (KINDS.index(one.kind.value), one.symbol))
        entries = [
            {
                "symbol": one.symbol,
                "kind": one.kind.value,
                "rows": len(one),
                "digest": digest_of(one),
            }
            for one in order
        ]
        if entries != list(found["tapes"]):
            self._tell_tapes("ticks", entries, found["tapes"])
            docket.lack_ticks("the log's own ticks: nothing was compared with those given")
            return
        wanted = [(one.symbol, kind) for one in config.instruments for kind in one.streams]
        have = [(one.symbol, one.kind.value) for one in order]
        if sorted(wanted) != sorted(have):
            self._tell_tapes("price streams", have, wanted)
        assert self._witness is not None
        known = [one for one in order if (one.symbol, one.kind.value) in wanted and len(one)]
        reels = [Reel(one, plan.start_ns, plan.end_ns) for one in known]
        self._walk = Walk(self._witness, reels, docket.report)

    def _give_funding(self, found: dict[str, Any], plan: Plan | None) -> None:
        entries = [
            {"symbol": one.symbol, "rows": len(one), "digest": digest_of_funding(one)}
            for one in sorted(self._funding, key=lambda series: series.symbol)
        ]
        if plan is None:
            self._docket.lack("funding", "the run's plan")
        elif not self._funding and found["funding"]:
            names = ", ".join(str(one.get("symbol")) for one in found["funding"])
            self._docket.lack("funding", f"the funding rates of {names}: give them with --funding")
            assert self._schedule is not None
            self._schedule.knows_funding = False
        elif entries != list(found["funding"]):
            self._tell_tapes("funding series", entries, found["funding"])

    def _tell_tapes(self, what: str, found: Any, expected: Any) -> None:
        self._docket.report(
            Finding(
                check="manifest",
                what=f"the {what} given are not those that the log names",
                found=_listed(found),
                expected=_listed(expected),
                seq=0,
            )
        )

    def _take(self, batch: Stored) -> bool:
        """Hear a batch; return whether what follows can be heard."""
        docket = self._docket
        try:
            facts = list(_facts(batch))
        except FormError as error:
            docket.stop("form", batch.records[0].seq if batch.records else -1, str(error))
            return False
        docket.count("form", len(facts))
        if facts:
            try:
                self._hear(facts[0], facts[1:])
            except (ArithmeticError, LookupError, ValueError) as error:
                text = f"nothing from here on can be judged ({error!r})"
                docket.stop("causes", facts[0].seq, text)
                return False
            if self._progress is not None:
                self._progress(facts[0].time_ns)
        return True

    def _hear(self, command: Fact, events: list[Fact]) -> None:
        witness = self._witness
        assert witness is not None
        if command.type in OBSERVATIONS and not self._known(command):
            return
        if self._schedule is not None:
            self._schedule.pass_to(command)
        is_tick = command.type in OBSERVATIONS
        if is_tick and not events:
            self._take_quiet(command)
            return
        with self._docket.hearing() as findings:
            if self._walk is not None:
                (self._walk.to_tick if is_tick else self._walk.to_command)(command)
            pools = pools_tried(witness.book, events)
            late = {pool: one for pool in pools if (one := witness.overdue(pool)) is not None}
            adding = frozenset(pool for pool in pools if adds_margin(witness.book, pool))
            hearing = witness.hear(command, events)
        court = Court(command, findings, adding, late, ticks=self._walk is not None)
        self._docket.liquidations += court.verdicts(hearing.heard, len(self._docket.liquidations))
        if self._ear is not None:
            self._ear(command, hearing, witness.book)

    def _known(self, command: Fact) -> bool:
        """Return whether a tick is of a stream that the run has."""
        assert self._witness is not None
        instrument = self._witness.book.instruments.get(command.symbol)
        if instrument is not None and OBSERVATIONS[command.type] in instrument.streams:
            return True
        self._docket.report(
            Finding(
                check="ticks",
                what=f"{command.type} of a stream that the run does not have",
                found=command.symbol,
                seq=command.seq,
                time_ns=command.time_ns,
            )
        )
        return False

    def _take_quiet(self, tick: Fact) -> None:
        assert self._witness is not None
        if self._walk is not None:
            self._walk.to_quiet(tick)
        else:
            self._witness.tell(tick)

    def _close(self) -> None:
        witness, docket = self._witness, self._docket
        assert witness is not None
        book = witness.book
        docket.finished = book.ended
        if total := book.total():
            docket.report(
                Finding(
                    check="money",
                    what="all money, everywhere, does not sum to zero",
                    found=written(total),
                    expected="0",
                    rule="1.4",
                )
            )
        docket.count("chain", docket.records)
        docket.count("money", docket.batches)
        docket.count("causes", docket.batches)
        if self._schedule is not None:
            docket.count("funding", self._schedule.settled)
            if book.ended:
                self._schedule.finish(Fact(docket.records - 1, book.time_ns, "RunEnded"))
        if self._walk is not None:
            docket.count("ticks", self._walk.recorded)
        if is_database(self._log):
            for fault in file_faults(self._log, finished=book.ended):
                docket.report(Finding(check=fault.check, what=fault.text, seq=fault.seq))


def _facts(batch: Stored) -> Iterator[Fact]:
    for place, record in enumerate(batch.records):
        wanted = "event" if place else "command"
        if record.kind != wanted:
            raise FormError(f"record {record.seq}: a {record.kind}, expected the batch's {wanted}")
        yield read_fact(record.seq, record.time_ns, record.kind, record.type, record.body)


def _listed(entries: Sequence[Any]) -> str:
    rows = (entry.values() if isinstance(entry, dict) else entry for entry in entries)
    return "; ".join(" ".join(map(str, row)) for row in rows) or "none"
