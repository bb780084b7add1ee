"""Hyperliquid's first liquidations: positions from trades make what was liquidated."""

import csv
from functools import cache
from pathlib import Path

import pytest

from audit.foreign.account import result
from perplab.audit.foreign import audit_files
from perplab.audit.verdict import Audit, Line, Liquidation, Verdict

USER = "0xabc"
FILES = {
    "liquidations": (
        "time,user,liquidated_ntl_pos,liquidated_account_value,leverage_type\n"
        "2023-03-01T10:00:00Z,0xabc,1000,9,Cross\n"
    ),
    "trades": (
        "time,user,coin,side,px,sz,crossed\n"
        "2023-03-01T09:00:00Z,0xabc,ETH,Bid,1100,1,true\n"
        "2023-03-01T10:00:00Z,0xabc,ETH,Ask,991,1,false\n"
    ),
    "ledger": "time,user,delta_usd\n2023-03-01T08:00:00Z,0xabc,110\n",
}


def audited(folder: Path, **changed: str) -> Audit:
    paths = []
    for name, text in (FILES | changed).items():
        path = folder / name
        path.write_text(text)
        paths.append(path)
    return audit_files(paths)


def line(liquidation: Liquidation, check: str) -> Line:
    return next(one for one in liquidation.lines if one.check == check)


def test_a_liquidation_is_confirmed_from_the_trades(tmp_path: Path) -> None:
    (one,) = audited(tmp_path).liquidations
    assert (one.verdict, one.account, one.symbol, one.side) == (
        *(Verdict.CONFIRMED, USER, "ETH", "long"),
    )
    assert "listed 1000: 0.9% apart" in line(one, "hl-positions").text
    assert "without it 991, taken over for 991" in line(one, "hl-takeover").text
    assert "deposits 110 and trades leave 1 after it" in line(one, "hl-equity").text


WRONG = {
    "another quantity": ("trades", "Bid,1100,1,", "Bid,1100,1.5,", "hl-positions"),
    "another notional": ("liquidations", "1000,9", "1100,9", "hl-positions"),
    "another account value": ("liquidations", "1000,9", "1000,4", "hl-takeover"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_does_not_fit_is_violated(tmp_path: Path, what: str) -> None:
    name, before, after, check = WRONG[what]
    audit = audited(tmp_path, **{name: FILES[name].replace(before, after)})
    assert result(audit, check).verdict is Verdict.VIOLATED
    assert audit.liquidations[0].verdict is Verdict.VIOLATED


def test_without_trades_nothing_can_be_told(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(FILES["liquidations"])
    (one,) = audit_files([path]).liquidations
    assert one.verdict is Verdict.CANNOT_TELL
    assert "non_mm_trades.csv" in one.missing


def test_trades_alone_say_nothing_of_liquidations(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(FILES["trades"])
    audit = audit_files([path])
    assert audit.verdict is Verdict.CANNOT_TELL
    assert result(audit, "hl-positions").missing == "what was liquidated: liquidations.csv"


@pytest.fixture
def real(shared: Path) -> Audit:
    return _real(shared)


@cache
def _real(shared: Path) -> Audit:
    return audit_files(sorted((shared / "data/liquidations/hyperliquid").glob("*.csv*")))


def test_all_54_cross_liquidations_agree_within_one_percent(real: Audit, shared: Path) -> None:
    with (shared / "data/liquidations/hyperliquid/liquidations.csv").open() as file:
        listed = list(csv.DictReader(file))
    told = [line(one, "hl-positions") for one in real.liquidations]
    cross = [
        one.verdict
        for one, row in zip(told, listed, strict=True)
        if row["leverage_type"] == "Cross"
    ]
    assert len(cross) == 54
    assert set(cross) == {Verdict.CONFIRMED}
    assert not [one for one in told if one.verdict is Verdict.VIOLATED]


def test_every_account_was_taken_over_at_its_bankruptcy_price_where_it_can_be_told(
    real: Audit,
) -> None:
    told = result(real, "hl-takeover")
    assert told.verdict is Verdict.CANNOT_TELL
    assert told.looked_at == 62
    confirmed = [
        one for one in real.liquidations if line(one, "hl-takeover").verdict is Verdict.CONFIRMED
    ]
    assert len(confirmed) == 59


def test_an_equity_cannot_be_told_as_fees_and_funding_are_not_in_the_files(real: Audit) -> None:
    told = result(real, "hl-equity")
    assert told.verdict is Verdict.CANNOT_TELL
    assert told.missing.startswith("fees and funding")


def test_deleveraging_events_have_figures_that_agree(shared: Path) -> None:
    audit = audit_files([shared / "data/liquidations/hl_20251010/adl_event_outliers.csv"])
    told = result(audit, "hl-deleveraging")
    assert (told.verdict, told.looked_at) == (Verdict.CANNOT_TELL, 480)
    assert told.missing.startswith("all accounts of that moment")
