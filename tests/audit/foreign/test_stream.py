"""Recorded forced orders: real recordings give the measured table, each order its verdict."""

import json
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from audit.foreign.account import NINE, result
from perplab.audit.foreign import examine
from perplab.audit.foreign.auditing import Examined
from perplab.audit.verdict import Verdict
from perplab.tables.dated import built_in, read_dated

GOOD = {
    "s": "BTCUSDT",
    "S": "SELL",
    "o": "LIMIT",
    "f": "IOC",
    "q": "0.150",
    "p": "57500",
    "ap": "57725.4",
    "X": "FILLED",
    "l": "0.050",
    "z": "0.150",
    "T": NINE,
}


def seen(folder: Path, *orders: dict[str, object], prices: Path | None = None) -> Examined:
    path = folder / "events"
    lines = [json.dumps({"e": "forceOrder", "E": NINE, "o": order}) for order in orders]
    path.write_text("\n".join(lines))
    return examine([path], brackets=built_in(), prices=[prices] if prices else [])


def test_an_order_filled_near_what_its_limit_implies_is_confirmed(tmp_path: Path) -> None:
    (one,) = seen(tmp_path, GOOD).audit.liquidations
    assert (one.verdict, one.side) == (Verdict.CONFIRMED, "long")
    assert "implies liquidation at 57730.92369478 (bracket 1, 0.4%)" in one.lines[1].text


def test_the_liquidation_of_a_short_is_a_buy(tmp_path: Path) -> None:
    short = GOOD | {"S": "BUY", "p": "60000", "ap": "59761"}
    (one,) = seen(tmp_path, short).audit.liquidations
    assert (one.verdict, one.side) == (Verdict.CONFIRMED, "short")
    assert "implies liquidation at 59760.9561753 (bracket 1, 0.4%)" in one.lines[1].text


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "a fill worse than the limit": ({"ap": "57499.9"}, "fill-limit"),
    "an order of another type": ({"o": "MARKET"}, "stream-form"),
    "an order that rests": ({"f": "GTC"}, "stream-form"),
    "more filled than ordered": ({"z": "0.2"}, "stream-form"),
    "filled, but not all of it": ({"z": "0.1"}, "stream-form"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_no_forced_order_can_be_is_violated(tmp_path: Path, what: str) -> None:
    cells, check = WRONG[what]
    assert result(seen(tmp_path, GOOD | cells).audit, check).verdict is Verdict.VIOLATED


def test_a_fill_far_from_what_is_implied_is_not_called_wrong(tmp_path: Path) -> None:
    (one,) = seen(tmp_path, GOOD | {"ap": "57600"}).audit.liquidations
    assert one.verdict is Verdict.CANNOT_TELL
    assert "the account's other positions and its wallet" in one.missing


def test_brackets_of_a_later_day_confirm_nothing(tmp_path: Path) -> None:
    examined = seen(tmp_path, GOOD | {"T": NINE - 400 * 86_400_000})
    (one,) = examined.audit.liquidations
    assert one.verdict is Verdict.CANNOT_TELL
    assert "of a later day" in one.missing
    assert examined.study is not None
    assert [row.orders for row in examined.study.rows] == [0, 0, 0, 0, 0, 1]


def test_duplicates_count_once(tmp_path: Path) -> None:
    examined = seen(tmp_path, GOOD, GOOD, GOOD | {"T": NINE + 1})
    assert len(examined.audit.liquidations) == 2
    assert examined.study is not None
    assert (examined.study.recorded, examined.study.repeated) == (3, 1)


@pytest.mark.parametrize(
    ("low", "verdict"), [("57000", Verdict.CONFIRMED), ("57726", Verdict.VIOLATED)]
)
def test_a_fill_is_held_against_the_markets_candle(
    tmp_path: Path, low: str, verdict: Verdict
) -> None:
    candles = tmp_path / "BTCUSDT-1m.csv"
    rows = [f"{NINE + at},58000,58100,{low},57900,1" for at in (0, 60_000)]
    candles.write_text("\n".join(("open_time_ms,open,high,low,close,volume", *rows)) + "\n")
    audit = seen(tmp_path, GOOD, prices=candles).audit
    assert result(audit, "price-range").verdict is verdict


def test_a_recording_without_header_may_begin_with_something_else(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    row = f"BTC,SELL,LIMIT,IOC,0.150,57500,57725.4,FILLED,0.050,0.150,{NINE},8625"
    path.write_text(f"<generator object>,175.5\n{row}\n{row},100\n")
    examined = examine([path], brackets=built_in())
    (one,) = examined.audit.liquidations
    assert (one.symbol, one.verdict) == ("BTCUSDT", Verdict.CONFIRMED)
    assert "x.csv: row 1 is no order and was left out: '<generator object>,175.5'" in (
        examined.audit.notes
    )


def test_a_published_file_says_its_symbol_in_its_name(tmp_path: Path) -> None:
    path = tmp_path / "BTCUSDT-liquidationSnapshot-2025-09-01.csv"
    path.write_text(
        "time,side,order_type,time_in_force,original_quantity,price,average_price,order_status,"
        "last_fill_quantity,accumulated_fill_quantity\n"
        f"{NINE},SELL,LIMIT,IOC,0.150,57500,57725.4,FILLED,0.050,0.150\n"
    )
    (one,) = examine([path], brackets=built_in()).audit.liquidations
    assert (one.symbol, one.verdict) == ("BTCUSDT", Verdict.CONFIRMED)


@pytest.fixture
def recorded(shared: Path) -> Examined:
    return _recorded(shared)


@cache
def _recorded(shared: Path) -> Examined:
    tiers = sorted((shared / "data/tiers").glob("*.gz"))
    hourly = [
        shared / f"data/klines/{coin}_USDT_USDT-1h-{kind}.feather"
        for coin in ("BTC", "ETH", "ADA", "LTC")
        for kind in ("futures", "mark")
    ]
    files = sorted((shared / "data/liquidations").glob("force_*.csv"))
    return examine(files, brackets=read_dated(tiers), prices=hourly)


def test_the_real_recordings_give_the_table_of_the_docs(recorded: Examined) -> None:
    study = recorded.study
    assert study is not None
    assert (study.recorded, study.repeated, study.without_average) == (7361, 1673, 702)
    assert study.without_brackets == 0
    told = {row.name: (row.orders, _shown(row.near), _shown(row.median)) for row in study.rows}
    assert told == {
        "BTC": (59, "86.44%", "0.012%"),
        "ETH": (69, "98.55%", "0.027%"),
        "large caps": (504, "80.56%", "0.040%"),
        "others": (3427, "48.06%", "0.106%"),
        "all of these": (4059, "53.51%", "0.091%"),
        "later brackets": (927, "33.12%", "0.176%"),
    }


def _shown(share: Fraction | None) -> str:
    assert share is not None
    return f"{float(share):.2%}" if share > Fraction(1, 100) else f"{float(share):.3%}"


def test_no_real_order_was_filled_beyond_its_limit_or_outside_the_market(
    recorded: Examined,
) -> None:
    audit = recorded.audit
    assert audit.verdict is Verdict.CANNOT_TELL
    assert not [one for one in audit.findings if one.verdict is Verdict.VIOLATED]
    assert result(audit, "stream-form").verdict is Verdict.CONFIRMED
    ranges = [line for one in audit.liquidations for line in one.lines]
    told = [line for line in ranges if line.check == "price-range" and "inside" in line.text]
    assert len(told) == 150
    assert len(audit.liquidations) == 5688
