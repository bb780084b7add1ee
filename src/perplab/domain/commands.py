"""Commands: what can be asked of the exchange, and what it is told about the market."""

from enum import StrEnum

from perplab.domain.absent import absent
from perplab.domain.instrument import Bracket, Kind
from perplab.domain.message import message
from perplab.domain.numbers import Money, Price, Qty, Rate


class Side(StrEnum):
    """The side of an order."""

    BUY = "buy"
    SELL = "sell"


# An enumeration's own hash is a call of Python; those that stand in keys take that of their text.
class PositionSide(StrEnum):
    """Which position an order or a margin change is for: BOTH in one-way mode."""

    BOTH = "both"
    LONG = "long"
    SHORT = "short"

    __hash__ = str.__hash__


class MarginMode(StrEnum):
    """Whether a position has a margin of its own or shares the futures wallet."""

    CROSS = "cross"
    ISOLATED = "isolated"

    __hash__ = str.__hash__


class PositionMode(StrEnum):
    """One position per symbol, or a long and a short side by side."""

    ONE_WAY = "one_way"
    HEDGE = "hedge"


class Wallet(StrEnum):
    """The wallets between which a user moves money."""

    SPOT = "spot"
    FUNDING = "funding"
    FUTURES = "futures"


class OrderType(StrEnum):
    """How an order reaches the market."""

    MARKET = "market"
    LIMIT = "limit"
    STOP_MARKET = "stop_market"
    TAKE_PROFIT_MARKET = "take_profit_market"
    STOP = "stop"
    TAKE_PROFIT = "take_profit"
    TRAILING_STOP_MARKET = "trailing_stop_market"

    @property
    def conditional(self) -> bool:
        """Return whether such an order first waits for a price, off the book."""
        return self not in {OrderType.MARKET, OrderType.LIMIT}

    @property
    def limited(self) -> bool:
        """Return whether such an order comes to the book with a limit price."""
        return self in {OrderType.LIMIT, OrderType.STOP, OrderType.TAKE_PROFIT}

    @property
    def takes_profit(self) -> bool:
        """Return whether a sell of this type waits for a rise, and a buy for a fall."""
        return self in {OrderType.TAKE_PROFIT, OrderType.TAKE_PROFIT_MARKET}


class TimeInForce(StrEnum):
    """How long an order waits; GTX is post-only, GTD ends at a given time."""

    GTC = "gtc"
    IOC = "ioc"
    FOK = "fok"
    GTX = "gtx"
    GTD = "gtd"


class TriggerOn(StrEnum):
    """The price that a stop or take-profit watches."""

    LAST = "last"
    MARK = "mark"


@message
class StartRun:
    """Open the exchange: the insurance fund is paid in."""


@message
class EndRun:
    """Close the run at the prices then current; positions stay open."""


@message
class OpenAccount:
    """Open a user's account."""

    account: str
    position_mode: PositionMode = PositionMode.ONE_WAY


@message
class Holder:
    """A new account and the position that it brings: signed quantity, average entry price.

    `futures` is all the money that comes with it; an isolated position's margin is taken from it.
    """

    account: str
    symbol: str
    margin_mode: MarginMode
    leverage: int
    quantity: Qty
    entry_price: Price
    futures: Money


@message
class OpenHolders:
    """Open many accounts at once, each with a position as it stands. docs/rules.md, Holders."""

    holders: tuple[Holder, ...]


@message
class Deposit:
    """Bring money from outside into a wallet."""

    account: str
    wallet: Wallet
    amount: Money


@message
class Withdraw:
    """Take money out of a wallet to the outside."""

    account: str
    wallet: Wallet
    amount: Money


@message
class Transfer:
    """Move money between two of a user's wallets."""

    account: str
    source: Wallet
    target: Wallet
    amount: Money


@message
class SetLeverage:
    """Choose the leverage of a symbol, for both of its sides."""

    account: str
    symbol: str
    leverage: int


@message
class SetMarginMode:
    """Choose cross or isolated margin for a symbol."""

    account: str
    symbol: str
    margin_mode: MarginMode


@message
class SetPositionMode:
    """Choose one-way or hedge mode for the whole account."""

    account: str
    position_mode: PositionMode


@message
class AddMargin:
    """Move money from the futures wallet into an isolated position."""

    account: str
    symbol: str
    position_side: PositionSide
    amount: Money


@message
class ReduceMargin:
    """Move money from an isolated position back to the futures wallet."""

    account: str
    symbol: str
    position_side: PositionSide
    amount: Money


@message
class SetAutoAddMargin:
    """Switch auto-add margin of an isolated position on or off."""

    account: str
    symbol: str
    position_side: PositionSide
    on: bool


@message
class PlaceOrder:
    """Ask for an order; `order_id` is the user's own, unique among the account's open orders.

    `price` is a limit's, `trigger_price` a stop's or take-profit's; `callback_rate` a trailing
    stop's, and `activation_price`, 0 for none. With `close_position` the quantity is zero and
    becomes the whole position when triggered. `price_protect` holds a stop or take-profit back
    while last price and mark are far apart. `good_till_ns` is the end of a GTD order.
    """

    account: str
    symbol: str
    order_id: str
    side: Side
    order_type: OrderType
    quantity: Qty
    position_side: PositionSide = PositionSide.BOTH
    price: Price = Price(0)
    trigger_price: Price = Price(0)
    trigger_on: TriggerOn = TriggerOn.LAST
    time_in_force: TimeInForce = TimeInForce.GTC
    reduce_only: bool = False
    close_position: bool = False
    callback_rate: Rate = absent(Rate(0))
    activation_price: Price = absent(Price(0))
    price_protect: bool = absent(default=False)
    good_till_ns: int = absent(0)


@message
class AmendOrder:
    """Change price and quantity of a resting limit order, which loses its place in the queue."""

    account: str
    order_id: str
    price: Price
    quantity: Qty


@message
class CancelOrder:
    """Cancel one open order."""

    account: str
    order_id: str


@message
class CancelAllOrders:
    """Cancel an account's open orders of one symbol."""

    account: str
    symbol: str


@message
class ExpireOrders:
    """The clock: every GTD order whose time has come ends."""


@message
class ObserveTrade:
    """The tape's row: something traded. A quantity of zero means unknown.

    `low` and `high` are how far the price went since the stream's last recorded row, where that
    is beyond `price`, else 0. Told while a trailing stop watches the stream.
    """

    symbol: str
    row: int
    price: Price
    quantity: Qty
    low: Price = absent(Price(0))
    high: Price = absent(Price(0))


@message
class ObserveMark:
    """The tape's row: the mark price; `low` and `high` as of `ObserveTrade`."""

    symbol: str
    row: int
    price: Price
    low: Price = absent(Price(0))
    high: Price = absent(Price(0))


@message
class ObserveQuote:
    """The tape's row: best bid and best ask."""

    symbol: str
    row: int
    bid: Price
    ask: Price


@message
class SettleFunding:
    """Pay funding on every position of a symbol at the current mark: longs pay a rate above 0."""

    symbol: str
    rate: Rate


@message
class ChangeBrackets:
    """Put another leverage-bracket table of a symbol in force."""

    symbol: str
    brackets: tuple[Bracket, ...]


Observation = ObserveTrade | ObserveMark | ObserveQuote

Command = (
    Observation
    | StartRun
    | EndRun
    | OpenAccount
    | OpenHolders
    | Deposit
    | Withdraw
    | Transfer
    | SetLeverage
    | SetMarginMode
    | SetPositionMode
    | AddMargin
    | ReduceMargin
    | SetAutoAddMargin
    | PlaceOrder
    | AmendOrder
    | CancelOrder
    | CancelAllOrders
    | ExpireOrders
    | SettleFunding
    | ChangeBrackets
)


def kind_of(tick: Observation) -> Kind:
    """Return the kind of stream that a row is of."""
    if isinstance(tick, ObserveTrade):
        return Kind.TRADE
    return Kind.MARK if isinstance(tick, ObserveMark) else Kind.QUOTE
