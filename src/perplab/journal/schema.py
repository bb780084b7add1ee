"""The schema: two append-only tables, the triggers that keep them so, and views for people."""

import sqlite3

from perplab.journal.errors import JournalError
from perplab.journal.manifest import FORMAT

APPLICATION_ID = 0x70_70_6C_62
"""'pplb', by which a database is known to be a perplab log."""
PAGE = 4096

RECORDS = """CREATE TABLE records (
    seq INTEGER PRIMARY KEY,
    batch INTEGER NOT NULL,
    time_ns INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('manifest', 'command', 'event')),
    type TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT"""

BATCHES = """CREATE TABLE batches (
    batch INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT"""

_REFUSE = """CREATE TRIGGER {table}_refuse_{verb} BEFORE {verb} ON {table} BEGIN
    SELECT RAISE(ABORT, 'the log is append-only: {verb} on {table} is refused');
END"""

# INSERT OR REPLACE fires no DELETE trigger unless the connection asked for recursive triggers,
# which a stranger's has not: so a row that is not the next one is refused before it is inserted.
_NEXT = """CREATE TRIGGER {table}_only_next BEFORE INSERT ON {table}
WHEN NEW.{key} IS NOT coalesce((SELECT {key} + 1 FROM {table} ORDER BY {key} DESC LIMIT 1), 0) BEGIN
    SELECT RAISE(ABORT, 'the log is append-only: only the next {key} can be inserted in {table}');
END"""

KEYS = {"records": "seq", "batches": "batch"}
TRIGGERS = tuple(
    sql
    for table, key in KEYS.items()
    for sql in (
        _REFUSE.format(table=table, verb="UPDATE"),
        _REFUSE.format(table=table, verb="DELETE"),
        _NEXT.format(table=table, key=key),
    )
)

VIEWS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "orders": (
        ("Order", "Amendment", "Cancellation"),
        (
            *("account", "symbol", "order_id", "side", "order_type", "quantity", "price"),
            *("trigger_price", "remaining", "reason", "cancellation", "expiry"),
        ),
    ),
    "fills": (
        ("OrderFilled", "LiquidationFilled", "PositionDeleveraged"),
        ("account", "symbol", "order_id", "side", "quantity", "price", "maker", "taker"),
    ),
    "positions": (
        ("Position",),
        (
            *("account", "symbol", "position_side", "margin_mode", "quantity", "cost"),
            *("realized_pnl", "fee", "futures", "isolated"),
        ),
    ),
    "margin": (
        ("Margin", "AutoAddMargin"),
        (
            *("account", "symbol", "position_side", "margin_mode", "amount", "mark"),
            *("equity", "maintenance", "reason", "limit"),
        ),
    ),
    "liquidations": (
        ("Liquidation", "PositionTakenOver", "PositionDeleveraged", "Bankruptcy"),
        (
            *("account", "symbol", "position_side", "side", "quantity", "price", "mark"),
            *("bankruptcy_price", "bracket", "equity", "maintenance", "amount", "taker"),
            *("result", "outcome", "returned", "forfeited"),
        ),
    ),
    "wallets": (
        ("Deposited", "Withdrawn", "Transfer"),
        ("account", "wallet", "source", "target", "amount", "reason", "limit"),
    ),
    "funding": (
        ("Funding",),
        ("account", "symbol", "position_side", "quantity", "mark", "rate", "amount", "reason"),
    ),
}
"""Each view of events: how their types begin, and which fields it shows."""


def create_schema(connection: sqlite3.Connection) -> None:
    """Make an empty log in a new database, in one transaction: each waits for the disk."""
    connection.execute(f"PRAGMA page_size = {PAGE}")
    connection.execute("BEGIN")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {FORMAT}")
    for sql in (RECORDS, BATCHES, *TRIGGERS):
        connection.execute(sql)
    for name, (prefixes, columns) in VIEWS.items():
        connection.execute(f'CREATE VIEW "{name}" AS {_view(prefixes, columns)}')
    connection.execute("COMMIT")


def check_schema(connection: sqlite3.Connection) -> None:
    """Raise `JournalError` unless tables and triggers stand as `create_schema` made them."""
    rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type <> 'view'")
    found = dict(rows.fetchall())
    expected = {sql.split()[2]: sql for sql in (RECORDS, BATCHES, *TRIGGERS)}
    for name, sql in expected.items():
        if found.get(name) != sql:
            kind = sql.split()[1].lower()
            how = "is missing" if name not in found else "was changed"
            raise JournalError(f"the {kind} {name} {how}: the log is not append-only any more")
    strange = [name for name in found if name not in expected]
    if strange:
        raise JournalError(f"{strange[0]} was added to the log's database, which is not ours")


def _view(prefixes: tuple[str, ...], columns: tuple[str, ...]) -> str:
    shown = ", ".join(f"json_extract(body, '$.{name}') AS \"{name}\"" for name in columns)
    types = " OR ".join(f"type GLOB '{prefix}*'" for prefix in prefixes)
    where = f"kind = 'event' AND ({types})"
    return f"SELECT seq, batch, time_ns, type, {shown} FROM records WHERE {where}"  # noqa: S608  # our own names
