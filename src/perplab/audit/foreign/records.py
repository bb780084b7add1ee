"""Records: what foreign files say, as exact numbers, each with the row that says it."""

from dataclasses import dataclass
from fractions import Fraction

from perplab.audit.foreign.layouts import Kind
from perplab.audit.foreign.rows import Row

QUOTES = ("USDT", "USDC", "FDUSD", "BUSD", "TUSD", "USD")
"""Quote assets, the longer before those that they end with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A fill of an account. `side` is +1 for a buy; a fee above zero was paid."""

    row: Row
    time_ns: int
    symbol: str
    side: int
    position_side: str
    price: Fraction
    quantity: Fraction
    fee: Fraction
    fee_asset: str
    realized: Fraction
    maker: bool | None
    trade_id: str
    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    """A line of an account's ledger; an amount above zero was received."""

    row: Row
    time_ns: int
    type: str
    amount: Fraction
    asset: str
    symbol: str
    trade_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order of an account; `forced` if the exchange placed it."""

    row: Row
    time_ns: int
    symbol: str
    side: int
    position_side: str
    price: Fraction
    average: Fraction
    average_decimals: int
    executed: Fraction
    order_id: str
    forced: bool
    deleveraged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A position as the exchange printed it; `wallet` is the isolated wallet, None in cross."""

    row: Row
    time_ns: int
    symbol: str
    position_side: str
    quantity: Fraction
    entry: Fraction
    entry_decimals: int
    wallet: Fraction | None
    liquidation: Fraction
    liquidation_decimals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A funding settlement: rate, and the mark price where it is told."""

    time_ns: int
    symbol: str
    rate: Fraction
    mark: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forced:
    """A forced order of the public stream; `average` is None where it was not recorded."""

    row: Row
    time_ns: int
    symbol: str
    side: int
    type: str
    tif: str
    quantity: Fraction
    limit: Fraction
    average: Fraction | None
    status: str
    last: Fraction
    total: Fraction

    @property
    def position(self) -> int:
        """Return +1 for the liquidation of a long, which is sold."""
        return -self.side


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """All records of one account, in the order of time."""

    trades: tuple[Trade, ...]
    income: tuple[Income, ...]
    orders: tuple[Order, ...]
    snapshots: tuple[Snapshot, ...]
    kinds: frozenset[Kind]
    repeated: int
    """Rows that stand in more than one file, or twice, and were taken once."""


def quote_of(symbol: str) -> str:
    """Return the quote asset of a symbol, empty if it is not known."""
    return next((quote for quote in QUOTES if symbol.partition("_")[0].endswith(quote)), "")


def market(symbol: str) -> str:
    """Return a symbol as the exchange writes it: recorders leave USDT out."""
    upper = symbol.upper().partition(" ")[0].replace("/", "").partition(":")[0]
    quoted = any(upper.endswith(quote) and upper != quote for quote in QUOTES[:-1])
    return upper if quoted or "_" in upper else f"{upper}USDT"
