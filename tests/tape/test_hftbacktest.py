"""hftbacktest's raw recordings and .npz files."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from perplab.domain.instrument import Kind
from perplab.tape.errors import TapeError
from perplab.tape.options import ReadOptions
from perplab.tape.reading import read

EXCHANGE, BUY, SELL = 1 << 31, 1 << 29, 1 << 28
DEPTH, TRADE, BEST = 1, 2, 5


def message(local_ns: int, **data: object) -> str:
    return f"{local_ns} {json.dumps({'stream': 's', 'data': data}, separators=(',', ':'))}"


def trade(local_ns: int, number: int, price: str, *, x: str = "MARKET", time: int = 0) -> str:
    stamp = 1700000000000 + time
    return message(
        local_ns, e="trade", E=stamp, T=stamp, s="BTCUSDT", t=number, p=price, q="0.1", X=x, m=True
    )


def best(local_ns: int, number: int, bid: str, ask: str, time: int = 0) -> str:
    stamp = 1700000000000 + time
    return message(
        local_ns,
        e="bookTicker",
        u=number,
        s="BTCUSDT",
        b=bid,
        B="1",
        a=ask,
        A="1",
        T=stamp,
        E=stamp,
    )


START = 1700000001000000000


def recorded(tmp_path: Path, *lines: str, end: str = "\n") -> Path:
    path = tmp_path / "btcusdt_20231114.gz"
    path.write_bytes(gzip.compress(("\n".join(lines) + end).encode()))
    return path


def test_a_recording_gives_quotes_and_trades_at_the_exchange_time(tmp_path: Path) -> None:
    reading = read(
        [
            recorded(
                tmp_path,
                message(START, e="depthUpdate", E=1, T=1, s="BTCUSDT", b=[], a=[]),
                best(START + 1, 5, "99.9", "100.1", time=1),
                trade(START + 2, 7, "100.1", time=2),
                f'{START + 3} {{"lastUpdateId":1,"bids":[],"asks":[]}}',
                trade(START + 4, 8, "0", x="NA", time=3),
            )
        ]
    )
    trades, quotes = reading.streams
    assert (quotes.kind, trades.kind) == (Kind.QUOTE, Kind.TRADE)
    assert quotes.time_ns.tolist() == [1700000000001000000]
    assert trades.price.tolist() == [10010000000]
    notes = [note for report in reading.reports for note in report.notes]
    assert "2 messages of other kinds are left out." in notes
    assert "1 trade is left out: outside the market (X is not MARKET)." in notes


def test_quotes_of_one_millisecond_follow_their_update_ids(tmp_path: Path) -> None:
    path = recorded(tmp_path, best(START, 6, "2", "3"), best(START + 1, 5, "1", "3"))
    reading = read([path])
    assert reading.streams[0].price.tolist() == [100000000, 200000000]
    assert reading.reports[0].resorted_rows == 1


def test_one_kind_is_picked_when_asked_for(tmp_path: Path) -> None:
    path = recorded(tmp_path, best(START, 6, "2", "3"), trade(START + 1, 7, "3"))
    (stream,) = read([path], ReadOptions(kind=Kind.TRADE)).streams
    assert stream.kind is Kind.TRADE


def test_a_recording_cut_in_its_last_line_is_refused_with_the_row(tmp_path: Path) -> None:
    lines = [trade(START, 7, "3"), trade(START + 1, 8, "3")[:-9]]
    with pytest.raises(TapeError, match=r"row 2: .*cut short"):
        read([recorded(tmp_path, *lines, end="")])


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (trade(START + 1, 8, "abc"), r"row 2, column p: found 'abc'"),
        (trade(START + 1, 8, "-1"), r"row 2, column p: found '-1'"),
        (trade(START + 1, 8, "1.123456789"), r"row 2, column p: .*more than 8 decimals"),
        (trade(START + 1, 7, "3"), r"row 2, column t: found id 7, which row 1 has"),
        (trade(START + 1, 8, "3", time=-5000), r"row 2, column T: .*5.000 s earlier"),
        (trade(START + 1, 8, "3").replace("BTC", "ETH"), r"row 2, column s: found 'ETHUSDT'"),
        (trade(START + 1, 8, "3").replace('"t":', '"t";'), r"row 2"),
        ("no message", r"row 2: found 'no message'"),
    ],
)
def test_a_bad_line_is_refused_with_its_row(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(TapeError, match=complaint):
        read([recorded(tmp_path, trade(START, 7, "3"), line)])


def saved(tmp_path: Path, *events: tuple[int, int, float, float]) -> Path:
    fields = [
        ("ev", "u8"), ("exch_ts", "i8"), ("local_ts", "i8"), ("px", "f8"), ("qty", "f8"),
        ("order_id", "u8"), ("ival", "i8"), ("fval", "f8"),
    ]  # fmt: skip
    rows = [(ev, time, time + 5, px, qty, 0, 0, 0.0) for ev, time, px, qty in events]
    path = tmp_path / "btcusdt_20231114.npz"
    np.savez_compressed(path, data=np.array(rows, fields))
    return path


def test_npz_gives_trades_and_the_last_best_quote_of_each_moment(tmp_path: Path) -> None:
    reading = read(
        [
            saved(
                tmp_path,
                (EXCHANGE | BUY | DEPTH, START, 99.0, 1.0),
                (EXCHANGE | BUY | BEST, START, 99.9, 1.0),
                (EXCHANGE | SELL | BEST, START + 1, 100.1, 1.0),
                (EXCHANGE | BUY | BEST, START + 2, 100.0, 1.0),
                (EXCHANGE | SELL | BEST, START + 2, 100.2, 1.0),
                (EXCHANGE | BUY | TRADE, START + 3, 100.2, 0.3),
                ((1 << 30) | BUY | TRADE, START + 3, 100.2, 0.3),
            )
        ]
    )
    trades, quotes = reading.streams
    assert quotes.ask is not None
    assert quotes.time_ns.tolist() == [START + 1, START + 2]
    assert quotes.price.tolist() == [9990000000, 10000000000]
    assert quotes.ask.tolist() == [10010000000, 10020000000]
    assert trades.quantity is not None
    assert (trades.price.tolist(), trades.quantity.tolist()) == ([10020000000], [30000000])
    notes = reading.reports[0].notes
    assert "1 event of another kind is left out." in notes
    assert "1 event of local time only is left out." in notes


def test_npz_of_depth_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TapeError, match="no trade or best-quote events"):
        read([saved(tmp_path, (EXCHANGE | BUY | DEPTH, START, 99.0, 1.0))])


def test_npz_rows_are_numbered_among_all_events(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        (EXCHANGE | BUY | DEPTH, START, 99.0, 1.0),
        (EXCHANGE | BUY | TRADE, START, 0.1234567891, 1.0),
    )
    with pytest.raises(TapeError, match=r"row 2, column px: found '0.1234567891'"):
        read([path])


def test_npz_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "btcusdt.npz"
    np.savez(path, other=np.arange(3))
    with pytest.raises(TapeError, match="data"):
        read([path])
    np.savez(path, data=np.arange(3))
    with pytest.raises(TapeError, match="no field ev"):
        read([path])
