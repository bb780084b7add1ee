"""Replay: the life of one position, told for people and for programs."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import LONG, WIDE, Perplab, Told
from perplab.domain.numbers import parse_units
from perplab.tape.reading import read

WALLET = ("--wallet", "1000")


def entries(run: Any, kind: str) -> list[Any]:
    return [entry for entry in run["story"] if entry["type"] == kind]


def test_a_20x_long_dies_in_the_crash_at_the_first_tick_at_or_below_its_price(
    crash: Path, told: Told
) -> None:
    run = told("replay", crash, *LONG, *WALLET)
    summary = run["summary"]
    assert summary["verdict"] == "liquidated"
    assert summary["survived"] is False
    (opened,) = entries(run, "PositionOpened")
    price = parse_units(opened["liquidation_price_below"])
    (stream,) = read([crash]).streams
    first = next(int(tick) for tick in stream.price if tick <= price)
    assert parse_units(summary["liquidated_at_mark"]) == first


def test_the_money_of_a_summary_adds_up_to_what_is_left(crash: Path, told: Told) -> None:
    for more in ((), ("--auto-add",), ("--stop", "58000:50%"), ("--funding", "0.0001")):
        summary = told("replay", crash, *LONG, *WALLET, *more)["summary"]
        parts = (
            *("deposited", "realized_pnl", "funding", "fees", "liquidation_fees", "forfeited"),
            "covered_by_insurance_fund",
        )
        assert sum(Decimal(summary[part]) for part in parts) == Decimal(summary["balance"])
        whole = Decimal(summary["balance"]) + Decimal(summary["unrealized"])
        assert whole == Decimal(summary["worth"])


def test_an_isolated_long_loses_its_margin_and_nothing_else(crash: Path, told: Told) -> None:
    summary = told("replay", crash, *LONG, *WALLET)["summary"]
    lost = -Decimal(summary["change"])
    assert Decimal(290) < lost < Decimal(301)


def test_margin_added_at_a_price_moves_the_liquidation_price(crash: Path, told: Told) -> None:
    run = told("replay", crash, *LONG, *WALLET, "--add-margin", "200@57500")
    before = entries(run, "PositionOpened")[0]["liquidation_price_below"]
    added = entries(run, "MarginAdded")[0]
    assert Decimal(added["mark"]) <= Decimal(57500)
    assert Decimal(before) - Decimal(added["liquidation_price_below"]) > Decimal(2000)
    assert run["summary"]["margin_added"] == "200"


def test_margin_is_added_at_its_times_in_their_order(crash: Path, told: Told) -> None:
    more = ("--add-margin", "30@+2m", "--add-margin", "10@+1m", "--add-margin", "20@+90s")
    run = told("replay", crash, *LONG, *WALLET, *more)
    assert [entry["event"]["amount"] for entry in entries(run, "MarginAdded")] == ["10", "20", "30"]


def test_auto_add_lives_where_the_same_position_died(crash: Path, told: Told) -> None:
    run = told("replay", crash, *LONG, *WALLET, "--auto-add")
    assert run["summary"]["survived"] is True
    assert len(entries(run, "MarginAutoAdded")) == 3
    assert run["summary"]["positions"][0]["quantity"] == "0.1"


def test_a_stop_of_a_half_realizes_half_the_loss(crash: Path, told: Told) -> None:
    run = told("replay", crash, *LONG, *WALLET, "--stop", "58000:50%", "--margin-mode", "cross")
    (opened,), (reduced,) = entries(run, "PositionOpened"), entries(run, "PositionReduced")
    assert reduced["event"]["quantity"] == "-0.05"
    moved = Decimal(opened["liquidation_price_below"]) - Decimal(reduced["liquidation_price_below"])
    assert moved > Decimal(5_000)
    assert run["summary"]["realized_pnl"] == reduced["event"]["realized_pnl"]


def test_a_stop_ends_the_position_and_a_take_profit_a_short(crash: Path, told: Told) -> None:
    stopped = told("replay", crash, *LONG, *WALLET, "--stop", "58000")
    assert stopped["summary"]["verdict"] == "stopped out"
    short = ("--symbol", "BTCUSDT", "--side", "short", "--quantity", "0.1", "--leverage", "20")
    won = told("replay", crash, *short, *WALLET, "--take-profit", "55000", "--stop", "61500")
    assert won["summary"]["verdict"] == "took profit"
    assert Decimal(won["summary"]["change"]) > 400


def test_a_stop_on_the_mark_watches_the_mark(crash: Path, told: Told) -> None:
    run = told("replay", crash, *LONG, *WALLET, "--stop", "58000", "--stop-on", "mark")
    assert entries(run, "OrderAccepted")[-1]["event"]["trigger_on"] == "mark"


def test_cross_uses_the_whole_wallet(crash: Path, told: Told) -> None:
    run = told("replay", crash, *LONG, *WALLET, "--margin-mode", "cross")
    assert run["summary"]["survived"] is True
    (opened,) = entries(run, "PositionOpened")
    assert Decimal(opened["liquidation_price_below"]) < Decimal(50_500)


def test_the_nearest_price_is_looked_up_on_the_tape_not_on_the_ticks_that_were_recorded(
    crash: Path, told: Told
) -> None:
    run = told("replay", crash, *LONG, *WALLET, "--margin-mode", "cross")
    (opened,) = entries(run, "PositionOpened")
    price = parse_units(opened["liquidation_price_below"])
    (stream,) = read([crash]).streams
    low = int(stream.price.min())
    nearest = Decimal(low - price) / low
    assert abs(Decimal(run["summary"]["lowest_distance"]) - nearest) < Decimal("1e-7")
    assert run["summary"]["highest_margin_ratio"] > opened["margin_ratio"]


def test_funding_payments_in_a_row_are_one_line_that_sums_them_up(
    crash: Path, told: Told, tmp_path: Path
) -> None:
    rates = tmp_path / "BTCUSDT-fundingRate.csv"
    start_ms = 1_704_067_200_000
    rows = [f"{start_ms + 60_000 * n},8,0.0001" for n in (1, 2, 3)]
    rates.write_text("calc_time,funding_interval_hours,last_funding_rate\n" + "\n".join(rows))
    run = told("replay", crash, *LONG, *WALLET, "--funding", rates)
    (paid,) = entries(run, "FundingPaid")
    assert paid["count"] == 3
    assert paid["amount"] == run["summary"]["funding"]


def test_it_opens_at_its_time_and_runs_from_and_to(crash: Path, told: Told) -> None:
    more = ("--from", "2024-01-01T00:01", "--at", "+60s", "--to", "2024-01-01T00:05")
    run = told("replay", crash, *LONG, *WALLET, *more)
    assert (run["start"], run["end"]) == ("2024-01-01T00:01:00Z", "2024-01-01T00:05:00Z")
    assert run["summary"]["opened_at"] == "2024-01-01T00:02:00Z"


def test_a_setting_changes_what_is_charged(crash: Path, told: Told) -> None:
    run = told("replay", crash, *LONG, *WALLET, "--set", "taker_fee=0", "--stop", "58000")
    assert run["summary"]["fees"] == "0"


def test_every_tick_gives_the_same_log(crash: Path, perplab: Perplab) -> None:
    for name, more in (("skip.db", ()), ("every.db", ("--every-tick",))):
        made = perplab("replay", crash, *LONG, *WALLET, "--auto-add", "--log", name, *more)
        assert made.exit_code == 0
    assert Path("skip.db").read_bytes() == Path("every.db").read_bytes()


def test_a_log_of_the_same_run_is_compared_and_stays_as_it_is(
    finished: Path, crash: Path, told: Told
) -> None:
    before = finished.read_bytes()
    run = told("replay", crash, *LONG, *WALLET, "--auto-add", "--log", finished)
    assert run["log_existed"] is True
    assert finished.read_bytes() == before


def test_what_never_came_due_is_said(crash: Path, told: Told) -> None:
    run = told("replay", crash, *LONG, *WALLET, "--add-margin", "100@70000")
    assert run["undone"] == ["trader: add-margin 100 BTCUSDT (mark BTCUSDT 70000)"]


def test_candles_take_the_extreme_against_the_position_first(tmp_path: Path, told: Told) -> None:
    candles = tmp_path / "BTCUSDT-1m-2024-01.csv"
    start_ms = 1_704_067_200_000
    rows = [
        f"{start_ms + 60_000 * n},60000,60500,59500,60000,10,{start_ms + 60_000 * (n + 1) - 1}"
        ",600000,5,5,300000,0"
        for n in range(3)
    ]
    candles.write_text("\n".join(rows))
    for side, path in (("long", "open, low, high"), ("short", "open, high, low")):
        asked = ("--symbol", "BTCUSDT", "--side", side, "--quantity", "0.1", "--leverage", "20")
        run = told("replay", candles, *asked, *WALLET)
        assert any(path in note for note in run["notes"])
    other = told("replay", candles, *LONG, *WALLET, "--candle-path", "high-first")
    assert "open, high, low" in " ".join(other["notes"])


@pytest.mark.parametrize(
    "words",
    [
        "opened long 0.1 BTC at",
        "MARGIN CALL: margin ratio",
        "LIQUIDATION: equity",
        "bankruptcy price",
        "by the market, PnL",
        "clearance fee",
        "LIQUIDATED at 2024-01-01",
        "wallet at the end",
        "to the insurance fund",
        "the last price stands in",
    ],
)
def test_a_person_reads_the_whole_story(crash: Path, perplab: Perplab, words: str) -> None:
    result = perplab("replay", crash, *LONG, *WALLET)
    assert result.exit_code == 0
    assert words in " ".join(result.stdout.split())


@pytest.mark.parametrize("columns", ["60", "80", "100"])
def test_it_fits_a_terminal_and_cuts_no_word(
    crash: Path, perplab: Perplab, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setitem(WIDE, "COLUMNS", columns)
    result = perplab("replay", crash, *LONG, *WALLET, "--auto-add")
    assert max(map(len, result.stdout.splitlines())) <= int(columns)
    assert "…" not in result.stdout
    assert "2024-01-01 00:00:00" in result.stdout
    assert "opened long" in result.stdout


def test_a_liquidation_is_the_nearest_that_it_came_and_names_the_price_that_was_crossed(
    crash: Path, told: Told, perplab: Perplab
) -> None:
    run = told("replay", crash, *LONG, *WALLET)
    summary, (begun,) = run["summary"], entries(run, "LiquidationStarted")
    assert Decimal(summary["highest_margin_ratio"]) >= 1
    assert summary["highest_margin_ratio"] == begun["margin_ratio"]
    assert summary["lowest_distance"] == "0"
    assert summary["lowest_distance_at"] == summary["liquidated_at"] == begun["time"]
    (opened,) = entries(run, "PositionOpened")
    assert summary["liquidation_price_crossed"] == opened["liquidation_price_below"]
    crossed = f"{Decimal(opened['liquidation_price_below']):,}"
    assert begun["what"].endswith(f", beyond the liquidation price {crossed}")
    text = " ".join(perplab("replay", crash, *LONG, *WALLET).stdout.split())
    assert f"highest margin ratio {Decimal(begun['margin_ratio']) * 100:.2f}% at" in text


JUMP = "inside one fills at the far end of the jump"


def candles(folder: Path, low: int) -> Path:
    path = folder / "BTCUSDT-1m-2024-01.csv"
    start_ms = 1_704_067_200_000
    rows = [
        f"{start_ms + 60_000 * n},60000,60500,{low if n else 59500},60000,10"
        f",{start_ms + 60_000 * (n + 1) - 1},600000,5,5,300000,0"
        for n in range(3)
    ]
    path.write_text("\n".join(rows))
    return path


def test_a_candle_that_jumps_past_the_bankruptcy_price_leaves_no_ratio_and_says_why(
    tmp_path: Path, told: Told, perplab: Perplab
) -> None:
    tape = candles(tmp_path, 50_000)
    run = told("replay", tape, *LONG, *WALLET)
    summary = run["summary"]
    assert summary["verdict"] == "liquidated"
    assert summary["highest_margin_ratio"] is None
    assert summary["highest_margin_ratio_at"] == summary["liquidated_at"]
    assert summary["lowest_distance"] == "0"
    assert sum(JUMP in note for note in run["notes"]) == 1
    text = " ".join(perplab("replay", tape, *LONG, *WALLET).stdout.split())
    assert "highest margin ratio over 100%" in text
    assert JUMP in text


def test_a_stop_inside_a_candle_is_told_with_its_jump_and_a_quiet_candle_or_tick_is_not(
    tmp_path: Path, crash: Path, told: Told
) -> None:
    def jumps(*asked: object) -> bool:
        return any(JUMP in note for note in told("replay", *asked, *LONG, *WALLET)["notes"])

    tape = candles(tmp_path, 59_000)
    assert jumps(tape, "--stop", "59200")
    assert not jumps(tape)
    assert not jumps(crash)
