"""Files are recognised by what is in them; a bad row is refused with its place."""

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from audit.foreign.account import Records
from perplab.audit.foreign import Kind, audit_files, recognise
from perplab.tape.errors import TapeError

WEB_TRADES = (
    "Uid,Time,Symbol,Side,Price,Quantity,Amount,Fee,Realized Profit,Buyer,Maker,Trade ID,Order ID"
)
ORDERS = (
    "Uid,Time(UTC),Symbol,Type,Side,Position Side,Price,Average Price,Amount,Executed Amount,"
    "Executed Quote Amount,Stop Price,Status,Client Order Id,Time In Force,Activate Price,"
    "Price Rate,Update Time,Order No"
)
ORDER_ROW = "1,2025-09-01 09:00:00,BTCUSDT,LIMIT,BUY,BOTH,10,11,1,1,11,0,FILLED,{},GTC,0,0,,77"
FORCED = (
    "symbol,side,order_type,time_in_force,original_quantity,price,average_price,order_status,"
    "order_last_filled_quantity,order_filled_accumulated_quantity,order_trade_time,usd_size"
)
HEADERS: dict[str, tuple[str, Kind | None]] = {
    "web trades": (WEB_TRADES, Kind.TRADES),
    "older web trades": (
        "Date(UTC),Symbol,Side,Price,Quantity,Amount,Fee,Realized Profit,Quote Asset",
        Kind.TRADES,
    ),
    "trades with position side": (
        "Uid,Time(UTC),Symbol,Side,Position Side,Price,Quantity,Fee,Realized Profit,Maker,Trade Id",
        Kind.TRADES,
    ),
    "API trades as CSV": (
        "symbol,id,orderId,side,positionSide,price,qty,commission,realizedPnl,maker,time",
        Kind.TRADES,
    ),
    "web income": ("Time,Type,Amount,Asset,Symbol,Transaction ID", Kind.INCOME),
    "older web income": (
        '"Date(UTC)","type","Amount","Asset","Symbol","Transaction ID"',
        Kind.INCOME,
    ),
    "web orders": (ORDERS, Kind.ORDERS),
    "forced orders with a header": (FORCED, Kind.FORCED_STREAM),
    "Hyperliquid trades": ("time,user,coin,side,px,sz,crossed", Kind.HL_TRADES),
    "spot trades": ("Date(UTC),Pair,Side,Price,Executed,Amount,Fee", None),
    "candles": ("open_time,open,high,low,close,volume", None),
    "public trades": ("id,price,qty,quote_qty,time,is_buyer_maker", None),
    "a statement": ("User_ID,UTC_Time,Account,Operation,Coin,Change,Remark", None),
}


@pytest.mark.parametrize("what", HEADERS)
def test_a_csv_file_is_recognised_by_its_header(tmp_path: Path, what: str) -> None:
    header, kind = HEADERS[what]
    path = tmp_path / "x"
    path.write_text(f"\ufeff{header}\n")
    assert recognise(path) is kind


def test_json_is_recognised_by_its_keys(tmp_path: Path) -> None:
    kinds = [recognise(path) for path in Records(tmp_path).written()]
    assert kinds == [
        Kind.TRADES,
        Kind.INCOME,
        Kind.ORDERS,
        Kind.FORCED_ORDERS,
        Kind.POSITIONS,
        Kind.FUNDING_RATES,
    ]


def test_orders_that_the_exchange_placed_are_forced_orders(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(f"{ORDERS}\n{ORDER_ROW.format('autoclose-1')}\n")
    assert recognise(path) is Kind.FORCED_ORDERS
    path.write_text(f"{ORDERS}\n{ORDER_ROW.format('mine')}\n")
    assert recognise(path) is Kind.ORDERS


def test_packed_files_are_recognised_as_well(tmp_path: Path) -> None:
    text = f"{WEB_TRADES}\n".encode()
    (tmp_path / "a.gz").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", text)
    assert recognise(tmp_path / "a.gz") is recognise(tmp_path / "a.zip") is Kind.TRADES


def test_an_events_stream_is_recognised_alone_wrapped_or_stamped(tmp_path: Path) -> None:
    order = '{"e":"forceOrder","E":1,"o":{"s":"BTCUSDT","S":"SELL"}}'
    path = tmp_path / "x"
    for line in (order, f'{{"stream":"!forceOrder@arr","data":{order}}}', f"1723 {order}"):
        path.write_text(f"{line}\n{line}\n")
        assert recognise(path) is Kind.FORCED_STREAM


@pytest.mark.parametrize("content", [b"SQLite format 3\0 and more", b"hello\n", b'{"a":1}', b"[]"])
def test_anything_else_is_not_ours(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert recognise(path) is None
    with pytest.raises(TapeError, match="content of no known kind"):
        audit_files([path])


def row(**cells: str) -> str:
    fine = {
        "Uid": "1",
        "Time": "2025-09-01 09:00:00",
        "Symbol": "BTCUSDT",
        "Side": "BUY",
        "Price": "60000",
        "Quantity": "0.1",
        "Amount": "6000",
        "Fee": "3 USDT",
        "Realized Profit": "0",
        "Buyer": "true",
        "Maker": "false",
        "Trade ID": "1",
        "Order ID": "1",
    }
    return ",".join((fine | cells).values())


BAD = {
    "a price": ({"Price": "60k"}, "row 3, column Price: found '60k', expected a decimal number"),
    "a quantity": ({"Quantity": "0"}, "column Quantity: found '0', expected a number above zero"),
    "a side": ({"Side": "LONG"}, "column Side: found 'LONG', expected BUY or SELL"),
    "a time": ({"Time": "noon"}, "column Time: found 'noon', expected a time such as"),
    "a fee": ({"Fee": "free"}, "column Fee: found 'free', expected a number"),
    "a flag": ({"Maker": "maybe"}, "column Maker: found 'maybe', expected true or false"),
    "nothing": ({"Realized Profit": ""}, "column Realized Profit: found nothing"),
    "a cell too many": ({"Order ID": "1,2"}, "row 3: found 14 cells, expected 13"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_row_is_refused_with_its_place(tmp_path: Path, what: str) -> None:
    cells, said = BAD[what]
    path = tmp_path / "mine.csv"
    path.write_text(f"{WEB_TRADES}\n{row()}\n{row(**cells)}\n")
    with pytest.raises(TapeError) as error:
        audit_files([path])
    assert said in str(error.value)
    assert str(error.value).startswith(str(path))


def test_an_object_without_a_key_is_refused_with_its_place(tmp_path: Path) -> None:
    records = Records(tmp_path)
    del records.files["trades"][2]["price"]
    with pytest.raises(TapeError, match="row 3: found an object with the keys symbol, id"):
        records.audited("trades")


def test_json_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = Records(tmp_path).written("trades")[0]
    path.write_text(path.read_text()[:200])
    with pytest.raises(TapeError, match="text that is not JSON"):
        recognise(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(TapeError, match="found no such file"):
        recognise(tmp_path / "gone.csv")


def test_funding_rates_alone_are_nothing_to_audit(tmp_path: Path) -> None:
    with pytest.raises(TapeError, match="found funding rates alone"):
        Records(tmp_path).audited("rates")


def test_an_answer_that_is_wrapped_is_unwrapped(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(json.dumps({"code": 200, "data": Records(tmp_path).files["trades"]}))
    assert recognise(path) is Kind.TRADES
