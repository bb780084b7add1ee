"""Importing: the rows of foreign files become records, each number exact or refused."""

from fractions import Fraction

from perplab.audit.foreign.amounts import decimals
from perplab.audit.foreign.content import Content, is_forced_id
from perplab.audit.foreign.layouts import Kind
from perplab.audit.foreign.records import (
    Account,
    Forced,
    Income,
    Order,
    Settlement,
    Snapshot,
    Trade,
    market,
    quote_of,
)
from perplab.audit.foreign.rows import Row
from perplab.tape.errors import TapeError


def account_of(contents: list[Content]) -> Account:
    """Return the records of these files as one account's. Raises `TapeError` for a bad row."""
    _refuse_two(contents)
    trades: dict[object, Trade] = {}
    income: dict[object, Income] = {}
    orders: dict[object, Order] = {}
    snapshots: list[Snapshot] = []
    rows = 0
    for content in contents:
        oldest_first = _oldest_first(content.rows)
        rows += len(oldest_first)
        for row in oldest_first:
            if content.kind is Kind.TRADES:
                trade = _trade(row)
                trades.setdefault(_trade_key(trade), trade)
            elif content.kind is Kind.INCOME:
                line = _income(row)
                income.setdefault(_income_key(line), line)
            elif content.kind in (Kind.ORDERS, Kind.FORCED_ORDERS):
                order = _order(row)
                orders.setdefault((order.symbol, order.order_id or id(row)), order)
            elif content.kind is Kind.POSITIONS:
                snapshots.append(_snapshot(row))
    kept = len(trades) + len(income) + len(orders) + len(snapshots)
    return Account(
        trades=tuple(sorted(trades.values(), key=_trade_order)),
        income=tuple(sorted(income.values(), key=lambda line: line.time_ns)),
        orders=tuple(sorted(orders.values(), key=lambda order: order.time_ns)),
        snapshots=tuple(sorted(snapshots, key=lambda one: one.time_ns)),
        kinds=frozenset(content.kind for content in contents),
        repeated=rows - kept,
    )


def _refuse_two(contents: list[Content]) -> None:
    """Raise `TapeError` where files, or rows of one, name different users."""
    seen = ""
    for row in (row for content in contents for row in content.rows):
        user = row.text("uid")
        seen = seen or user
        if user and user != seen:
            raise TapeError(
                row.path,
                row=row.number,
                column=row.columns["uid"],
                found=user,
                expected=f"{seen}, as before: the files of one account at a time",
            )


def _oldest_first(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return rows so that those of one second are in the order in which they happened."""
    newest_first = len(rows) > 1 and "time" in rows[0].columns
    if newest_first and rows[0].text("time") and rows[-1].text("time"):
        return rows[::-1] if rows[0].time_ns() > rows[-1].time_ns() else rows
    return rows


def _trade_key(trade: Trade) -> object:
    if trade.trade_id:
        return trade.symbol, trade.trade_id, trade.side, trade.position_side
    return id(trade)


def _trade_order(trade: Trade) -> tuple[int, int]:
    """Return time, then trade id: it rises within a symbol; without, the file's order stands."""
    return trade.time_ns, int(trade.trade_id) if trade.trade_id.isdecimal() else 0


def _income_key(line: Income) -> object:
    identity = line.row.text("transaction_id")
    if not identity:
        return id(line)
    return line.type, line.asset, line.symbol, identity, line.trade_id, line.time_ns, line.amount


def _trade(row: Row) -> Trade:
    symbol = market(row.text("symbol"))
    fee, asset = row.with_asset("fee")
    return Trade(
        row=row,
        time_ns=row.time_ns(),
        symbol=symbol,
        side=row.side(),
        position_side=row.position_side(),
        price=row.positive("price"),
        quantity=row.positive("quantity"),
        fee=fee,
        fee_asset=row.text("fee_asset").upper() or asset or quote_of(symbol),
        realized=row.with_asset("realized")[0],
        maker=row.flag("maker"),
        trade_id=row.text("trade_id"),
        order_id=row.text("order_id"),
    )


def _income(row: Row) -> Income:
    symbol = row.text("symbol")
    return Income(
        row=row,
        time_ns=row.time_ns(),
        type=row.text("type").upper().replace(" ", "_"),
        amount=row.number_of("amount"),
        asset=row.text("asset").upper(),
        symbol=market(symbol) if symbol else "",
        trade_id=row.text("trade_id"),
    )


def _order(row: Row) -> Order:
    client_id = row.text("client_id")
    return Order(
        row=row,
        time_ns=row.time_ns(),
        symbol=market(row.text("symbol")),
        side=row.side(),
        position_side=row.position_side(),
        price=row.maybe_number("price") or Fraction(0),
        average=row.maybe_number("average") or Fraction(0),
        average_decimals=decimals(row.text("average")),
        executed=row.maybe_number("executed") or Fraction(0),
        order_id=row.text("order_id"),
        forced=is_forced_id(client_id),
        deleveraged=client_id.startswith("adl_autoclose"),
    )


def _snapshot(row: Row) -> Snapshot:
    quantity = row.number_of("quantity")
    return Snapshot(
        row=row,
        time_ns=row.time_ns() if row.text("time") else -1,
        symbol=market(row.text("symbol")),
        position_side=row.position_side("side"),
        quantity=quantity,
        entry=row.number_of("entry"),
        entry_decimals=decimals(row.text("entry")),
        wallet=_isolated_wallet(row),
        liquidation=row.number_of("liquidation"),
        liquidation_decimals=decimals(row.text("liquidation")),
    )


def _isolated_wallet(row: Row) -> Fraction | None:
    """Return the isolated wallet, else margin less unrealized profit. Measured in all of 30."""
    if row.text("margin_type").lower() in {"cross", "crossed"}:
        return None
    wallet = row.maybe_number("wallet")
    if wallet is None:
        margin, profit = row.maybe_number("margin"), row.maybe_number("profit")
        wallet = None if not margin or profit is None else margin - profit
    return wallet or None


def settlements_of(content: Content) -> list[Settlement]:
    """Return the settlements of a funding-rate file."""
    return [
        Settlement(
            time_ns=row.time_ns(),
            symbol=market(row.text("symbol")),
            rate=row.number_of("rate"),
            mark=row.maybe_number("mark"),
        )
        for row in content.rows
    ]


def forced_of(row: Row, symbol: str) -> Forced:
    """Return a forced order of the public stream; `symbol` where its file has no column for it."""
    average = row.maybe_number("average")
    return Forced(
        row=row,
        time_ns=row.time_ns(),
        symbol=market(row.text("symbol") or symbol),
        side=row.side(),
        type=row.text("type").upper(),
        tif=row.text("tif").upper(),
        quantity=row.positive("quantity"),
        limit=row.positive("price"),
        average=average or None,
        status=row.text("status").upper(),
        last=row.number_of("last"),
        total=row.number_of("total"),
    )
