"""What advise does: read the prices that are given, ask, and print the answer."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perplab.advice.terms import Terms
from perplab.cli.advise_print import answer_json, print_answer
from perplab.cli.failures import UsageError
from perplab.cli.log_prices import read_log_prices
from perplab.cli.look import print_json
from perplab.cli.option_numbers import above_zero, units_of
from perplab.cli.replay_terms import PriceFiles
from perplab.cli.running import CANDLES
from perplab.domain.numbers import ONE, Rate
from perplab.journal.errors import JournalError
from perplab.journal.journal import Journal
from perplab.lab.advising import Question, ask
from perplab.lab.finding import MissingTapeError, places_of, tapes_of_log
from perplab.lab.tapes import Read
from perplab.tape.errors import TapeError
from perplab.tape.naming import market
from perplab.venue.moments import parse_duration
from perplab.venue.words import ActionError

_SHARES = ("near", "far", "aim", "most_share", "most_of_backup", "likely")
_TIMES = ("settled", "volatility", "haste")
_COUNTS = ("most_acts",)
THRESHOLDS = (*_SHARES, *_TIMES, *_COUNTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asks, in the person's own words."""

    at: str
    account: str | None
    symbol: str | None
    levels: tuple[str, ...]
    stop: str | None
    look_back: str
    thresholds: tuple[str, ...]


def advise(log: Path, asked: Asked, prices: PriceFiles, *, with_ticks: bool, as_json: bool) -> None:
    """Print the advice on the positions that are asked about."""
    question = Question(
        at=asked.at,
        account=asked.account,
        symbol=market(asked.symbol) if asked.symbol else None,
        terms=terms_of(asked),
    )
    given = prices.ticks or prices.mark or prices.columns or prices.symbol
    if given and not with_ticks:
        raise UsageError("advise: files and how to read them belong to --ticks FILES")
    try:
        streams, funding, notes = _prices(log, prices) if with_ticks else _found(log)
        answer = ask(log, question, streams, funding)
    except JournalError as error:
        error.at(log)
        raise
    if as_json:
        print_json(answer_json(log, answer, notes))
    else:
        print_answer(log, answer, notes)


def terms_of(asked: Asked) -> Terms:
    """Return the adviser's terms, or raise `UsageError` naming the option."""
    values: dict[str, Any] = {
        "levels": tuple(above_zero("--level", text, "a price") for text in asked.levels),
        "look_back_ns": _time("--look-back", asked.look_back),
    }
    if asked.stop is not None:
        values["stop"] = above_zero("--stop", asked.stop, "a price")
    for text in asked.thresholds:
        key, equals, value = (piece.strip() for piece in text.partition("="))
        if not equals or key not in THRESHOLDS:
            known = ", ".join(THRESHOLDS)
            raise UsageError(f"--set: found {text!r}, expected KEY=VALUE with a key of {known}")
        name = f"{key}_ns" if key in _TIMES else key
        if name in values:
            raise UsageError(f"--set: {key} is given twice")
        values[name] = _threshold(key, value)
    return Terms(**values)


def _found(log: Path) -> Read:
    """Return the log's own prices, where its files are; else none, and a note that says so."""
    try:
        prices = tapes_of_log(log, places_of(log))
    except (MissingTapeError, JournalError, TapeError) as error:
        text = str(error).removeprefix(f"{log}: ")
        return (), (), [f"asked without ticks, so that some rules say nothing: {text}"]
    return prices.streams, prices.funding, []


def _prices(log: Path, prices: PriceFiles) -> Read:
    with Journal.open(log) as journal:
        manifest = journal.manifest
    streams, funding, notes = read_log_prices(log, manifest, prices)
    return streams, funding, [note for note in notes if CANDLES in note]


def _threshold(key: str, value: str) -> int:
    if key in _TIMES:
        return _time(f"--set {key}", value)
    if key in _COUNTS:
        if not (value.isdecimal() and value.isascii() and len(value) < len(str(ONE))):
            raise UsageError(f"--set {key}: found {value!r}, expected a whole number")
        return int(value)
    text = value.removesuffix("%")
    units = units_of(f"--set {key}", text, "a share, as 0.05 or 5%")
    return Rate(units // 100 if value.endswith("%") else units)


def _time(option: str, text: str) -> int:
    try:
        return parse_duration(text)
    except ActionError as error:
        raise UsageError(f"{option}: {error}") from error
