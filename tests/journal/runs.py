"""Runs to record: a small one with orders, margin, a liquidation and a hostile name in it."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from perplab.domain import commands as cm
from perplab.domain.batch import Batch
from perplab.domain.instrument import Bracket, Config, Instrument, Kind, Settings
from perplab.domain.numbers import Money, Price, Qty, Rate, parse_units
from perplab.engine.exchange import Exchange
from perplab.journal import Comparing, Journal, Manifest, Writer, manifest_config
from perplab.journal.chain import digest_of
from perplab.journal.seal import Seal, add_seal, find_seal
from perplab.journal.stored import stored_blocks

START_NS = 1_700_000_000_000_000_000
SYMBOL = "BTCUSDT"


def money(text: str) -> Money:
    return Money(parse_units(text))


def price(text: str) -> Price:
    return Price(parse_units(text))


CONFIG = Config(
    settings=Settings(),
    instruments=(
        Instrument(
            symbol=SYMBOL,
            tick=price("0.1"),
            step=Qty(parse_units("0.001")),
            min_quantity=Qty(parse_units("0.001")),
            max_quantity=Qty(parse_units("1000")),
            min_notional=money("50"),
            price_up=Rate(parse_units("1.05")),
            price_down=Rate(parse_units("0.95")),
            max_orders=200,
            liquidation_fee=Rate(parse_units("0.0125")),
            brackets=(
                Bracket(
                    floor=money("0"),
                    cap=money("50000"),
                    rate=Rate(parse_units("0.004")),
                    amount=money("0"),
                    max_leverage=125,
                ),
                Bracket(
                    floor=money("50000"),
                    cap=money("600000"),
                    rate=Rate(parse_units("0.005")),
                    amount=money("50"),
                    max_leverage=100,
                ),
            ),
            streams=(Kind.MARK,),
        ),
    ),
)


def manifest(seed: int = 0) -> Manifest:
    return Manifest(
        perplab="0.1.0",
        config=manifest_config(CONFIG),
        scenario={"said": "café", "at": ["57300", 1, True, None]},
        seed=seed,
    )


def buy(account: str, order_id: str, quantity: str, limit: str = "0") -> cm.PlaceOrder:
    return cm.PlaceOrder(
        account=account,
        symbol=SYMBOL,
        order_id=order_id,
        side=cm.Side.BUY,
        order_type=cm.OrderType.MARKET if limit == "0" else cm.OrderType.LIMIT,
        quantity=Qty(parse_units(quantity)),
        price=price(limit),
    )


def mark(row: int, text: str) -> cm.ObserveMark:
    return cm.ObserveMark(symbol=SYMBOL, row=row, price=price(text))


def commands() -> list[cm.Command]:
    isolated = cm.MarginMode.ISOLATED
    futures = cm.Wallet.FUTURES
    return [
        cm.StartRun(),
        cm.OpenAccount(account="ann"),
        cm.OpenAccount(account='"; DROP TABLE records; -- \u00e9'),
        cm.Deposit(account="ann", wallet=futures, amount=money("1000.00000001")),
        mark(0, "60000"),
        cm.SetMarginMode(account="ann", symbol=SYMBOL, margin_mode=isolated),
        cm.SetLeverage(account="ann", symbol=SYMBOL, leverage=20),
        buy("ann", "o1", "0.1"),
        buy("ann", "o1", "1000"),
        buy("ann", "o2", "0.01", limit="57000.1"),
        cm.AddMargin(
            account="ann",
            symbol=SYMBOL,
            position_side=cm.PositionSide.BOTH,
            amount=money("12.5"),
        ),
        cm.SettleFunding(symbol=SYMBOL, rate=Rate(parse_units("0.0001"))),
        mark(7, "57300"),
        mark(8, "56000"),
        cm.EndRun(),
    ]


def batches(asked: Iterable[cm.Command] | None = None) -> list[Batch]:
    """Return what the exchange makes of the commands, one second apart."""
    exchange = Exchange(CONFIG)
    made = []
    for second, command in enumerate(commands() if asked is None else asked):
        time_ns = START_NS + second * 1_000_000_000
        events = exchange.execute(time_ns, command)
        made.append(Batch(time_ns=time_ns, command=command, events=events))
    return made


def record(path: Path, run: Iterable[Batch] | None = None) -> Path:
    """Write a log of the run: sealed if the run ends."""
    with Journal.create(path, manifest()) as writer:
        for batch in batches() if run is None else run:
            writer.append(batch)
    return path


def interrupted(run: Iterable[Batch]) -> Iterator[Batch]:
    """Yield a run that its user interrupts."""
    yield from run
    raise KeyboardInterrupt


def append_all(sink: Writer | Comparing, run: Iterable[Batch]) -> None:
    """Give a sink every batch of a run."""
    for batch in run:
        sink.append(batch)


def resume(path: Path, run: Iterable[Batch]) -> None:
    """Go on with a log by making its run again."""
    with Journal.resume(path, manifest()) as writer:
        append_all(writer, run)


def forge(path: Path, change: Callable[[sqlite3.Connection], object]) -> None:
    """Change a log past its triggers, put them back, and seal it again if it was sealed."""
    sealed = find_seal(path) is Seal.PRESENT
    connection = sqlite3.connect(path, isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    for name, _ in (kept := triggers.fetchall()):
        connection.execute(f"DROP TRIGGER {name}")
    change(connection)
    for _, sql in kept:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.close()
    if sealed:
        add_seal(path)


def rechain(connection: sqlite3.Connection) -> None:
    """Hash every batch again, as a forger would who knows how."""
    head = "0" * 64
    for block in list(stored_blocks(connection)):
        head = digest_of(head, block.records)
        connection.execute("UPDATE batches SET hash = ? WHERE batch = ?", (head, block.number))
