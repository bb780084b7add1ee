"""Advising: the adviser asked about a moment of a log, as that moment knew it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from perplab.advice.adviser import advise
from perplab.advice.history import History
from perplab.advice.past import Past
from perplab.advice.terms import Terms
from perplab.advice.verdict import Advice, AdviceError
from perplab.domain.commands import PositionSide
from perplab.domain.events import LiquidationStarted
from perplab.domain.instrument import Kind
from perplab.domain.state import State
from perplab.journal import database
from perplab.journal.journal import Journal
from perplab.journal.manifest import config_of
from perplab.journal.rebuild import fold
from perplab.lab.amounts import moment, span
from perplab.lab.points import Point, point_of
from perplab.lab.recorded import demand_same_prices
from perplab.tape.stream import FundingSeries, Stream
from perplab.venue.venue import Prices

_STALE_NS = 60_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: the point as `points.point_of` reads it, and of whom; None leaves it open."""

    at: str
    account: str | None = None
    symbol: str | None = None
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The advice on each position that was asked about, at a moment.

    `seq` is the last record that was known then; `before` says that it is the last one before the
    moment that was asked for, as that one liquidated.
    """

    time_ns: int
    seq: int
    before: bool
    advice: tuple[Advice, ...]
    notes: tuple[str, ...]


def ask(
    log: Path,
    question: Question,
    streams: Sequence[Stream] = (),
    funding: Sequence[FundingSeries] = (),
) -> Answer:
    """Return the advice on an account's open positions at a point of a log.

    Streams must be those that made the log, or `JournalError` names both hashes. Raises
    `PointError` for a point that the log does not have, `AdviceError` where nothing is held.
    """
    if streams:
        _demand_same(log, streams, funding)
    point = point_of(question.at, log, account=question.account)
    asked = _asked_of(log, point, question)
    before = asked.liquidated
    last = _last_before(log, point) if before else point.seq
    state, histories = _stand(log, last)
    now_ns = max(state.time_ns, point.time_ns - 1 if before else point.time_ns)
    stale: list[tuple[str, str]] = []
    if now_ns > state.time_ns:
        state.time_ns = now_ns
        stale = _catch_up(state, streams, now_ns)
    account = asked.account or _only_holder(state)
    places = _places(state, account, asked)
    past = Past(streams, now_ns)
    advice = tuple(
        advise(
            state,
            account,
            *place,
            history=histories.get(account, History(account)),
            past=past,
            terms=question.terms,
        )
        for place in places
    )
    told = {one.symbol for one in advice}
    notes = tuple(note for symbol, note in stale if symbol in told)
    return Answer(time_ns=now_ns, seq=last, before=before, advice=advice, notes=notes)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Of whom advice is asked, and whether the batch asked for liquidated them."""

    account: str | None
    symbol: str | None
    side: PositionSide | None
    liquidated: bool


def _asked_of(log: Path, point: Point, question: Question) -> _Asked:
    """Return what is asked, filled in from the event that was asked for."""
    account, symbol, side = question.account, question.symbol, None
    with Journal.open(log) as journal:
        if point.record:
            sql = "SELECT body FROM records WHERE seq = ?"
            (row,) = journal.query(sql, [point.record])
            body = json.loads(row["body"])
            account = account or body["account"]
            if symbol is None and body.get("symbol"):
                symbol, side = body["symbol"], PositionSide(body["position_side"])
        # A margin call may be answered by a liquidation at the very same tick.
        liquidations = journal.records(types=[LiquidationStarted.__name__], account=account)
        within = any(point.first <= record.seq <= point.seq for record in liquidations)
    return _Asked(account, symbol, side, bool(point.event) and within)


def _last_before(log: Path, point: Point) -> int:
    """Return the last record before a point's time: ticks of one time are seen together."""
    with Journal.open(log) as journal:
        sql = "SELECT max(seq) AS seq FROM records WHERE time_ns < ? OR seq = 0"
        (row,) = journal.query(sql, [point.time_ns])
        return int(row["seq"])


def _stand(log: Path, last_seq: int) -> tuple[State, dict[str, History]]:
    """Return the state after a record, and what happened to each account until then."""
    histories: dict[str, History] = {}
    with Journal.open(log) as journal, database.speaking(journal.path):
        state = State(config_of(journal.manifest.config))
        for _, first, batch in journal.batches():
            if first > last_seq:
                break
            fold(state, batch, first)
            for event in batch.events:
                name = getattr(event, "account", None)
                if name is not None:
                    histories.setdefault(name, History(name)).take(event, batch.time_ns)
    return state, histories


def _catch_up(state: State, streams: Sequence[Stream], now_ns: int) -> list[tuple[str, str]]:
    """Bring prices to the tape's at a moment between two records; return a note where none is."""
    for stream in streams:
        row = stream.last_row_at(now_ns)
        if row >= 0:
            _show(state, stream, row)
    notes = []
    for symbol, prices in state.prices.items():
        age_ns = now_ns - prices.mark_ns
        if prices.mark and age_ns > _STALE_NS and not streams:
            note = (
                f"{symbol}: the mark is that of {moment(prices.mark_ns)}, {span(age_ns)} before:"
                " the log holds no later one; --ticks gives the mark of the moment itself"
            )
            notes.append((symbol, note))
    return notes


def _show(state: State, stream: Stream, row: int) -> None:
    """Make a row the current price, where the state has none that is as new."""
    prices, kinds = state.prices[stream.symbol], state.instruments[stream.symbol].streams
    time_ns, price = int(stream.time_ns[row]), int(stream.price[row])
    if stream.kind is Kind.QUOTE:
        if time_ns > prices.quote_ns and stream.ask is not None:
            prices.bid, prices.ask = type(prices.bid)(price), type(prices.ask)(int(stream.ask[row]))
            prices.quote_ns = time_ns
        return
    is_mark = stream.kind is Kind.MARK
    if (is_mark or Kind.MARK not in kinds) and time_ns > prices.mark_ns:
        prices.mark, prices.mark_ns = type(prices.mark)(price), time_ns
    if (not is_mark or Kind.TRADE not in kinds) and time_ns > prices.last_ns:
        prices.last, prices.last_ns = type(prices.last)(price), time_ns


def _only_holder(state: State) -> str:
    holders = [name for name, one in state.accounts.items() if _held(state, name)]
    if not holders:
        raise AdviceError(f"no account holds a position at {moment(state.time_ns)}")
    if len(holders) > 1:
        raise AdviceError(f"several accounts hold positions; choose one: {', '.join(holders)}")
    return holders[0]


def _held(state: State, account: str) -> list[tuple[str, PositionSide]]:
    positions = state.accounts[account].positions
    return [place for place, position in positions.items() if position.quantity]


def _places(state: State, name: str, asked: _Asked) -> list[tuple[str, PositionSide]]:
    """Return the positions that are asked about."""
    if name not in state.accounts:
        known = ", ".join(state.accounts) or "none"
        raise AdviceError(f"account {name!r}: there is none at this moment; found {known}")
    held = _held(state, name)
    places = [
        (symbol, side)
        for symbol, side in held
        if asked.symbol in {None, symbol} and asked.side in {None, side}
    ]
    if not places:
        what = asked.symbol or "position"
        has = ", ".join(symbol for symbol, _ in held) or "nothing"
        at = moment(state.time_ns)
        raise AdviceError(f"account {name!r} holds no {what} at {at}; it holds {has}")
    return places


def _demand_same(log: Path, streams: Sequence[Stream], funding: Sequence[FundingSeries]) -> None:
    """Raise `JournalError` unless the streams are the log's; funding rates may be left out."""
    with Journal.open(log) as journal:
        manifest = journal.manifest
    if not funding:
        manifest = manifest.model_copy(update={"funding": ()})
    series = tuple(sorted(funding, key=lambda one: one.symbol))
    demand_same_prices(log, manifest, Prices(streams=tuple(streams), funding=series))
