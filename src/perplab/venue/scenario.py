"""The scenario: a TOML file that names tapes, rules and accounts, made into a run."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from perplab.domain.instrument import Bracket, Config, Instrument, Kind
from perplab.domain.numbers import Price, format_units, parse_units
from perplab.tables.dated import DatedTables, read_dated
from perplab.tables.instruments import read_instruments
from perplab.tables.reading import TableError, read_toml
from perplab.tables.settings import settings_from
from perplab.tape.generator import generate
from perplab.tape.options import ReadOptions
from perplab.tape.reading import read
from perplab.tape.stream import FundingSeries, Stream
from perplab.venue.actions import parse_action
from perplab.venue.faults import fault_sentence
from perplab.venue.moments import format_time, parse_time, parse_touch
from perplab.venue.plan import (
    AccountPlan,
    Amount,
    BracketChange,
    ConstantFunding,
    FundingRate,
    Line,
    Moment,
    Plan,
)
from perplab.venue.venue import Prices, in_turn
from perplab.venue.words import ActionError

CandlePath = Literal["low-first", "high-first"]
NS_PER_HOUR = 3_600_000_000_000


class ScenarioError(ValueError):
    """A scenario that cannot be run: file and key, what was found, what was expected."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GenerateSpec(_Part):
    """A generated tape: see `perplab ticks generate`."""

    rows: int = Field(gt=0)
    seed: int = 7
    scenario: Literal["calm", "flash-crash", "gap", "bleed"] = "flash-crash"
    symbol: str = Field(default="BTCUSDT", min_length=1)
    start_price: Amount = "60000"


class TapeSpec(_Part):
    """Tick files of one kind of reading, or a generated tape."""

    files: tuple[str, ...] = ()
    symbol: str | None = Field(default=None, min_length=1)
    kind: Kind | Literal["funding"] | None = None
    columns: dict[str, str] | None = None
    generate: GenerateSpec | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if not self.files and self.generate is None:
            raise ValueError("it has no prices; expected files or generate")
        if self.generate is not None and self.model_fields_set != {"generate"}:
            others = ", ".join(sorted(self.model_fields_set - {"generate"}))
            raise ValueError(f"it has generate and also {others}; make two tapes of them")
        return self


class FundingSpec(_Part):
    """A constant funding rate; a funding file is a tape of kind funding."""

    rate: FundingRate
    symbol: str | None = None
    interval_hours: int = Field(default=8, gt=0)


class InstrumentSpec(_Part):
    """What differs from the configured filters of a symbol."""

    tick: Amount | None = None


class Scenario(_Part):
    """A whole run as a person writes it."""

    name: Line = ""
    start: Annotated[Moment, Field(min_length=1)] | None = None
    end: Annotated[Moment, Field(min_length=1)] | None = None
    candle_path: CandlePath = "low-first"
    settings: dict[str, Any] = Field(default_factory=dict)
    brackets: tuple[str, ...] = ()
    brackets_lookup: bool = False
    instruments: str | None = None
    instrument: dict[str, InstrumentSpec] = Field(default_factory=dict)
    tape: tuple[TapeSpec, ...] = Field(min_length=1)
    funding: tuple[FundingSpec, ...] = ()
    account: tuple[AccountPlan, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Everything a venue needs, and sentences on what was assumed."""

    config: Config
    plan: Plan
    prices: Prices
    notes: list[str] = field(default_factory=list)


def read_scenario(path: Path) -> Scenario:
    """Return the scenario of a TOML file, or raise `ScenarioError` naming the key."""
    try:
        return scenario_of(read_toml(path), str(path))
    except (TableError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(str(error)) from error


def scenario_of(data: dict[str, Any], source: str) -> Scenario:
    """Return a scenario from plain data; `source` begins the error."""
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        raise ScenarioError(f"{source}: {fault_sentence(error, Scenario)}") from error
    for account in scenario.account:
        for number, action in enumerate(account.actions, start=1):
            # A plan writes the empty text for none; a person who writes it forgot something.
            for key in sorted(action.model_fields_set & {"at", "when"}):
                if not getattr(action, key):
                    place = f"{source}: account {account.name!r}, action {number}"
                    raise ScenarioError(f"{place}: {key} is empty text; expected none, or a moment")
    return scenario


def prepare(scenario: Scenario, folder: Path) -> Setup:
    """Return the run that a scenario describes; its files are looked up from the folder."""
    streams, funding, notes = read_tapes(scenario, folder)
    symbols = tuple(sorted({stream.symbol for stream in streams}))
    start_ns, end_ns = _span(scenario, streams)
    tables = read_dated(
        [_beside(folder, source) for source in scenario.brackets], lookup=scenario.brackets_lookup
    )
    config = _config(scenario, folder, tables, streams, start_ns)
    notes += [tables.note(symbol, start_ns) for symbol in symbols]
    plan = Plan(
        name=scenario.name,
        candle_path=scenario.candle_path,
        start_ns=start_ns,
        end_ns=end_ns,
        accounts=scenario.account,
        funding=tuple(_constant(spec, symbols) for spec in scenario.funding),
        bracket_changes=tuple(
            BracketChange(symbol=symbol, time_ns=time_ns, brackets=tuple(map(bracket_text, rows)))
            for symbol in symbols
            for time_ns, rows in tables.changes_between(symbol, start_ns, end_ns)
        ),
    )
    _check_funding(plan, funding)
    _check_ticks(config, streams, plan)
    check_actions(plan, symbols)
    prices = Prices(streams=streams, funding=funding)
    return Setup(config=config, plan=plan, prices=prices, notes=notes + _assumed(config))


def read_tapes(
    scenario: Scenario, folder: Path
) -> tuple[tuple[Stream, ...], tuple[FundingSeries, ...], list[str]]:
    """Return a scenario's streams in turn order, its funding series, and notes on the files."""
    streams: list[Stream] = []
    funding: list[FundingSeries] = []
    notes: list[str] = []
    for spec in scenario.tape:
        if spec.generate is not None:
            streams.append(generate(**spec.generate.model_dump()))
            continue
        options = ReadOptions(
            symbol=spec.symbol,
            kind=spec.kind,
            columns=spec.columns,
            candle_path=scenario.candle_path,
        )
        reading = read([folder / name for name in spec.files], options)
        streams += reading.streams
        funding += reading.funding
        for report in reading.reports:
            notes += [f"{report.name}: {note}" for note in report.notes]
            if report.resorted_rows:
                notes.append(f"{report.name}: {report.resorted_rows} rows were put in time order")
    marked = _with_mid_marks(streams, notes)
    funding.sort(key=lambda series: series.symbol)
    for series, other in pairwise(funding):
        if series.symbol == other.symbol:
            raise ScenarioError(f"{series.symbol}: two tapes of kind funding; name them in one")
    return in_turn(marked), tuple(funding), list(dict.fromkeys(notes))


def check_actions(plan: Plan, symbols: tuple[str, ...]) -> None:
    """Read every action once before anything runs, or raise `ScenarioError`."""
    names: set[str] = set()
    for account in plan.accounts:
        if account.name in names:
            raise ScenarioError(f"account {account.name!r} stands twice; names must differ")
        names.add(account.name)
        for number, action in enumerate(account.actions, start=1):
            try:
                parse_action(action.do, symbols)
                if action.when:
                    parse_touch(action.when, symbols)
                time_ns = parse_time(action.at or "start", plan.start_ns)
            except ActionError as error:
                place = f"account {account.name!r}, action {number}"
                raise ScenarioError(f"{place}: {error}") from error
            if not plan.start_ns <= time_ns <= plan.end_ns:
                raise ScenarioError(
                    f"account {account.name!r}, action {number}: at {action.at} is outside the"
                    f" run, {format_time(plan.start_ns)} to {format_time(plan.end_ns)}"
                )
            if action.at and action.when:
                raise ScenarioError(
                    f"account {account.name!r}, action {number}: it has both at and when;"
                    " give a time or a price"
                )


def _with_mid_marks(streams: Sequence[Stream], notes: list[str]) -> list[Stream]:
    """Return the streams, with a mark made of the mid for symbols that have quotes alone."""
    result = list(streams)
    kinds: dict[str, set[Kind]] = {}
    for stream in streams:
        mine = kinds.setdefault(stream.symbol, set())
        if stream.kind in mine:
            raise ScenarioError(
                f"{stream.symbol}: two tapes of kind {stream.kind}; name them in one"
            )
        mine.add(stream.kind)
    for stream in streams:
        if kinds[stream.symbol] == {Kind.QUOTE} and stream.ask is not None:
            mid = (stream.price + stream.ask) // 2
            mark = Stream(
                symbol=stream.symbol,
                kind=Kind.MARK,
                name=stream.name,
                time_ns=stream.time_ns,
                price=mid,
            )
            result.append(mark)
            notes.append(f"{stream.symbol}: the mark price is the middle of bid and ask")
    return result


def _span(scenario: Scenario, streams: Sequence[Stream]) -> tuple[int, int]:
    """Return the run's first and last moment: once every symbol has its prices, to the end."""
    if not streams:
        raise ScenarioError("tape: no prices are given, only funding; name a file of prices")
    firsts = [int(stream.time_ns[0]) for stream in streams if stream.kind is not Kind.QUOTE]
    ready, last = max(firsts), max(int(stream.time_ns[-1]) for stream in streams)
    try:
        start = parse_time(scenario.start, ready) if scenario.start else ready
        end = parse_time(scenario.end, ready) if scenario.end else last
    except ActionError as error:
        raise ScenarioError(f"start or end: {error}") from error
    if start < ready:
        raise ScenarioError(
            f"start {format_time(start)} is before {format_time(ready)}, when every price is known"
        )
    if not start <= end <= last:
        raise ScenarioError(
            f"end {format_time(end)} is not between the start {format_time(start)}"
            f" and the last tick {format_time(last)}"
        )
    return start, end


def _config(
    scenario: Scenario,
    folder: Path,
    tables: DatedTables,
    streams: Sequence[Stream],
    start_ns: int,
) -> Config:
    path = folder / scenario.instruments if scenario.instruments else None
    known = read_instruments(path)
    symbols = sorted({stream.symbol for stream in streams})
    stray = sorted(set(scenario.instrument) - set(symbols))
    if stray:
        raise ScenarioError(f"instrument.{stray[0]}: no tape has this symbol")
    instruments = []
    for symbol in symbols:
        kinds = tuple(stream.kind for stream in streams if stream.symbol == symbol)
        instrument = known.instrument(
            symbol, tables.in_force(symbol, start_ns), kinds, time_ns=start_ns
        )
        instruments.append(_changed(instrument, scenario.instrument.get(symbol)))
    settings = settings_from(scenario.settings, "settings")
    return Config(settings=settings, instruments=tuple(instruments))


def _changed(instrument: Instrument, spec: InstrumentSpec | None) -> Instrument:
    if spec is None or spec.tick is None:
        return instrument
    tick = parse_units(spec.tick)
    if not tick:
        raise ScenarioError(f"instrument.{instrument.symbol}.tick: {spec.tick} is not above zero")
    return replace(instrument, tick=Price(tick))


def _constant(spec: FundingSpec, symbols: tuple[str, ...]) -> ConstantFunding:
    symbol = spec.symbol or (symbols[0] if len(symbols) == 1 else "")
    if symbol not in symbols:
        raise ScenarioError(f"funding.symbol: expected one of {', '.join(symbols)}")
    return ConstantFunding(
        symbol=symbol, rate=spec.rate, interval_ns=spec.interval_hours * NS_PER_HOUR
    )


def _check_funding(plan: Plan, funding: Sequence[FundingSeries]) -> None:
    """Refuse two sources of funding for one symbol: it would be paid twice."""
    given = {series.symbol: f"the file {series.name}" for series in funding}
    for constant in plan.funding:
        if constant.symbol in given:
            raise ScenarioError(
                f"funding: {constant.symbol} has the constant rate {constant.rate} and also"
                f" {given[constant.symbol]}; expected one of them"
            )
        given[constant.symbol] = f"the constant rate {constant.rate}"


def _check_ticks(config: Config, streams: Sequence[Stream], plan: Plan) -> None:
    """Refuse a traded or quoted price that is no multiple of the instrument's tick."""
    ticks = {instrument.symbol: instrument.tick for instrument in config.instruments}
    for stream in streams:
        if stream.kind is Kind.MARK:
            continue
        rows = slice(max(0, stream.last_row_at(plan.start_ns)), stream.last_row_at(plan.end_ns) + 1)
        for name, column in stream.columns():
            if name not in {"price", "ask"}:
                continue
            off = np.flatnonzero(column[rows] % ticks[stream.symbol])
            if off.size:
                row = rows.start + int(off[0])
                raise ScenarioError(
                    f"{stream.name}: price number {row + 1} of the {len(stream)} that were read,"
                    f" in time order ({_column(stream, name)}), is"
                    f" {format_units(int(column[row]))}, which is no multiple of"
                    f" {stream.symbol}'s tick {format_units(ticks[stream.symbol])};"
                    f" if the tick was finer at {format_time(int(stream.time_ns[row]))}, say so"
                    f" with --tick, or instrument.{stream.symbol}.tick in a scenario"
                )


def _column(stream: Stream, name: str) -> str:
    return f"column {'bid' if stream.ask is not None and name == 'price' else name}"


def _assumed(config: Config) -> list[str]:
    """Return what stands in for prices that the tape does not have."""
    notes = []
    for instrument in config.instruments:
        if instrument.mark_stream is Kind.TRADE:
            notes.append(f"{instrument.symbol}: no mark price given; the last price stands in")
        if Kind.QUOTE not in instrument.streams:
            notes.append(
                f"{instrument.symbol}: no quotes given; market orders fill at the last price"
                " with the configured half spread and slippage"
            )
    return notes


def bracket_text(bracket: Bracket) -> dict[str, str | int]:
    """Return a bracket as the plan writes it; `bracket_of` reads it."""
    return {
        "floor": format_units(bracket.floor),
        "cap": format_units(bracket.cap),
        "rate": format_units(bracket.rate),
        "amount": format_units(bracket.amount),
        "max_leverage": bracket.max_leverage,
    }


def _beside(folder: Path, source: str) -> str:
    """Return a brackets source, FILE or FILE@DATE, found from the scenario's folder."""
    return str(folder / source)
