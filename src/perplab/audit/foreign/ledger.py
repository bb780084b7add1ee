"""Ledger: an account's income and orders against its trades."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction

from perplab.audit.exact import UNIT, ZERO, written
from perplab.audit.foreign.records import Account, Income, Order, Trade, quote_of
from perplab.audit.foreign.report import Report

FEE, PROFIT = "COMMISSION", "REALIZED_PNL"
NO_INCOME = "the account's income: the transaction history, or GET /fapi/v1/income"
NO_TRADES = "the account's trades: the trade history, or GET /fapi/v1/userTrades"
NO_ORDERS = "the account's orders: the order history, or GET /fapi/v1/allOrders"
_DAY_NS = 86_400 * 10**9
_TOGETHER_NS = 60 * 10**9
"""Files whose ends are no further apart are taken to be of the same time."""
_NAMES = {FEE: "fees", PROFIT: "realized profits"}
_Key = tuple[str, str, str, str]
"""Symbol, type, asset, and trade id or day."""
_Sums = defaultdict[_Key, Fraction]


def check_ledger(account: Account, report: Report) -> None:
    """Compare fees and realized profits of the income with those of the trades, exactly.

    By trade id where both have it, else by symbol and day: exports name no trade in the income.
    """
    lines = [line for line in account.income if line.type in (FEE, PROFIT)]
    if not account.trades or not lines:
        report.cannot("ledger", NO_INCOME if account.trades else NO_TRADES, counted=False)
        return
    by_id = all(line.trade_id for line in lines) and all(one.trade_id for one in account.trades)
    paid, counts = _of_trades(account.trades, by_id=by_id)
    booked = _of_income(lines, by_id=by_id)
    common = _common_days(account.trades, lines)
    for key in sorted({*paid, *booked}):
        if not by_id and not common[0] < int(key[3]) < common[1]:
            _at_edge(key, paid, booked, report)
        elif abs(paid[key] - booked[key]) <= counts[key] * UNIT * (not by_id):
            report.right("ledger")
        else:
            _differ(key, paid, booked, report, by_id=by_id)


def _of_trades(trades: Iterable[Trade], *, by_id: bool) -> tuple[_Sums, defaultdict[_Key, int]]:
    sums: _Sums = defaultdict(lambda: ZERO)
    counts: defaultdict[_Key, int] = defaultdict(int)
    for trade in trades:
        mark = trade.trade_id if by_id else str(trade.time_ns // _DAY_NS)
        for name, asset, amount in (
            (FEE, trade.fee_asset, -trade.fee),
            (PROFIT, quote_of(trade.symbol), trade.realized),
        ):
            if amount:
                sums[trade.symbol, name, asset, mark] += amount
                counts[trade.symbol, name, asset, mark] += 1
    return sums, counts


def _of_income(lines: Iterable[Income], *, by_id: bool) -> _Sums:
    sums: _Sums = defaultdict(lambda: ZERO)
    for line in lines:
        mark = line.trade_id if by_id else str(line.time_ns // _DAY_NS)
        sums[line.symbol, line.type, line.asset, mark] += line.amount
    return sums


def _common_days(trades: Sequence[Trade], lines: Sequence[Income]) -> tuple[int, int]:
    """Return the days between which both files are whole: one may begin or end inside a day."""
    begin = max(trades[0].time_ns, lines[0].time_ns) // _DAY_NS
    end = min(trades[-1].time_ns, lines[-1].time_ns) // _DAY_NS
    begin -= abs(trades[0].time_ns - lines[0].time_ns) <= _TOGETHER_NS
    end += abs(trades[-1].time_ns - lines[-1].time_ns) <= _TOGETHER_NS
    return begin, end


def _at_edge(key: _Key, paid: _Sums, booked: _Sums, report: Report) -> None:
    """Take a day at which a file begins or ends: it is right if it agrees, else not told."""
    if paid[key] == booked[key]:
        report.right("ledger")
        return
    missing = "trades and income of the same days: they differ where one of them begins or ends"
    report.cannot("ledger", missing, symbol=key[0], time_ns=int(key[3]) * _DAY_NS)


def _differ(key: _Key, paid: _Sums, booked: _Sums, report: Report, *, by_id: bool) -> None:
    symbol, kind, asset, mark = key
    where = f"of trade {mark}" if by_id else "of the day"
    if by_id and (key not in paid or key not in booked):
        missing = "trades and income of the same time: some trade ids stand in one of them only"
        report.cannot("ledger", missing, symbol=symbol)
        return
    report.violated(
        "ledger",
        f"the {_NAMES[kind]} {where} in the income are not those of the trades, in {asset}",
        found=written(booked[key]),
        expected=written(paid[key]),
        rule="1.4",
        symbol=symbol,
        time_ns=-1 if by_id else int(mark) * _DAY_NS,
    )


def check_orders(account: Account, report: Report) -> None:
    """Compare what was executed of each order, and its average price, with its trades."""
    if not account.orders or not account.trades:
        report.cannot("orders", NO_TRADES if account.orders else NO_ORDERS, counted=False)
        return
    trades: defaultdict[tuple[str, str], list[Trade]] = defaultdict(list)
    for trade in account.trades:
        trades[trade.symbol, trade.order_id].append(trade)
    first, last = account.trades[0].time_ns, account.trades[-1].time_ns
    for order in account.orders:
        found = trades.get((order.symbol, order.order_id), []) if order.order_id else []
        if found:
            _compare(order, found, report)
        elif not order.executed:
            report.right("orders")
        else:
            inside = bool(order.order_id) and first <= order.time_ns <= last
            missing = (
                f"the trades of {order.symbol}: an order of that time was filled, and has none"
                if inside
                else "trades with their order ids, of the time of all orders"
            )
            report.cannot(
                "orders", missing, time_ns=order.time_ns, symbol=order.symbol, row=order.row
            )


def _compare(order: Order, trades: Sequence[Trade], report: Report) -> None:
    quantity = sum((trade.quantity for trade in trades), ZERO)
    value = sum((trade.quantity * trade.price for trade in trades), ZERO)
    unit = Fraction(1, 10**order.average_decimals)
    same_side = all(trade.side == order.side for trade in trades)
    if same_side and quantity == order.executed and abs(value / quantity - order.average) <= unit:
        report.right("orders")
        return
    report.violated(
        "orders",
        f"the trades of order {order.order_id} do not make it",
        found=f"{written(order.executed)} at {written(order.average)}",
        expected=f"{written(quantity)} at {written(value / quantity)}",
        rule="18",
        time_ns=order.time_ns,
        symbol=order.symbol,
        row=order.row,
    )
