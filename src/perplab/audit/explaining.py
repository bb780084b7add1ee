"""Explaining: the story of one liquidation, from the opening of its pool to its last unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np

from perplab.audit.auditing import audit_log
from perplab.audit.book import Book, Pool
from perplab.audit.exact import SCALE
from perplab.audit.hearing import Hearing
from perplab.audit.log import read_log
from perplab.audit.margin import transferable
from perplab.audit.messages import OBSERVATIONS, Fact, read_fact
from perplab.audit.rescue import Marks, Need, Part, Stretch, need_of
from perplab.audit.risk import assess
from perplab.audit.verdict import Audit, Liquidation
from perplab.tape.stream import FundingSeries, Stream


class NoSuchLiquidation(ValueError):  # noqa: N818  # a sentence, not a category
    """A liquidation that a log does not have; the message says how many it has."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment at which more margin could have been put in.

    `what` is the opening, a margin call, or the liquidation before this one.

    `margin_ratio` is None where equity is not above zero; `most` is what could have been added.
    """

    what: str
    time_ns: int
    seq: int
    margin_ratio: Fraction | None
    marks: Mapping[str, Fraction]
    most: Fraction


@dataclass(frozen=True, slots=True)
class Rescue:
    """What would have just sufficed from a moment on: through the liquidation, and to the end."""

    moment: Moment
    through: Need
    to_end: Need


@dataclass(slots=True)
class Explanation:
    """All that is told of one liquidation.

    `facts` are those of its account, from the opening of the pool to the end of the liquidation;
    `whole` says whether all prices were known, or only those that the log holds. With `auto_add`
    on there is no rescue: money put in sooner changes what is added later.
    """

    audit: Audit
    liquidation: Liquidation
    facts: list[Fact] = field(default_factory=list)
    rescues: list[Rescue] = field(default_factory=list)
    marks: dict[str, Marks] = field(default_factory=dict)
    cause: Fact | None = None
    opened_ns: int = 0
    end_ns: int = 0
    whole: bool = False
    auto_add: bool = False


def explain_liquidation(
    log: Path,
    number: int,
    *,
    streams: Sequence[Stream] | None = None,
    funding: Sequence[FundingSeries] = (),
) -> Explanation:
    """Return the explanation of a log's nth liquidation, counted from 1.

    Raises `NoSuchLiquidation`, or `AuditError` if the log cannot be read.
    """
    audit = audit_log(log, streams=streams, funding=funding)
    if not 1 <= number <= len(audit.liquidations):
        has = len(audit.liquidations)
        text = f"{has}, counted from 1" if has else "none"
        raise NoSuchLiquidation(f"liquidation:{number}: {log} has {text}")
    chosen = audit.liquidations[number - 1]
    follower = _Follower(chosen)
    audit_log(log, streams=streams, funding=funding, ear=follower.hear)
    told = Explanation(audit, chosen, facts=follower.facts, cause=follower.cause)
    told.whole, told.auto_add = streams is not None, follower.auto_add
    told.opened_ns, told.end_ns = follower.opened_ns, follower.end_ns
    told.marks = _recorded(log, follower.mark_kinds)
    for stream in streams or ():
        if follower.mark_kinds.get(stream.symbol) == stream.kind.value:
            times, prices = np.asarray(stream.time_ns), np.asarray(stream.price)
            told.marks[stream.symbol] = Marks(times, prices)
    told.rescues = [
        Rescue(
            moment,
            need_of(follower.stretches, told.marks, moment.time_ns, chosen.time_ns),
            need_of(follower.stretches, told.marks, moment.time_ns, follower.end_ns),
        )
        for moment in follower.moments
        if moment.time_ns < chosen.time_ns and not follower.auto_add
    ]
    return told


class _Follower:
    """Listens to an audit, and keeps what concerns one liquidation's pool."""

    def __init__(self, chosen: Liquidation) -> None:
        self.pool = Pool(chosen.account, chosen.symbol, chosen.side)
        self.facts: list[Fact] = []
        self.moments: list[Moment] = []
        self.stretches: list[Stretch] = []
        self.cause: Fact | None = None
        self.opened_ns = self.end_ns = 0
        self.auto_add = False
        self.mark_kinds: dict[str, str] = {}
        self._chosen = chosen
        self._over = False

    def hear(self, command: Fact, hearing: Hearing, book: Book) -> None:
        """Take a batch."""
        self.end_ns = command.time_ns
        if self._over:
            return
        for symbol, instrument in book.instruments.items():
            self.mark_kinds[symbol] = instrument.mark_stream
        mine = [fact for fact in hearing.heard if fact.account == self.pool.account]
        self._take(command, mine)
        if self.cause is not None:
            self._over = True
            return
        account = book.accounts.get(self.pool.account)
        if account is None:
            return
        if not book.legs(self.pool):
            # The next opening begins the story anew.
            self.stretches, self.moments, self.facts = [], [], []
            return
        ours = {fact.type for fact in mine if self._is_pools(fact)}
        parted = "PositionReduced" in ours and bool(self.pool.symbol)
        if parted or "LiquidationEnded" in ours:
            # What is put in before gives way there: a part goes with the part that was closed, or
            # there would have been no such liquidation. Begin anew.
            self.stretches, self.moments = [], []
        self._stretch(command.time_ns, book)
        if not self.moments:
            after = "liquidation before" if "LiquidationEnded" in ours else "part closed"
            opened = not (parted or "LiquidationEnded" in ours)
            self._moment("opened" if opened else after, command, book)
            self.opened_ns = command.time_ns if opened else self.opened_ns
        elif "MarginCalled" in ours:
            self._moment("margin call", command, book)
        position = account.positions.get(self.pool[1:])
        self.auto_add = position is not None and position.auto_add

    def _take(self, command: Fact, mine: list[Fact]) -> None:
        """Keep the account's facts, up to the end of the liquidation."""
        for fact in mine:
            if fact.seq <= self._chosen.last_seq:
                self.facts.append(fact)
            if fact.seq == self._chosen.first_seq:
                self.cause = command

    def _is_pools(self, fact: Fact) -> bool:
        names = fact.body.get("symbol"), fact.body.get("position_side")
        return names == (self.pool.symbol, self.pool.side)

    def _stretch(self, time_ns: int, book: Book) -> None:
        parts = tuple(
            Part(
                leg.symbol,
                leg.position.quantity,
                leg.position.cost,
                book.instruments[leg.symbol].table,
            )
            for leg in book.legs(self.pool)
        )
        wallet = book.wallet(self.pool)
        last = self.stretches[-1] if self.stretches else None
        if last is None or (last.wallet, last.parts) != (wallet, parts):
            self.stretches.append(Stretch(time_ns, wallet, parts))

    def _moment(self, what: str, command: Fact, book: Book) -> None:
        risk = assess(book, self.pool)
        ratio = risk.maintenance / risk.equity if risk.equity > 0 else None
        symbols = dict.fromkeys(leg.symbol for leg in book.legs(self.pool))
        marks = {symbol: book.prices[symbol].mark for symbol in symbols}
        account = book.accounts[self.pool.account]
        most = transferable(book, account) if self.pool.symbol else account.wallets["spot"]
        self.moments.append(Moment(what, command.time_ns, command.seq, ratio, marks, most))


def _recorded(log: Path, kinds: Mapping[str, str]) -> dict[str, Marks]:
    """Return the marks that a log itself holds, by symbol."""
    times: dict[str, list[int]] = {symbol: [] for symbol in kinds}
    prices: dict[str, list[int]] = {symbol: [] for symbol in kinds}
    for batch in read_log(log):
        for record in batch.records:
            kind = OBSERVATIONS.get(record.type)
            if record.kind != "command" or kind is None or kind == "quote":
                continue
            fact = read_fact(*record[:1], record.time_ns, record.kind, record.type, record.body)
            if kinds.get(fact.symbol) == kind:
                times[fact.symbol].append(fact.time_ns)
                prices[fact.symbol].append(int(fact["price"] * SCALE))
    return {
        symbol: Marks(np.array(times[symbol], np.int64), np.array(prices[symbol], np.int64))
        for symbol in kinds
        if times[symbol]
    }
