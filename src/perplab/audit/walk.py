"""Walk: goes along the tape from batch to batch, and looks at every tick that may have mattered."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from perplab.audit.exact import ZERO, of_units, written
from perplab.audit.hearing import Report, about
from perplab.audit.messages import OBSERVATIONS, Fact
from perplab.audit.tape import Reel
from perplab.audit.tick import Tick, tick_of
from perplab.audit.witness import Witness, follow

_FIRST_LOOK = 4_096
"""How many rows are searched first: what comes next is often near."""


class Place(NamedTuple):
    """A row of the tape in the order of things: of equal times the earlier stream goes first."""

    time_ns: int
    turn: int
    row: int


class Walk:
    """The tape beside a log: `reels` stand in the turn of their streams."""

    def __init__(self, witness: Witness, reels: Sequence[Reel], report: Report) -> None:
        self.recorded = 0
        self._witness = witness
        self._reels = reels
        self._report = report
        self._quiet: dict[int, list[Fact]] = {}

    @property
    def rows(self) -> int:
        """Return how many rows of the tape were passed."""
        return sum(reel.next - reel.first for reel in self._reels)

    def to_quiet(self, fact: Fact) -> None:
        """Go to a recorded tick that caused nothing, and past it."""
        turn = self._turn(fact)
        if turn is None:
            return
        self._quiet.setdefault(turn, []).append(fact)
        row = fact["row"]
        if self._check(fact, turn):
            self._advance(self._limits(fact.time_ns, turn, row + 1))

    def to_tick(self, fact: Fact) -> None:
        """Go to just before a recorded tick that caused something."""
        turn = self._turn(fact)
        if turn is None:
            return
        if self._check(fact, turn):
            self._advance(self._limits(fact.time_ns, turn, fact["row"]))
            self._check_current(fact, own=turn)
            reel = self._reels[turn]
            reel.next = reel.recorded = fact["row"]
            reel.next += 1

    def to_command(self, fact: Fact) -> None:
        """Go to a command: all ticks of its time come before it. Rule 19.7."""
        self._advance([min(reel.rows_until(fact.time_ns), reel.end) for reel in self._reels])
        self._check_current(fact)

    def _turn(self, fact: Fact) -> int | None:
        """Return which stream a recorded tick is of, None if the tape has no such stream."""
        self.recorded += 1
        source = (fact.symbol, OBSERVATIONS[fact.type])
        for turn, reel in enumerate(self._reels):
            if reel.source == source:
                return turn
        self._tell(fact, "the tape has no such stream", found=" ".join(source))
        return None

    def _limits(self, time_ns: int, turn: int, end: int) -> list[int]:
        """Return up to which row each stream has been read at a tick of one of them."""
        limits = []
        for place, reel in enumerate(self._reels):
            before = reel.rows_until if place < turn else reel.rows_before
            limits.append(end if place == turn else min(before(time_ns), reel.end))
        return limits

    def _check(self, fact: Fact, turn: int) -> bool:
        """Return whether a recorded tick is the tape's row, unread yet; report how it is not."""
        reel, row = self._reels[turn], fact["row"]
        if not reel.first <= row < reel.end:
            self._tell(
                fact,
                "its row is not one of the run's",
                found=str(row),
                expected=f"{reel.first} to {reel.end - 1}",
            )
            return False
        if row < reel.next:
            self._tell(
                fact, "its row was passed already", found=str(row), expected=f"{reel.next} or later"
            )
            return False
        found, real = tick_of(fact), self._with_range(reel, row)
        for name in ("time_ns", "price", "ask", "quantity", "low", "high"):
            one, other = getattr(found, name), getattr(real, name)
            if one != other:
                self._tell(
                    fact,
                    f"row {row} of the tape has another {name}",
                    found=written(one),
                    expected=written(other),
                )
        return found.time_ns == real.time_ns

    def _with_range(self, reel: Reel, row: int) -> Tick:
        """Return the tape's row as it is to be recorded: with its range while stops trail it."""
        tick = reel.tick(row)
        kind, symbol = tick.kind, tick.symbol
        if kind == "quote" or not self._witness.book.trailing(kind, symbol):
            return tick
        low, high = map(of_units, reel.extent(reel.recorded + 1, row + 1))
        return tick._replace(
            low=low if low < tick.price else ZERO, high=high if high > tick.price else ZERO
        )

    def _check_current(self, fact: Fact, own: int = -1) -> None:
        """Report current prices that were not recorded, and recorded ones that were not current."""
        for turn, reel in enumerate(self._reels):
            told = self._quiet.get(turn, [])
            current = reel.next - 1
            wanted = [current] if turn != own and current > reel.recorded else []
            rows = [one["row"] for one in told]
            if rows != wanted:
                symbol, kind = reel.source
                self._tell(
                    told[-1] if told else fact,
                    f"the rows of {symbol} {kind} recorded before this batch are not the"
                    " current one",
                    found=", ".join(map(str, rows)) or "none",
                    expected=", ".join(map(str, wanted)) or "none",
                )
            reel.recorded = max(reel.recorded, current if turn != own else -1)
        self._quiet = {}

    def _advance(self, limits: list[int]) -> None:
        """Go to these rows; each tick on the way at which something may be due is looked at."""
        while (place := self._first(limits)) is not None:
            self._pass([self._until(reel, turn, place) for turn, reel in enumerate(self._reels)])
            self._witness.judge(self._reels[place.turn].tick(place.row))
        self._pass([max(reel.next, limit) for reel, limit in zip(self._reels, limits, strict=True)])

    def _until(self, reel: Reel, turn: int, place: Place) -> int:
        if turn == place.turn:
            return place.row + 1
        before = reel.rows_until if turn < place.turn else reel.rows_before
        return max(reel.next, min(before(place.time_ns), reel.end))

    def _first(self, limits: list[int]) -> Place | None:
        """Return the first row before the limits that is outside its fence or returns to a stop.

        All streams are searched up to the same time, then further, in longer and longer steps.
        """
        starts, look = [reel.next for reel in self._reels], _FIRST_LOOK
        while any(start < limit for start, limit in zip(starts, limits, strict=True)):
            ends = self._horizon(starts, limits, look)
            found = [
                Place(int(reel.times[row]), turn, row)
                for turn, reel in enumerate(self._reels)
                for row in self._candidates(reel, starts[turn], ends[turn])
            ]
            if found:
                return min(found)
            starts, look = ends, 2 * look
        return None

    def _horizon(self, starts: list[int], limits: list[int], look: int) -> list[int]:
        """Return rows up to which no stream is searched further in time than any other."""
        open_ends = [
            int(reel.times[start + look])
            for reel, start, limit in zip(self._reels, starts, limits, strict=True)
            if start + look < limit
        ]
        if not open_ends:
            return limits
        until = min(open_ends)
        return [
            max(start, min(limit, reel.rows_until(until)))
            for reel, start, limit in zip(self._reels, starts, limits, strict=True)
        ]

    def _candidates(self, reel: Reel, start: int, end: int) -> Iterator[int]:
        symbol, kind = reel.source
        row = reel.leaving(start, end, *self._witness.fences.interval(reel.source))
        if row is not None:
            yield row
        for order in self._witness.trailing(kind, symbol):
            row = reel.returning(
                start,
                end,
                falls=order.falls,
                extreme=order.extreme,
                rate=order.callback_rate,
                activation=order.activation_price,
            )
            if row is not None:
                yield row

    def _pass(self, ends: list[int]) -> None:
        """Make the last rows before these ends the current prices, in their order."""
        last = []
        for turn, (reel, end) in enumerate(zip(self._reels, ends, strict=True)):
            if end > reel.next:
                self._trail(reel, end)
                last.append(Place(int(reel.times[end - 1]), turn, end - 1))
                reel.next = end
        for place in sorted(last):
            self._witness.observe(self._reels[place.turn].tick(place.row))

    def _trail(self, reel: Reel, end: int) -> None:
        """Let trailing stops follow the rows that are passed."""
        symbol, kind = reel.source
        if kind == "quote":
            return
        stops = self._witness.book.trailing(kind, symbol)
        if stops:
            low, high = map(of_units, reel.extent(reel.next, end))
            for order in stops:
                follow(order, high if order.falls else low)

    def _tell(self, fact: Fact, what: str, **more: str) -> None:
        text = f"{fact.type} {fact.symbol}: {what}" if fact.symbol else what
        self._report(about(fact, "ticks", text, rule="19", **more))
