"""Parting: where exactly a fork leaves its parent's log, and what the log holds on both sides."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from perplab.domain import commands as cm
from perplab.domain.events import LiquidationStarted
from perplab.journal.chain import Block
from perplab.journal.journal import Journal
from perplab.lab.points import Point
from perplab.venue.forks import BY_ITSELF, MADE_BY_VENUE
from perplab.venue.moments import format_time
from perplab.venue.plan import Others, Plan, RecordedCommand

_TICKS = {kind.__name__ for kind in (cm.ObserveTrade, cm.ObserveMark, cm.ObserveQuote)}
_VENUE = {kind.__name__ for kind in MADE_BY_VENUE}
_BY_ITSELF = {kind.__name__ for kind in BY_ITSELF}
_OPENING = {
    kind.__name__
    for kind in (
        *(cm.StartRun, cm.OpenAccount, cm.Deposit, cm.SetMarginMode, cm.SetLeverage),
        cm.OpenHolders,
    )
}


class ForkError(ValueError):
    """A fork that cannot be made: what was asked for, and what would do."""


@dataclass(slots=True, kw_only=True)
class Parting:
    """Where a fork leaves its parent.

    `seq` is the last record that both must have in common, with its batch's `hash`. With
    `after_seq` they part right after that batch, otherwise at `time_ns`. `event` is the type of
    the event that was asked for, if one was; `concerned` are the accounts that the batch at the
    point is about, `opened` those that are open by then, `commands` what was asked for later, to
    be given again.
    """

    time_ns: int
    after_seq: int | None
    event: str = ""
    seq: int = 0
    hash: str = ""
    concerned: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    commands: tuple[RecordedCommand, ...] = ()


def parting_of(journal: Journal, plan: Plan, point: Point, others: Others) -> Parting:
    """Return where a fork at a point parts, or raise `ForkError` where none can.

    A point after a command's batch is that place itself. A point at a tick, or at a time at
    which nothing was asked for, is the moment when all ticks of its time are in. At a
    liquidation it is the last moment at which something could be done: a nanosecond before.
    """
    blocks = [block for block in journal.blocks() if block.number]
    asked = next(block for block in blocks if block.last.seq == point.seq)
    there, time_ns = asked, point.time_ns
    if point.event == LiquidationStarted.__name__:
        time_ns -= 1
        there = next(block for block in reversed(blocks) if _time(block) <= time_ns)
    exact = not _is_tick(there) and _time(there) == time_ns
    seq = there.last.seq
    parting = Parting(time_ns=time_ns, after_seq=seq if exact else None, event=point.event)
    before = [block for block in blocks if _is_before(block, parting)]
    shared = [block for block in before if not _is_quiet(block)]
    _demand_open(parting, before, point)
    _demand_later(plan, journal, parting)
    parting.seq, parting.hash = shared[-1].last.seq, shared[-1].hash
    parting.opened = [
        name for block in before if _type(block) == "OpenAccount" for name in _accounts(block)
    ]
    parting.concerned = list(dict.fromkeys(_accounts(asked, point.event)))
    if others is not Others.AGENTS:
        _demand_opened(blocks, plan, parting)
    if others is Others.RECORDED:
        if not journal.finished:
            raise ForkError(
                f"{journal.path}: its run is unfinished, so what was asked for later is not"
                " recorded; resume the run first, or fork without --recorded"
            )
        parting.commands = asked_for(blocks, len(before))
    return parting


def _is_before(block: Block, parting: Parting) -> bool:
    """Return whether a batch belongs to what comes before the fork."""
    if parting.after_seq is not None:
        return block.first.seq <= parting.after_seq
    time_ns = _time(block)
    return time_ns < parting.time_ns or (time_ns == parting.time_ns and _is_tick(block))


def _demand_open(parting: Parting, before: list[Block], point: Point) -> None:
    """Demand that the exchange is open at the point."""
    types = [_type(block) for block in before]
    if "StartRun" not in types:
        raise ForkError(
            f"record {point.seq}, {format_time(parting.time_ns)}: it comes before the exchange"
            " opens (StartRun); expected a later point"
        )
    if "EndRun" in types:
        raise ForkError(f"record {point.seq}: the run is over there; expected a point before it")


def _demand_later(plan: Plan, journal: Journal, parting: Parting) -> None:
    """Demand that a fork of a fork comes after what its parent did at its own."""
    parent = journal.manifest.parent
    if not plan.forks or parent is None:
        return
    last = plan.forks[-1]
    if parting.after_seq is None:
        place, later = format_time(parting.time_ns), parting.time_ns > last.time_ns
    else:
        place, later = f"record {parting.after_seq}", parting.after_seq > parent.seq
    if not later:
        raise ForkError(
            f"{place} is not after the point at which {journal.path} was forked itself (record"
            f" {parent.seq}, {format_time(last.time_ns)}); fork its parent there"
        )


def _demand_opened(blocks: list[Block], plan: Plan, parting: Parting) -> None:
    """Demand that every account is open and made its choices: nobody else will do it later."""
    last = 0
    for block in blocks:
        if _type(block) in _OPENING and _time(block) == plan.start_ns:
            last = block.last.seq
        elif not _is_tick(block):
            break
    if parting.seq < last:
        raise ForkError(
            f"record {parting.seq}: the accounts are still being opened there; without the agents,"
            f" expected a point from record {last} on"
        )


def asked_for(blocks: Sequence[Block], first: int) -> tuple[RecordedCommand, ...]:
    """Return what somebody asked for from a batch on, not what the venue does by itself."""
    own = Counter(_time(block) for block in blocks if _type(block) in _BY_ITSELF)
    done: Counter[int] = Counter()
    commands = []
    for place, block in enumerate(blocks):
        command = block.first
        after = done[command.time_ns]
        if command.type in _BY_ITSELF:
            done[command.time_ns] += 1
        elif place >= first and command.type not in _VENUE and not _is_tick(block):
            early = after < own[command.time_ns]
            recorded = RecordedCommand(
                time_ns=command.time_ns,
                early=early,
                after=after if early else 0,
                type=command.type,
                body=command.body,
            )
            commands.append(recorded)
    return tuple(commands)


def _accounts(block: Block, event: str = "") -> Iterator[str]:
    """Yield the accounts that a batch, or its events of a type, are about."""
    for record in block.records:
        name = json.loads(record.body).get("account")
        if name and event in {"", record.type}:
            yield name


def _time(block: Block) -> int:
    return block.first.time_ns


def _type(block: Block) -> str:
    return block.first.type


def _is_tick(block: Block) -> bool:
    return _type(block) in _TICKS


def _is_quiet(block: Block) -> bool:
    return _is_tick(block) and len(block.records) == 1
