"""Corrupting: what a hand-made corruption is, and the words in which it changes a log."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from audit.forging import Corruption, Entry, Line, Log, bumped
from perplab.domain.numbers import format_units
from perplab.tape.stream import Stream

LIQUIDATION = (
    *("LiquidationStarted", "LiquidationOrdered", "LiquidationFilled", "LiquidationFeeCharged"),
    *("PositionReduced", "PositionClosed", "PositionTakenOver", "LiquidationEnded"),
    "OrderCanceled",
)


@dataclass(frozen=True, slots=True)
class Made:
    """A corruption by hand: in which world it is made, and the check that must see it."""

    world: str
    check: str
    change: Corruption


MADE: dict[str, Made] = {}


def corrupts(world: str, check: str) -> Callable[[Corruption], Corruption]:
    """Return a decorator that keeps a corruption under its function's name."""

    def keep(change: Corruption) -> Corruption:
        name = change.__name__
        assert name not in MADE, f"there are two corruptions called {name}"
        MADE[name] = Made(world, check, change)
        return change

    return keep


def add(line: Line, units: int = 1, decimals: int = 8) -> Callable[..., None]:
    """Return a function that changes fields of a line by so many units of the last decimal."""

    def to(*names: str) -> None:
        for name in names:
            line[name] = bumped(line[name], units, decimals)

    return to


def block(entry: Entry, account: str, types: tuple[str, ...] = LIQUIDATION) -> list[Line]:
    """Return an account's events of some types in a batch: by default its liquidation."""
    return [
        line for line in entry.events if line.body.get("account") == account and line.type in types
    ]


def take(entry: Entry, lines: list[Line]) -> list[Line]:
    """Take lines out of a batch and return them."""
    entry.lines = [one for one in entry.lines if not any(one is line for line in lines)]
    return lines


def stream_of(log: Log, symbol: str = "AAAUSDT", kind: str = "trade") -> Stream:
    """Return a price stream of the log's run."""
    streams = log.setup.prices.streams
    return next(one for one in streams if (one.symbol, one.kind.value) == (symbol, kind))


def tick(log: Log, row: int, symbol: str = "AAAUSDT") -> Entry:
    """Return a batch of a row of the tape's trades that nothing has followed yet."""
    stream = stream_of(log, symbol)
    size = 0 if stream.quantity is None else int(stream.quantity[row])
    body = {
        "symbol": symbol,
        "row": row,
        "price": format_units(int(stream.price[row])),
        "quantity": format_units(size),
    }
    return Entry(int(stream.time_ns[row]), [Line("command", "ObserveTrade", body)])


def at_row(log: Log, row: int, symbol: str = "AAAUSDT") -> Entry:
    """Return the batch of a row of trades: the log's own, or one that is put in its place."""
    for entry, line in log.lines():
        if line.type == "ObserveTrade" and (line["symbol"], line["row"]) == (symbol, row):
            return entry
    made = tick(log, row, symbol)
    later = [entry.time_ns >= made.time_ns for entry in log.entries]
    log.entries.insert(later.index(True), made)
    return made


def move(log: Log, entry: Entry, lines: list[Line], row: int) -> None:
    """Move events to the end of another row's batch."""
    at_row(log, row).lines.extend(take(entry, lines))
    if entry.command.type == "ObserveTrade" and not entry.events:
        log.entries.remove(entry)


def replace(log: Log, old: Line, *new: Line) -> None:
    """Put lines in the place of another."""
    log.insert_after(old, *new)
    for entry in log.entries:
        entry.lines = [line for line in entry.lines if line is not old]


def answered(command: Line, type_name: str, **more: Any) -> Line:
    """Return the event that grants a command, of the command's own fields and some more."""
    return Line("event", type_name, {**command.body, **more})
