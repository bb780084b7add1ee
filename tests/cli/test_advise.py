"""perplab advise: the adviser asked about a log, and isolated or cross for a book."""

from pathlib import Path
from typing import Any

import pytest

from cli.conftest import CRASH, LONG, WIDE, Perplab, Told
from conftest import ROOT
from perplab.cli.advise_work import THRESHOLDS

REASONS = 8
"""Rules beside the time left, which has a row for each horizon."""


@pytest.fixture
def log(crash: Path, perplab: Perplab) -> Path:
    """Return the log of a long that is called for margin and then liquidated."""
    path = Path("run.db")
    assert perplab("replay", crash, *LONG, "--wallet", 1000, "--log", path).exit_code == 0
    return path


def the(answer: Any) -> Any:
    (advice,) = answer["advice"]
    return advice


def test_at_the_margin_call_the_position_is_as_the_call_left_it(log: Path, told: Told) -> None:
    answer = told("advise", log, "--at", "margin-call")
    advice = the(answer)
    assert (advice["account"], advice["symbol"], advice["side"]) == ("trader", "BTCUSDT", "long")
    assert advice["verdict"] == "add margin"
    assert advice["now"]["margin_ratio"] >= "0.8"
    assert advice["then"]["distance"] == "0.05"
    assert not answer["before_the_liquidation"]
    assert len(advice["reasons"]) == REASONS + 1


def test_at_the_liquidation_it_is_what_was_known_right_before(log: Path, told: Told) -> None:
    answer = told("advise", log, "--at", "liquidation")
    assert answer["before_the_liquidation"]
    assert the(answer)["quantity_held"] == "0.1"


def test_ticks_bring_the_time_left_and_the_mark_of_the_moment(
    log: Path, crash: Path, told: Told
) -> None:
    without = told("advise", log, "--at", "liquidation")
    ticks = ("--ticks", crash)
    answer = told("advise", log, "--at", "liquidation", *ticks)
    advice = the(answer)
    assert advice["now"]["distance"] < the(without)["now"]["distance"]
    horizons = [one for one in advice["reasons"] if one["rule"] == "time left"]
    assert [one["more"][0]["value"] for one in horizons] == [
        str(hours * 3600 * 10**9) for hours in (1, 8, 24)
    ]


def test_a_moment_between_two_records_says_how_old_its_mark_is(
    log: Path, crash: Path, told: Told
) -> None:
    answer = told("advise", log, "--at", "+5m")
    assert any("--ticks gives the mark of the moment" in note for note in answer["notes"])
    again = told("advise", log, "--at", "+5m", "--ticks", crash)
    assert not any("the mark is that of" in note for note in again["notes"])


def test_a_person_reads_the_verdict_and_every_rule(
    log: Path, crash: Path, perplab: Perplab
) -> None:
    result = perplab("advise", log, "--at", "margin-call", "--ticks", crash)
    assert result.exit_code == 0, result.output
    assert "ADD MARGIN  Add " in result.stdout
    assert "because liquidation is " in result.stdout
    for rule in ("stop crossed", "in profit", "key level broken", "acting in haste", "time left"):
        assert rule in result.stdout


def test_levels_a_stop_and_thresholds_are_the_persons_own(log: Path, told: Told) -> None:
    asked = ("advise", log, "--at", "margin-call")
    assert the(told(*asked, "--level", "59000"))["rule"] == "key level broken"
    assert the(told(*asked, "--stop", "58000"))["verdict"] == "full stop"
    farther = the(told(*asked, "--set", "aim=8%"))
    assert farther["then"]["distance"] == "0.08"
    assert the(told(*asked, "--set", "most_share=0.2"))["rule"] == "too much in one position"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--at", "margin-call:7"), "margin-call:7: the log has 1"),
        (("--at", "5"), "no account holds a position at"),
        (("--at", "margin-call", "--account", "bob"), "the log has none of account 'bob'"),
        (("--at", "margin-call", "--symbol", "ETHUSDT"), "holds no ETHUSDT"),
        (("--at", "margin-call", "--level", "x"), "--level: 'x' is not a decimal number"),
        (("--at", "margin-call", "--level", "-5"), "--level: found -5, expected a price above"),
        (("--at", "margin-call", "--look-back", "soon"), "--look-back: 'soon'"),
        (("--at", "margin-call", "--set", "what=1"), "expected KEY=VALUE with a key of near"),
        (("--at", "margin-call", "--set", "near=x"), "--set near: 'x' is not a decimal number"),
        (("--at", "margin-call", "--set", "most_acts=1.5"), "expected a whole number"),
        (("--at", "margin-call", "--set", "near=0.2"), "near and far: found 0.2 and 0.1"),
        (("--at", "margin-call", "--mark", "x.csv"), "belong to --ticks"),
    ],
)
def test_what_makes_no_sense_is_told(
    log: Path, perplab: Perplab, more: tuple[str, ...], says: str
) -> None:
    result = perplab("advise", log, *more)
    assert result.exit_code == 2
    assert says in result.stderr


def test_other_ticks_than_the_logs_are_refused_with_both_hashes(
    log: Path, tapes: Path, perplab: Perplab
) -> None:
    other = tapes / "BTCUSDT-other.csv"
    lines = (tapes / CRASH).read_text().splitlines(keepends=True)
    other.write_text("".join(lines[:-1]))
    result = perplab("advise", log, "--at", "margin-call", "--ticks", other)
    assert result.exit_code == 1
    assert "tape: found BTCUSDT trade 59999 " in result.stderr
    assert "but the log was made from BTCUSDT trade 60000 " in result.stderr


def test_every_threshold_is_explained() -> None:
    document = (ROOT / "docs" / "advice.md").read_text()
    for name in THRESHOLDS:
        assert f"`{name}`" in document


def test_a_margin_call_that_liquidates_at_once_is_asked_about_before_it(
    perplab: Perplab, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [(1_700_000_000 + second, price) for second, price in enumerate((60000, 60000, 50000))]
    Path("BTCUSDT.csv").write_text("time,price\n" + "".join(f"{at},{px}\n" for at, px in rows))
    made = perplab("replay", "BTCUSDT.csv", *LONG, "--wallet", 1000, "--log", "run.db")
    assert made.exit_code == 0, made.output
    assert told("advise", "run.db", "--at", "margin-call")["before_the_liquidation"]


MODE = ("advise", "mode", "--wallet", 1000, "--leverage", 20)
BTC_LONG = ("--position", "long 0.1 BTCUSDT at 60000")


@pytest.mark.parametrize(
    ("more", "choice", "rule"),
    [
        ((), "isolated", "one position"),
        (("--position", "long 1 ETHUSDT at 3000"), "isolated", "in one direction"),
        (("--position", "short 1 ETHUSDT at 3000"), "cross", "in both directions"),
        (("--position", "short 0.1 BTCUSDT at 60000"), "cross", "hedged"),
        (("--position", "short 0.1 BTCUSDT at 60000", "--beginner"), "isolated", "beginner"),
    ],
)
def test_the_book_decides_between_isolated_and_cross(
    told: Told, more: tuple[str, ...], choice: str, rule: str
) -> None:
    answer = told(*MODE, *BTC_LONG, *more)
    assert answer["choice"] == choice
    assert rule in answer["rule"]


def test_the_numbers_are_those_of_the_calculator(told: Told) -> None:
    answer = told(*MODE, *BTC_LONG)
    stated = ("--side", "long", "--quantity", "0.1", "--entry", 60000)
    for mode, margin in (("isolated", 300), ("cross", 1000)):
        price = told("calc", "liquidation", *stated, "--margin", margin)["liquidation_price"]
        assert answer[mode]["positions"][0]["liquidation_below"] == price
        assert answer[mode]["most_lost"] == str(margin)


def test_a_hedged_pair_supports_itself_in_cross_alone(perplab: Perplab) -> None:
    result = perplab(*MODE, *BTC_LONG, "--position", "short 0.1 BTCUSDT at 61000 mark 60000")
    assert "CROSS  a hedged book" in result.stdout
    assert "1,375,000" in result.stdout


def test_a_book_with_marks_fits_on_80_columns(
    perplab: Perplab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(WIDE, "COLUMNS", "80")
    short = "short 0.124 BTCUSDT at 61000.12 mark 59000.12"
    result = perplab(
        *MODE, "--position", "long 0.123 BTCUSDT at 60000.12 mark 59000.12", "--position", short
    )
    assert result.exit_code == 0, result.output
    assert "…" not in result.stdout
    assert "mark 59,000.12" in result.stdout


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--position", "0.1 BTCUSDT"), "expected words like 'long 0.1 BTCUSDT at 60000'"),
        (("--position", "long 0 BTCUSDT at 1"), "found 0, expected a number above zero"),
        (("--position", "long 0.1 NOUSDT at 1"), "NOUSDT"),
        (("--position", "short 1 BTCUSDT at 60000"), "expected at least 3300"),
        (("--position", "long 1 BTCUSDT at 60000"), "two long positions in BTCUSDT"),
        (("--position", "short 0.1 BTCUSDT at 60000 mark 1"), "two marks, 60000 and 1"),
    ],
)
def test_a_book_that_no_exchange_would_hold_is_refused(
    perplab: Perplab, more: tuple[str, ...], says: str
) -> None:
    result = perplab(*MODE, *BTC_LONG, *more)
    assert result.exit_code == 2
    assert says in result.stderr


def test_a_replay_takes_a_risk_profile(crash: Path, perplab: Perplab, told: Told) -> None:
    position = ("--symbol", "BTCUSDT", "--side", "long", "--quantity", "0.1")
    base = ("replay", crash, *position, "--wallet", "1000")
    by_name = told(*base, "--profile", "high-cross")
    by_hand = told(*base, "--leverage", "20", "--margin-mode", "cross")
    assert by_name == by_hand
    for more, says in (
        (("--profile", "high-cross", "--leverage", "3"), "a profile gives both"),
        (("--profile", "x"), "expected one of low-isolated"),
        ((), "--leverage: is missing; expected it, or --profile"),
    ):
        result = perplab(*base, *more)
        assert result.exit_code == 2
        assert says in result.stderr
