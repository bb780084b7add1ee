"""Positions: those of an account rebuilt from its trades, each realized profit checked."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from perplab.audit.exact import UNIT, ZERO, half_up, written
from perplab.audit.foreign.records import Snapshot, Trade
from perplab.audit.foreign.report import Report

OPENED_BEFORE = "the trades back to when the position was opened: it is older than the first given"
LOST = "the trades that are missing: two realized profits running do not fit what was held"
HEDGED = (
    "the position side of each trade: one that should have closed a position realized nothing, as"
    " in hedge mode (GET /fapi/v1/userTrades tells it)"
)
_LOST_AFTER = 2


class State(NamedTuple):
    """A position from a time on: signed quantity and cost; not `known` if trades are missing."""

    time_ns: int
    quantity: Fraction
    cost: Fraction
    known: bool

    @property
    def entry(self) -> Fraction:
        """Return the average entry price, 0 where nothing is held."""
        return self.cost / self.quantity if self.quantity else ZERO


_NOTHING = State(-1, ZERO, ZERO, known=True)


@dataclass(slots=True)
class _Held:
    """A position as it is carried from trade to trade."""

    symbol: str
    quantity: Fraction = ZERO
    cost: Fraction = ZERO
    missing: str = ""
    """What is missing to know it, empty while it is known."""
    direction: int = 0
    """Of an unknown position: which way it points, as its realized profits say."""
    wrong: int = 0
    states: list[State] = field(default_factory=list)

    def take(self, trade: Trade, report: Report) -> None:
        """Carry the position over a trade."""
        if self.missing and not self._was_flat(trade):
            self._stay_unknown(trade, report)
        else:
            self._check(trade, report)
        self.states.append(State(trade.time_ns, self.quantity, self.cost, not self.missing))

    def _was_flat(self, trade: Trade) -> bool:
        """Return whether an unknown position ended before a trade, which realizes nothing.

        It is on the side that closed the position, so it opens a new one.
        """
        if trade.realized or not self.direction or trade.side == self.direction:
            return False
        if self.missing == HEDGED:
            return False
        self.quantity = self.cost = ZERO
        self.missing, self.wrong = "", 0
        return True

    def _stay_unknown(self, trade: Trade, report: Report) -> None:
        if trade.realized:
            self.direction = -trade.side
        for check in ("positions", "profit"):
            report.cannot(
                check, self.missing, time_ns=trade.time_ns, symbol=self.symbol, row=trade.row
            )

    def _check(self, trade: Trade, report: Report) -> None:
        closed = self._closed(trade)
        if trade.realized and not closed:
            self.missing = OPENED_BEFORE
            self._stay_unknown(trade, report)
            return
        side = 1 if self.quantity > 0 else -1
        entry = self.cost / self.quantity if self.quantity else ZERO
        due = side * closed * (trade.price - entry)
        if not trade.realized and due and "position_side" not in trade.row.columns:
            self.missing = HEDGED
            self._stay_unknown(trade, report)
            return
        self._judge(trade, due, closed, report)
        self.quantity += trade.side * trade.quantity
        self.cost += -side * closed * entry + trade.side * (trade.quantity - closed) * trade.price
        if not self.missing:
            report.right("positions")

    def _closed(self, trade: Trade) -> Fraction:
        opposite = self.quantity * trade.side < 0
        return min(abs(self.quantity), trade.quantity) if opposite else ZERO

    def _judge(self, trade: Trade, expected: Fraction, closed: Fraction, report: Report) -> None:
        """Compare the realized profit. Its entry price may have been cut after 8 decimals."""
        if abs(trade.realized - expected) <= 2 * UNIT + closed * UNIT:
            self.wrong = 0
            report.right("profit")
            return
        self.wrong += 1
        report.violated(
            "profit",
            f"closing {written(closed)} at {written(trade.price)} did not realize what it should",
            found=written(trade.realized),
            expected=written(half_up(expected)),
            rule="13.5",
            time_ns=trade.time_ns,
            symbol=trade.symbol,
            row=trade.row,
        )
        if self.wrong >= _LOST_AFTER:
            self.missing = LOST


class Positions:
    """What an account held, by symbol and position side, at every moment."""

    def __init__(self, held: Iterable[tuple[tuple[str, str], _Held]]) -> None:
        self._states = {key: one.states for key, one in held}

    def before(self, symbol: str, position_side: str, time_ns: int) -> State:
        """Return the position just before a time: nothing before the first trade."""
        states = self._of(symbol, position_side)
        index = bisect_left(states, time_ns, key=lambda state: state.time_ns)
        return states[index - 1] if index else _NOTHING

    def at(self, symbol: str, position_side: str, time_ns: int) -> State:
        """Return the position after all that happened up to a time."""
        states = self._of(symbol, position_side)
        index = bisect_right(states, time_ns, key=lambda state: state.time_ns)
        return states[index - 1] if index else _NOTHING

    def span(self, symbol: str) -> tuple[int, int] | None:
        """Return the times of a symbol's first and last trade, None if it was not traded."""
        times = [state.time_ns for side in self.sides(symbol) for state in self._of(symbol, side)]
        return (min(times), max(times)) if times else None

    def _of(self, symbol: str, side: str) -> list[State]:
        return self._states.get((symbol, side), [])

    def sides(self, symbol: str) -> list[str]:
        """Return the position sides that were traded of a symbol."""
        return [side for traded, side in self._states if traded == symbol]


def rebuild(trades: Sequence[Trade], report: Report) -> Positions:
    """Return the positions that trades make, and report realized profits. Rules 13.1 to 13.5."""
    held: dict[tuple[str, str], _Held] = {}
    for trade in trades:
        key = trade.symbol, trade.position_side
        held.setdefault(key, _Held(trade.symbol)).take(trade, report)
    return Positions(held.items())


def check_snapshots(snapshots: Sequence[Snapshot], positions: Positions, report: Report) -> None:
    """Compare printed positions with the rebuilt ones."""
    for one in snapshots:
        span = positions.span(one.symbol)
        time_ns = one.time_ns if one.time_ns >= 0 or span is None else span[1]
        state = positions.at(one.symbol, one.position_side, time_ns)
        if span is None or time_ns < span[0] or not state.known:
            if one.quantity:
                missing = "the trades that made the printed positions"
                report.cannot("positions", missing, symbol=one.symbol, row=one.row)
            continue
        _compare(one, state, report)


def _compare(one: Snapshot, state: State, report: Report) -> None:
    """Compare a printed position; its entry price may have been rounded or cut."""
    unit = Fraction(1, 10**one.entry_decimals)
    same = one.quantity == state.quantity
    if same and (not one.quantity or abs(state.entry - one.entry) <= unit):
        report.right("positions")
        return
    report.violated(
        "positions",
        "the trades do not make the printed position: some are missing, or are another account's",
        found=f"{written(one.quantity)} at {written(one.entry)}",
        expected=f"{written(state.quantity)} at {written(state.entry)}",
        rule="13.2",
        time_ns=one.time_ns,
        symbol=one.symbol,
        row=one.row,
    )
