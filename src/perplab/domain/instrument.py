"""Instruments: what can be traded, its filters, fees and leverage brackets."""

from dataclasses import dataclass
from enum import StrEnum

from perplab.domain.absent import absent
from perplab.domain.numbers import ONE, SQUARE, Fine, Money, Price, Qty, Rate


class Kind(StrEnum):
    """What a price stream carries, in the order in which equal times are executed.

    A mark price is made from what was traded and quoted, so it comes last.
    """

    TRADE = "trade"
    QUOTE = "quote"
    MARK = "mark"

    __hash__ = str.__hash__


class LimitFill(StrEnum):
    """When a trade on the tape fills a resting limit order: at its price, or beyond it only.

    QUEUE fills it at its price once what was resting there before it has traded.
    """

    TOUCH = "touch"
    THROUGH = "through"
    QUEUE = "queue"


class AutoAdd(StrEnum):
    """What auto-add margin restores: initial margin, just above maintenance, a fixed amount."""

    INITIAL = "initial"
    MAINTENANCE = "maintenance"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """One row of a leverage-bracket table; notionals and the amount are `Money`.

    Maintenance margin inside it is notional * rate - amount. docs/rules.md, Brackets.
    """

    floor: Money
    cap: Money
    rate: Rate
    amount: Money
    max_leverage: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A perpetual contract's filters, liquidation fee and brackets."""

    symbol: str
    tick: Price
    step: Qty
    min_quantity: Qty
    max_quantity: Qty
    min_notional: Money
    price_up: Rate
    price_down: Rate
    max_orders: int
    liquidation_fee: Rate
    brackets: tuple[Bracket, ...]
    trigger_protect: Rate = absent(Rate(5_000_000))
    """How far last price and mark may be apart for a protected stop to be triggered."""
    streams: tuple[Kind, ...] = ()
    """Which price streams this run has; what is missing is stood in for (see below)."""

    @property
    def mark_stream(self) -> Kind:
        """Return the stream that gives the mark price: the last price where there is no mark."""
        return Kind.MARK if Kind.MARK in self.streams else Kind.TRADE

    @property
    def last_stream(self) -> Kind:
        """Return the stream that gives the last price: the mark where nothing is traded."""
        return Kind.TRADE if Kind.TRADE in self.streams else Kind.MARK

    @property
    def fill_streams(self) -> tuple[Kind, ...]:
        """Return the streams whose ticks can fill a resting limit order."""
        market = tuple(kind for kind in (Kind.QUOTE, Kind.TRADE) if kind in self.streams)
        return market or (Kind.MARK,)

    @property
    def max_leverage(self) -> int:
        """Return the leverage that the first bracket allows."""
        return self.brackets[0].max_leverage

    @property
    def steepest(self) -> Rate:
        """Return the highest maintenance rate of the brackets."""
        return max(bracket.rate for bracket in self.brackets)

    def bracket_at(self, notional: int) -> int:
        """Return the index of the bracket that holds a 1e-16 notional; a cap is inclusive."""
        for index, bracket in enumerate(self.brackets):
            if notional <= bracket.cap * ONE:
                return index
        return len(self.brackets) - 1

    def maintenance_at(self, notional: int) -> Fine:
        """Return the exact maintenance margin, 1e-24, of a 1e-16 notional."""
        for bracket in self.brackets:  # the one that holds it, or the last
            if notional <= bracket.cap * ONE:
                break
        return Fine(notional * bracket.rate - bracket.amount * SQUARE)

    def notional_cap(self, leverage: int) -> Money:
        """Return the largest notional allowed at this leverage, zero if the leverage is not."""
        caps = [row.cap for row in self.brackets if row.max_leverage >= leverage]
        return max(caps, default=Money(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The exchange's choices where the rules leave one. docs/rules.md names each."""

    maker_fee: Rate = Rate(20_000)
    taker_fee: Rate = Rate(50_000)
    default_leverage: int = 20
    half_spread: Rate = Rate(0)
    slippage: Rate = Rate(0)
    quote_max_age_ns: int = 10_000_000_000
    limit_fill: LimitFill = LimitFill.TOUCH
    queue_ahead: Money = absent(Money(0))
    """Notional that is assumed to rest ahead of a new order at its price."""
    margin_call_ratio: Rate = Rate(80_000_000)
    margin_call_rearm: Rate = Rate(75_000_000)
    auto_add: AutoAdd = AutoAdd.INITIAL
    auto_add_amount: Money = Money(0)
    partial_liquidation: bool = True
    liquidation_taker_fee: bool = False
    remainder_to_fund: bool = False
    insurance_fund: Money = Money(1_000_000_000 * ONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All that a run's rules depend on: settings and the instruments by symbol."""

    settings: Settings
    instruments: tuple[Instrument, ...]
