"""Preparation: a scenario made into everything that a venue needs."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from perplab.agents.casting import cast_from, with_digests
from perplab.domain.instrument import Config, Instrument, Kind
from perplab.domain.numbers import Price, parse_units
from perplab.journal.manifest import Parent
from perplab.lab.scenario import FundingSpec, InstrumentSpec, Scenario, ScenarioError
from perplab.lab.tapes import check_ticks, read_tapes, without_folders
from perplab.tables.dated import DatedTables, nanoseconds, read_dated
from perplab.tables.instruments import Instruments, read_instruments
from perplab.tables.settings import settings_from
from perplab.tape.stream import FundingSeries, Stream
from perplab.venue.actions import parse_action
from perplab.venue.moments import format_time, parse_time, parse_touch
from perplab.venue.participants import Cast
from perplab.venue.plan import (
    BracketChange,
    ConstantFunding,
    Plan,
    PopulationPlan,
    bracket_text,
)
from perplab.venue.traders import Trader
from perplab.venue.venue import Prices
from perplab.venue.words import ActionError

NS_PER_HOUR = 3_600_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Everything a venue needs, and sentences on what was assumed; a fork has a parent."""

    config: Config
    plan: Plan
    prices: Prices
    notes: list[str] = field(default_factory=list)
    parent: Parent | None = None
    cast: Cast = Trader


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a scenario's files hold, read once for all of its runs.

    `eras` are the times at which rules change; `configs` keeps the config of each era that was
    asked for.
    """

    streams: tuple[Stream, ...]
    funding: tuple[FundingSeries, ...]
    notes: tuple[str, ...]
    tables: DatedTables
    filters: Instruments
    eras: tuple[int, ...]
    folder: Path = Path()
    configs: dict[int, Config] = field(default_factory=dict)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Return the symbols that have prices, sorted."""
        return tuple(sorted({stream.symbol for stream in self.streams}))


def prepare(scenario: Scenario, folder: Path) -> Setup:
    """Return the run that a scenario describes; its files are looked up from the folder."""
    setup = setup_of(scenario, read_material(scenario, folder))
    check_ticks(setup.config, setup.prices.streams, setup.plan.start_ns, setup.plan.end_ns)
    return setup


def read_material(scenario: Scenario, folder: Path) -> Material:
    """Return what a scenario's files hold; they are looked up from the folder."""
    streams, funding, notes = read_tapes(scenario, folder)
    tables = read_dated(
        [_beside(folder, source) for source in scenario.brackets], lookup=scenario.brackets_lookup
    )
    filters = read_instruments(folder / scenario.instruments if scenario.instruments else None)
    ticks = {nanoseconds(one.until) for each in filters.known for one in each.earlier_ticks}
    return Material(
        streams=streams,
        funding=funding,
        notes=tuple(notes),
        tables=tables,
        filters=filters,
        eras=tuple(sorted(ticks | {table.effective_ns for table in tables.tables})),
        folder=folder,
    )


def setup_of(scenario: Scenario, material: Material, span: tuple[int, int] | None = None) -> Setup:
    """Return the run that a scenario describes, over a span of ns other than its own if given.

    Whether prices are multiples of the tick is for the caller to check.
    """
    streams, funding, symbols = material.streams, material.funding, material.symbols
    start_ns, end_ns = span or span_of(scenario, streams)
    tables = material.tables
    config = config_at(scenario, material, start_ns)
    notes = [*material.notes, *(tables.note(symbol, start_ns) for symbol in symbols)]
    plan = Plan(
        name=scenario.name,
        seed=scenario.seed,
        candle_path=scenario.candle_path,
        start_ns=start_ns,
        end_ns=end_ns,
        accounts=with_digests(scenario.account, [material.folder]),
        populations=tuple(_population(one, symbols) for one in scenario.population),
        funding=tuple(_constant(spec, symbols) for spec in scenario.funding),
        bracket_changes=tuple(
            BracketChange(symbol=symbol, time_ns=time_ns, brackets=tuple(map(bracket_text, rows)))
            for symbol in symbols
            for time_ns, rows in tables.changes_between(symbol, start_ns, end_ns)
        ),
        tapes=without_folders(scenario.tape),
    )
    _check_funding(plan, funding)
    _check_names(plan)
    check_actions(plan, symbols)
    prices = Prices(streams=streams, funding=funding)
    return Setup(
        config=config,
        plan=plan,
        prices=prices,
        notes=notes + _assumed(config),
        cast=cast_from([material.folder]),
    )


def config_at(scenario: Scenario, material: Material, start_ns: int) -> Config:
    """Return the rules that are in force at a run's start; each era's are made once."""
    era = bisect_right(material.eras, start_ns)
    if era not in material.configs:
        material.configs[era] = _config(scenario, material, start_ns)
    return material.configs[era]


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


def span_of(scenario: Scenario, streams: Sequence[Stream]) -> tuple[int, int]:
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


def _config(scenario: Scenario, material: Material, start_ns: int) -> Config:
    symbols = material.symbols
    stray = sorted(set(scenario.instrument) - set(symbols))
    if stray:
        raise ScenarioError(f"instrument.{stray[0]}: no tape has this symbol")
    instruments = []
    for symbol in symbols:
        kinds = tuple(stream.kind for stream in material.streams if stream.symbol == symbol)
        brackets = material.tables.in_force(symbol, start_ns)
        instrument = material.filters.instrument(symbol, brackets, kinds, time_ns=start_ns)
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


def _population(plan: PopulationPlan, symbols: tuple[str, ...]) -> PopulationPlan:
    """Return a population with its symbol named."""
    symbol = plan.symbol or (symbols[0] if len(symbols) == 1 else "")
    if symbol not in symbols:
        expected = f"expected one of {', '.join(symbols)}"
        raise ScenarioError(f"population {plan.name!r}: symbol: found {symbol!r}, {expected}")
    return plan.model_copy(update={"symbol": symbol})


def _check_names(plan: Plan) -> None:
    """Refuse a population whose numbered names are those of somebody else."""
    for place, crowd in enumerate(plan.populations):
        if any(other.name == crowd.name for other in plan.populations[:place]):
            raise ScenarioError(f"population {crowd.name!r} stands twice; names must differ")
        for account in plan.accounts:
            if crowd.has(account.name):
                raise ScenarioError(
                    f"account {account.name!r} is called as one of the population"
                    f" {crowd.name!r}; names must differ"
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


def _beside(folder: Path, source: str) -> str:
    """Return a brackets source, FILE or FILE@DATE, found from the scenario's folder."""
    return str(folder / source)
