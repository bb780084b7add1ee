"""What the ids of a file tell of missing rows stands in its report."""

import pytest

from perplab.tape.notes import counted
from perplab.tape.reading import read
from tape.conftest import Written

AGG = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
TRADES = "id,price,qty,quote_qty,time,is_buyer_maker\n"


def agg_trades(*ids: int) -> str:
    rows = (f"{id_},5,1,1,1,{1700000000000 + row},true\n" for row, id_ in enumerate(ids))
    return AGG + "".join(rows)


def trades(*ids: int) -> str:
    rows = (f"{id_},5,1,5,{1700000000000 + row},true\n" for row, id_ in enumerate(ids))
    return TRADES + "".join(rows)


@pytest.mark.parametrize("text", [agg_trades(7, 8, 27, 28, 30), trades(7, 8, 27, 28, 30)])
def test_missing_ids_are_counted_with_the_rows_of_the_first_gap(
    written: Written, text: str
) -> None:
    (report,) = read([written("BTCUSDT.csv", text)]).reports
    assert report.notes == [
        "19 ids are missing, the first between rows 3 and 4: trades may be missing."
    ]


def test_ids_that_go_backwards_are_counted_and_leave_no_gap(written: Written) -> None:
    (report,) = read([written("BTCUSDT.csv", agg_trades(1, 3, 2, 4))]).reports
    assert report.notes == ["1 id is lower than the one before, first in row 4."]


def test_a_gap_among_ids_that_go_backwards_is_found_in_their_order(written: Written) -> None:
    (report,) = read([written("BTCUSDT.csv", agg_trades(1, 3, 2, 5))]).reports
    assert report.notes == [
        "1 id is missing, the first between rows 3 and 5: trades may be missing.",
        "1 id is lower than the one before, first in row 4.",
    ]


def test_ids_without_a_gap_and_ids_of_other_formats_give_no_note(written: Written) -> None:
    named = "trade_id,time,price\n1,1700000000000,5\n9,1700000000001,5\n"
    for text in (agg_trades(5, 6, 7), named):
        (report,) = read([written("BTCUSDT.csv", text)]).reports
        assert report.notes == []


def test_one_is_told_from_many() -> None:
    assert counted(1, "row is", "rows are") == "1 row is"
    assert counted(0, "row is", "rows are") == "0 rows are"
