"""Messages: which records a log may hold, which fields each has, and their values as numbers."""

import json
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from perplab.audit.brackets import Row
from perplab.audit.exact import ZERO, number, written

_COMMANDS = """
StartRun
EndRun
OpenAccount account position_mode
OpenHolders holders
Deposit account wallet amount
Withdraw account wallet amount
Transfer account source target amount
SetLeverage account symbol leverage
SetMarginMode account symbol margin_mode
SetPositionMode account position_mode
AddMargin account symbol position_side amount
ReduceMargin account symbol position_side amount
SetAutoAddMargin account symbol position_side on
PlaceOrder account symbol order_id side order_type quantity position_side price trigger_price \
trigger_on time_in_force reduce_only close_position \
callback_rate? activation_price? price_protect? good_till_ns?
AmendOrder account order_id price quantity
CancelOrder account order_id
CancelAllOrders account symbol
ExpireOrders
ObserveTrade symbol row price quantity low? high?
ObserveMark symbol row price low? high?
ObserveQuote symbol row bid ask
SettleFunding symbol rate
ChangeBrackets symbol brackets
"""
_POSITION = "account symbol position_side margin_mode quantity cost"
_EVENTS = f"""
RunStarted insurance_fund
RunEnded
AccountOpened account position_mode
AccountRejected account reason
HolderOpened account symbol margin_mode leverage quantity cost futures isolated
HolderRejected account symbol reason
Deposited account wallet amount
Withdrawn account wallet amount
Transferred account source target amount
TransferRejected account reason limit
LeverageSet account symbol leverage
LeverageRejected account symbol leverage reason
MarginModeSet account symbol margin_mode
MarginModeRejected account symbol margin_mode reason
PositionModeSet account position_mode
PositionModeRejected account position_mode reason
AutoAddMarginSet account symbol position_side on
MarginAdded account symbol position_side amount
MarginReduced account symbol position_side amount
MarginAutoAdded account symbol position_side amount mark
MarginAdjustmentRejected account symbol position_side amount reason limit
OrderAccepted account symbol order_id number side order_type quantity position_side price \
trigger_price trigger_on time_in_force reduce_only close_position \
callback_rate? activation_price? extreme? price_protect? good_till_ns?
OrderRejected account symbol order_id reason
OrderAmended account symbol order_id number price quantity
AmendmentRejected account order_id reason
OrderTriggered account symbol order_id price extreme? number?
OrderQueued account symbol order_id ahead
OrderFilled account symbol order_id side price quantity remaining maker
OrderCanceled account symbol order_id cancellation
CancellationRejected account order_id reason
OrderExpired account symbol order_id expiry
PositionOpened {_POSITION} fee futures isolated
PositionIncreased {_POSITION} fee futures isolated
PositionReduced {_POSITION} realized_pnl fee futures isolated
PositionClosed {_POSITION} realized_pnl fee futures isolated
MarginCalled account symbol position_side equity maintenance
MarginCallCleared account symbol position_side equity maintenance
LiquidationStarted account symbol position_side equity maintenance
LiquidationOrdered account symbol position_side side quantity bankruptcy_price mark bracket \
equity maintenance
LiquidationFilled account symbol position_side side quantity price taker
LiquidationFeeCharged account symbol position_side margin_mode amount
PositionTakenOver account symbol quantity bankruptcy_price market_price result
PositionDeleveraged account symbol position_side against side quantity price
BankruptcyCovered account symbol position_side amount exchange
LiquidationEnded account symbol position_side outcome returned forfeited
FundingPaid account symbol position_side margin_mode quantity mark rate amount
FundingRejected symbol reason
BracketsChanged symbol brackets
BracketsRejected symbol reason
"""

_CHOICES = {
    "side": "buy sell",
    "position_side": "both long short",
    "margin_mode": "cross isolated",
    "position_mode": "one_way hedge",
    "wallet": "spot funding futures",
    "source": "spot funding futures",
    "target": "spot funding futures",
    "order_type": "market limit stop_market take_profit_market stop take_profit"
    " trailing_stop_market",
    "time_in_force": "gtc ioc fok gtx gtd",
    "trigger_on": "last mark",
    "taker": "market hedge insurance_fund deleveraging",
    "outcome": "recovered closed",
    "cancellation": "user liquidation deleveraging amended_away",
    "expiry": "ioc_rest no_position margin_insufficient bracket_exceeded good_till_date"
    " cannot_fill_at_once",
}
_TEXTS = ("account", "symbol", "order_id", "against", "reason")
_WHOLE = ("row", "number", "leverage", "bracket", "good_till_ns", "max_leverage")
_FLAGS = ("reduce_only", "close_position", "price_protect", "on", "maker")
_HOLDER = (
    *("account", "symbol", "margin_mode", "leverage", "quantity"),
    *("entry_price", "futures"),
)
_ROW = ("floor", "cap", "rate", "amount", "max_leverage")


def _table(text: str) -> dict[str, tuple[str, ...]]:
    rows = (line.split() for line in text.strip().splitlines())
    return {name: tuple(fields) for name, *fields in rows}


COMMANDS = _table(_COMMANDS)
EVENTS = _table(_EVENTS)
OBSERVATIONS = {"ObserveTrade": "trade", "ObserveMark": "mark", "ObserveQuote": "quote"}
"""Commands that are rows of the tape, and the kind of price stream they are of."""


class FormError(ValueError):
    """A record that is not one that a log may hold; the message says where and what."""


@dataclass(slots=True)
class Fact:
    """A record's meaning: its place, its type and its fields, of which numbers are fractions."""

    seq: int
    time_ns: int
    type: str
    body: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    @property
    def account(self) -> str:
        """Return the account that it names, empty if it names none."""
        return str(self.body.get("account", ""))

    @property
    def symbol(self) -> str:
        """Return the symbol that it names, empty if it names none."""
        return str(self.body.get("symbol", ""))


def read_fact(seq: int, time_ns: int, kind: str, type_name: str, text: str) -> Fact:
    """Return the meaning of a command or event record; `FormError` if it is not sound."""
    known = {"command": COMMANDS, "event": EVENTS}.get(kind)
    if known is None or type_name not in known:
        raise FormError(f"a {kind} of type {type_name!r}, which does not exist")
    try:
        found = json.loads(text, parse_float=_no_float)
    except (ValueError, RecursionError) as error:
        raise FormError(f"{type_name}: its body is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise FormError(f"{type_name}: its body is not an object")
    return Fact(seq, time_ns, type_name, _fields(type_name, known[type_name], found))


def _fields(type_name: str, names: tuple[str, ...], found: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    present = []
    for listed in names:
        name = listed.removesuffix("?")
        if name in found:
            present.append(name)
            body[name] = _value(type_name, name, found[name])
            if listed.endswith("?") and body[name] == _default(name):
                raise FormError(f"{type_name}: {name} is written though it is as by default")
        elif listed.endswith("?"):
            body[name] = _default(name)
        else:
            raise FormError(f"{type_name}: it has no {name}")
    if list(found) != present:
        strange = [name for name in found if name not in present]
        raise FormError(f"{type_name}: its fields are not {', '.join(present)}: {strange or found}")
    return body


def _default(name: str) -> Any:
    return False if name in _FLAGS else 0 if name in _WHOLE else ZERO


def _value(type_name: str, name: str, found: Any) -> Any:
    if name in _CHOICES:
        if found not in _CHOICES[name].split():
            raise FormError(f"{type_name}: {name} is {found!r}, expected one of {_CHOICES[name]}")
        return found
    if name == "brackets":
        if not isinstance(found, list):
            raise FormError(f"{type_name}: its brackets are not a list")
        return tuple(read_row(type_name, row) for row in found)
    if name == "holders":
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise FormError(f"{type_name}: its holders are not a list of objects")
        return tuple(_fields("a holder", _HOLDER, one) for one in found)
    wanted = str if name in _TEXTS else int if name in _WHOLE else bool if name in _FLAGS else None
    if wanted is None:
        return read_number(f"{type_name}: {name}", found)
    if type(found) is not wanted:
        raise FormError(f"{type_name}: {name} is {found!r}, expected {wanted.__name__}")
    return found


def read_number(what: str, found: Any) -> Fraction:
    """Return the number of a canonical decimal text; `FormError` for anything else."""
    try:
        value = number(found) if isinstance(found, str) else None
    except ValueError:
        value = None
    if value is None or written(value) != found:
        raise FormError(f"{what} is {found!r}, expected a decimal number as text")
    return value


def read_row(what: str, found: Any) -> Row:
    """Return a row of a bracket table; `FormError` if a field is wrong."""
    if not isinstance(found, dict) or tuple(found) != _ROW:
        raise FormError(f"{what}: a bracket is {found!r}, expected {', '.join(_ROW)}")
    floor, cap, rate, amount = (read_number(f"{what}: {name}", found[name]) for name in _ROW[:-1])
    leverage = found["max_leverage"]
    if type(leverage) is not int:
        raise FormError(f"{what}: max_leverage is {leverage!r}, expected a whole number")
    return Row(floor, cap, rate, amount, leverage)


def _no_float(text: str) -> Any:
    raise FormError(f"the number {text} stands as a float, expected text")
