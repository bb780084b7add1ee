"""Tapes of a scenario: read or generated, completed with marks, and checked against the tick."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from perplab.domain.instrument import Config, Kind
from perplab.domain.numbers import format_units
from perplab.lab.scenario import Scenario, ScenarioError
from perplab.tape.generator import generate
from perplab.tape.options import CandlePath, ReadOptions
from perplab.tape.reading import read
from perplab.tape.stream import FundingSeries, Stream
from perplab.venue.moments import format_time
from perplab.venue.plan import TapePlan
from perplab.venue.venue import in_turn

Read = tuple[tuple[Stream, ...], tuple[FundingSeries, ...], list[str]]
"""Streams in turn order, funding series by symbol, and notes on the files."""


def read_tapes(scenario: Scenario, folder: Path) -> Read:
    """Return a scenario's streams in turn order, its funding series, and notes on the files."""

    def files_of(tape: TapePlan) -> list[Path]:
        return [folder / name for name in tape.files]

    return read_planned(scenario.tape, files_of, scenario.candle_path)


def read_planned(
    tapes: Sequence[TapePlan], files_of: Callable[[TapePlan], list[Path]], candle_path: CandlePath
) -> Read:
    """Return what `read_tapes` does, of tapes whose files are where `files_of` says."""
    streams: list[Stream] = []
    funding: list[FundingSeries] = []
    notes: list[str] = []
    for spec in tapes:
        if spec.generate is not None:
            streams.append(generate(**spec.generate.model_dump()))
            continue
        options = ReadOptions(
            symbol=spec.symbol,
            kind=spec.kind,
            columns=spec.columns,
            candle_path=candle_path,
        )
        reading = read(files_of(spec), options)
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


def without_folders(tapes: Sequence[TapePlan]) -> tuple[TapePlan, ...]:
    """Return tapes as a log names them: wherever their files are, by their names alone."""
    return tuple(
        tape.model_copy(update={"files": tuple(Path(name).name for name in tape.files)})
        if tape.files
        else tape
        for tape in tapes
    )


def check_ticks(config: Config, streams: Sequence[Stream], start_ns: int, end_ns: int) -> None:
    """Refuse a traded or quoted price from start to end that is no multiple of its tick."""
    ticks = {instrument.symbol: instrument.tick for instrument in config.instruments}
    for stream in streams:
        if stream.kind is Kind.MARK or stream.step % ticks[stream.symbol] == 0:
            continue
        rows = slice(max(0, stream.last_row_at(start_ns)), stream.last_row_at(end_ns) + 1)
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


def _column(stream: Stream, name: str) -> str:
    return f"column {'bid' if stream.ask is not None and name == 'price' else name}"
