"""Points: where in a log a question is asked, written as a record, a time or the nth event."""

import re
from pathlib import Path
from typing import NamedTuple

from perplab.domain.events import LiquidationStarted, MarginCalled
from perplab.journal.errors import differs
from perplab.journal.forms import shown
from perplab.journal.journal import Journal
from perplab.venue.moments import format_time, parse_time
from perplab.venue.words import ActionError

_EVENTS = {"margin-call": MarginCalled.__name__, "liquidation": LiquidationStarted.__name__}
_NTH = re.compile(rf"({'|'.join(_EVENTS)})(?::(\d{{1,9}}))?", re.ASCII)
_SEQ = re.compile(r"\d{1,9}", re.ASCII)
_FORMS = "a record's number, a time, margin-call[:n] or liquidation[:n]"


class PointError(ValueError):
    """A point that a log does not have: what was found, and what the log has."""


class Point(NamedTuple):
    """A moment between two batches of a log.

    `seq` is the last record of the batch after which we stand, `first` the first record of that
    batch, `time_ns` the moment itself: the batch's, or a later one that was asked for. `event` is
    the type of the event that was asked for and `record` its own seq, empty and 0 without one.
    """

    seq: int
    time_ns: int
    first: int
    event: str = ""
    record: int = 0


def point_of(text: str, log: Path, *, account: str | None = None) -> Point:
    """Return the point that a text names in a log, or raise `PointError`.

    A number of up to 9 digits is a record (`perplab show` prints them) and stands for the whole
    batch that holds it. A time is as `parse_time` reads it and takes in all that happened up to
    and at that time. `margin-call:2` and `liquidation` stand for the batch of the nth such event,
    the first without a number; with an account only its events count.
    """
    with Journal.open(log) as journal:
        return point_in(journal, text, account=account)


def point_in(journal: Journal, text: str, *, account: str | None = None) -> Point:
    """Return the point that a text names in a log that is open, as `point_of` does."""
    nth = _NTH.fullmatch(text)
    if nth is not None:
        return _at_event(journal, nth[1], int(nth[2] or 1), account)
    if _SEQ.fullmatch(text):
        return _at_record(journal, int(text))
    return _at_time(journal, text)


def _at_event(journal: Journal, name: str, number: int, account: str | None) -> Point:
    kind = _EVENTS[name]
    found = [record.seq for record in journal.records(types=[kind], account=account)]
    if not 1 <= number <= len(found):
        whose = f" of account {account!r}" if account is not None else ""
        has = f"has {len(found)}" if found else "has none"
        counted = "; they are counted from 1" if found else ""
        raise PointError(f"{name}:{number}: the log {has}{whose}{counted}")
    seq = found[number - 1]
    return _batch_of(journal, seq)._replace(event=kind, record=seq)


def _at_record(journal: Journal, seq: int) -> Point:
    last = journal.length - 1
    if seq > last:
        raise PointError(f"record {seq}: the last record of the log is {last}")
    if seq == 0:
        raise PointError("record 0: the manifest stands there; expected a record from 1 on")
    return _batch_of(journal, seq)


def _at_time(journal: Journal, text: str) -> Point:
    start_ns = _start_of(journal)
    try:
        time_ns = parse_time(text, start_ns)
    except ActionError as error:
        raise PointError(f"{text!r} is no point in a log; expected {_FORMS} ({error})") from error
    span = "SELECT min(time_ns) AS first, max(time_ns) AS last FROM records WHERE kind != ?"
    (times,) = journal.query(span, ["manifest"])
    first_ns, last_ns = times["first"], times["last"]
    if first_ns is None:
        raise PointError(f"{text}: the log holds no record beside its manifest")
    if not first_ns <= time_ns <= last_ns:
        raise PointError(
            f"{text}: {_told(time_ns)} is outside the run,"
            f" {format_time(first_ns)} to {format_time(last_ns)}"
        )
    asked = "SELECT max(seq) AS seq FROM records WHERE kind != ? AND time_ns <= ?"
    (found,) = journal.query(asked, ["manifest", time_ns])
    return _batch_of(journal, found["seq"])._replace(time_ns=time_ns)


def _batch_of(journal: Journal, seq: int) -> Point:
    """Return the point after the batch that holds a record."""
    asked = (
        "SELECT first_seq, last_seq, time_ns FROM batches JOIN records ON seq = last_seq"
        " WHERE first_seq <= ? AND last_seq >= ?"
    )
    found = list(journal.query(asked, [seq, seq]))
    if len(found) != 1:
        raise differs("batches", f"{len(found)} that hold it", "one", seq=seq).at(journal.path)
    (batch,) = found
    return Point(seq=batch["last_seq"], time_ns=batch["time_ns"], first=batch["first_seq"])


def _start_of(journal: Journal) -> int:
    """Return the start of the run, from which +30m counts."""
    start_ns = journal.manifest.scenario.get("start_ns", 0)
    if type(start_ns) is not int:
        what = "manifest, field 'scenario.start_ns'"
        raise differs(what, shown(start_ns), "a whole number", seq=0).at(journal.path)
    return start_ns


def _told(time_ns: int) -> str:
    """Return a time for people; one that no calendar has in nanoseconds."""
    try:
        return format_time(time_ns)
    except (ValueError, OverflowError):
        return f"{time_ns} ns since 1970"
