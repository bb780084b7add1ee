"""Judging: where the tape says that the position is to be closed, and where a program closed it."""

from collections.abc import Sequence
from typing import Any

from peers.measuring import Measurement
from peers.tape import TICKS_PER_UNIT, Tape, Task

SPREAD = 1.05
"""How many ticks a fill may be away from the trade: one, the other side of the spread."""


def verdict(tape: Tape, task: Task, closed: dict[str, Any]) -> str:
    """Return whether a closing is right, in words; a wrong one begins with WRONG.

    Right is the row at which the task is due, or the one after it, for a program that decides on a
    tick and trades on the next; at the price of that row, give or take one tick.
    """
    due = tape.due(task)
    price, row = closed.get("price"), _row(tape, due, closed)
    if row is None or price is None:
        return f"WRONG: never closed; expected row {due:,}"
    what = f"row {row:,} at {price:,.1f}"
    if row not in (due, due + 1):
        return f"WRONG: {what}; expected row {due:,} at {_price(tape, due):,.1f}"
    traded = _price(tape, row)
    if abs(price - traded) * TICKS_PER_UNIT > SPREAD:
        return f"WRONG: {what}; the tape traded at {traded:,.1f}"
    return f"right: {what}" + (", a tick later" if row > due else "")


def answer(tape: Tape, task: Task, measured: Sequence[Measurement]) -> str:
    """Return the verdict on all rounds: the first wrong one, if there is one."""
    verdicts = [verdict(tape, task, one.reply.get("closed", {})) for one in measured]
    return min(verdicts, key=is_right)


def is_right(told: str) -> bool:
    """Return whether a verdict is that the answer is right."""
    return told.startswith("right")


def _price(tape: Tape, row: int) -> float:
    return int(tape.ticks[row]) / TICKS_PER_UNIT


def _row(tape: Tape, due: int, closed: dict[str, Any]) -> int | None:
    """Return the row that was told; of the rows of a time, the one that comes nearest to right."""
    if closed.get("row") is not None:
        return int(closed["row"])
    if closed.get("time_ms") is None:
        return None
    first = int(tape.time_ms.searchsorted(closed["time_ms"], "left"))
    end = int(tape.time_ms.searchsorted(closed["time_ms"], "right"))
    return min(max(due, first), max(first, end - 1))
