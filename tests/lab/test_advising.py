"""Advising on a log: what a moment knew, whatever came after it in the log or on the tape."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from perplab.advice.verdict import Advice, Rule, Verdict
from perplab.domain.numbers import ONE
from perplab.lab.advising import Answer, Question, ask
from perplab.lab.preparation import Setup, prepare
from perplab.lab.recorded import run_recorded
from perplab.lab.scenario import scenario_of
from perplab.tape.stream import Stream

MINUTE_NS = 60_000_000_000
START_NS = 1_700_000_000_000_000_000 // MINUTE_NS * MINUTE_NS
HOURLY = [f"klines/BTC_USDT_USDT-1h-{kind}.feather" for kind in ("futures", "mark", "funding_rate")]


def tape(path: Path, prices: Sequence[int]) -> Path:
    """Write a price a minute."""
    seconds = START_NS // 10**9
    rows = (f"{seconds + 60 * row},{price}\n" for row, price in enumerate(prices))
    path.write_text("time,price\n" + "".join(rows))
    return path


def prepared(file: Path, actions: Sequence[dict[str, str]]) -> Setup:
    account: dict[str, Any] = {
        "name": "ann",
        "futures": "1000",
        "margin_mode": "isolated",
        "leverage": 20,
        "actions": [{"do": "buy 0.1"}, *actions],
    }
    data = {"tape": [{"files": (file.name,), "symbol": "BTCUSDT"}], "account": [account]}
    return prepare(scenario_of(data, "test"), file.parent)


def asked(folder: Path, prices: Sequence[int], *later: dict[str, str], at: str) -> Answer:
    folder.mkdir()
    setup = prepared(tape(folder / "prices.csv", prices), later)
    log = folder / "run.db"
    run_recorded(setup, log)
    return ask(log, Question(at=at), setup.prices.streams)


def test_what_comes_later_on_the_tape_and_in_the_log_changes_no_advice(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    known = (60_000 + np.cumsum(chance.integers(-20, 20, 2_000))).tolist()
    at = "+1999m"
    calm = asked(tmp_path / "calm", [*known, *[known[-1]] * 50], at=at)
    wild = asked(tmp_path / "wild", [*known, *range(known[-1], 20_000, -500)], at=at)
    acted = asked(
        tmp_path / "acted",
        [*known, 70_000, 50_000],
        {"do": "add-margin 200", "at": "+2000m"},
        {"do": "close 50%", "at": "+2000m"},
        at=at,
    )
    assert calm.advice == wild.advice == acted.advice
    (advice,) = calm.advice
    assert all(reason.found is not None for reason in advice.reasons if reason.rule in _PRICED)
    assert calm.time_ns == START_NS + 1999 * MINUTE_NS


_PRICED = (Rule.KEY_LEVEL, Rule.TIME_LEFT)


def test_between_two_records_the_mark_is_the_tapes(tmp_path: Path) -> None:
    prices = [60_000, 60_000, 59_500, 59_000, 58_900, 58_000]
    answer = asked(tmp_path / "run", prices, at="+4m")
    (advice,) = answer.advice
    assert advice.view.mark == 58_900 * ONE


def test_right_before_a_liquidation_the_mark_is_the_last_that_was_seen(tmp_path: Path) -> None:
    prices = [60_000, 60_000, 59_000, 58_500, 50_000, 50_000]
    answer = asked(tmp_path / "run", prices, at="liquidation")
    (advice,) = answer.advice
    assert answer.before
    assert advice.view.mark == 58_500 * ONE
    assert advice.held == ONE // 10


def at_first_call(shared: Path, log: Path, actions: Sequence[str]) -> tuple[Advice, Setup]:
    """Return the advice at the first margin call of May 2021, hour by hour."""
    account = {
        "name": "ann",
        "futures": "3000",
        "margin_mode": "isolated",
        "leverage": 5,
        "actions": [{"do": do} for do in actions],
    }
    scenario = {
        "start": "2021-05-01",
        "end": "2021-06-01",
        "tape": [{"files": HOURLY}],
        "account": [account],
    }
    setup = prepare(scenario_of(scenario, "test"), shared / "data")
    run_recorded(setup, log)
    question = Question(at="margin-call")
    answer = ask(log, question, setup.prices.streams, setup.prices.funding)
    assert ask(log, question, setup.prices.streams).advice == answer.advice
    (advice,) = answer.advice
    return advice, setup


def test_the_first_margin_call_of_may_2021_is_a_broken_level(shared: Path, tmp_path: Path) -> None:
    advice, setup = at_first_call(shared, tmp_path / "run.db", ["buy 0.1"])
    assert (advice.verdict, advice.rule) == (Verdict.FULL_STOP, Rule.KEY_LEVEL)
    chances = [reason for reason in advice.reasons if reason.rule is Rule.TIME_LEFT]
    found = [float(reason.found.value) for reason in chances if reason.found is not None]
    assert found == sorted(found)
    assert len(found) == 3
    windows = [reason.figure("windows") for reason in chances]
    assert all(figure is not None and figure.value > 10_000 for figure in windows)
    (mark,) = (one for one in setup.prices.streams if one.kind.value == "mark")
    assert advice.view.mark == int(mark.price[mark.last_row_at(advice.time_ns)])


def test_ticks_of_another_tape_are_refused(shared: Path, tmp_path: Path) -> None:
    _, setup = at_first_call(shared, tmp_path / "run.db", ["buy 0.1"])
    other = [_changed(stream) for stream in setup.prices.streams]
    with pytest.raises(Exception, match="tape: found BTCUSDT trade") as error:
        ask(tmp_path / "run.db", Question(at="margin-call"), other)
    assert other[0].digest in str(error.value)
    assert setup.prices.streams[0].digest in str(error.value)


def _changed(stream: Stream) -> Stream:
    return replace(stream, price=stream.price + 1, known_digest=None, known_index=None)
