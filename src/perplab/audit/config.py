"""Config: the rules that a log's manifest says its run was made under."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from perplab.audit.brackets import Table
from perplab.audit.exact import ZERO, number
from perplab.audit.messages import FormError, read_number, read_row

_RATES = (
    *("maker_fee", "taker_fee", "half_spread", "slippage", "margin_call_ratio"),
    *("margin_call_rearm", "auto_add_amount", "insurance_fund"),
)
_FILTERS = (
    *("tick", "step", "min_quantity", "max_quantity", "min_notional", "price_up", "price_down"),
    "liquidation_fee",
)
_TRIGGER_PROTECT = number("0.05")
KINDS = ("trade", "quote", "mark")
"""Price streams in the order in which equal times are executed. Rule 19.7."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The exchange's choices; docs/rules.md names each."""

    maker_fee: Fraction
    taker_fee: Fraction
    half_spread: Fraction
    slippage: Fraction
    margin_call_ratio: Fraction
    margin_call_rearm: Fraction
    auto_add_amount: Fraction
    insurance_fund: Fraction
    queue_ahead: Fraction
    default_leverage: int
    quote_max_age_ns: int
    limit_fill: str
    auto_add: str
    partial_liquidation: bool
    liquidation_taker_fee: bool
    remainder_to_fund: bool


@dataclass(slots=True, kw_only=True)
class Instrument:
    """A contract's filters, fee, streams, and the bracket table in force."""

    symbol: str
    tick: Fraction
    step: Fraction
    min_quantity: Fraction
    max_quantity: Fraction
    min_notional: Fraction
    price_up: Fraction
    price_down: Fraction
    liquidation_fee: Fraction
    trigger_protect: Fraction
    max_orders: int
    streams: tuple[str, ...]
    table: Table

    @property
    def mark_stream(self) -> str:
        """Return the stream that gives the mark. Rule 8.2."""
        return "mark" if "mark" in self.streams else "trade"

    @property
    def last_stream(self) -> str:
        """Return the stream that gives the last price. Rule 8.2."""
        return "trade" if "trade" in self.streams else "mark"

    @property
    def fill_streams(self) -> tuple[str, ...]:
        """Return the streams whose ticks fill resting orders. Rule 19.3."""
        return tuple(kind for kind in ("quote", "trade") if kind in self.streams) or ("mark",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All that a run's rules depend on."""

    settings: Settings
    instruments: tuple[Instrument, ...]


def read_config(found: Any) -> Config:
    """Return the config of a manifest; `FormError` says which field is wrong."""
    try:
        settings = _settings(found["settings"])
        instruments = tuple(_instrument(one) for one in found["instruments"])
    except (KeyError, TypeError, AttributeError) as error:
        raise FormError(f"the manifest's config is not whole: {error!r}") from error
    return Config(settings=settings, instruments=instruments)


def _settings(found: dict[str, Any]) -> Settings:
    rates = {name: read_number(f"setting {name}", found[name]) for name in _RATES}
    return Settings(
        queue_ahead=_optional("setting queue_ahead", found.get("queue_ahead"), ZERO),
        default_leverage=_whole(found, "default_leverage"),
        quote_max_age_ns=_whole(found, "quote_max_age_ns"),
        limit_fill=_choice(found, "limit_fill", "touch through queue"),
        auto_add=_choice(found, "auto_add", "initial maintenance fixed"),
        partial_liquidation=_flag(found, "partial_liquidation"),
        liquidation_taker_fee=_flag(found, "liquidation_taker_fee"),
        remainder_to_fund=_flag(found, "remainder_to_fund"),
        **rates,
    )


def _instrument(found: dict[str, Any]) -> Instrument:
    symbol = str(found["symbol"])
    filters = {name: read_number(f"{symbol}: {name}", found[name]) for name in _FILTERS}
    protect = _optional(
        f"{symbol}: trigger_protect", found.get("trigger_protect"), _TRIGGER_PROTECT
    )
    streams = tuple(found["streams"])
    if not streams or any(kind not in KINDS for kind in streams):
        raise FormError(f"{symbol}: its streams are {streams!r}, expected some of {KINDS}")
    return Instrument(
        symbol=symbol,
        trigger_protect=protect,
        max_orders=_whole(found, "max_orders"),
        streams=streams,
        table=Table(tuple(read_row(symbol, row) for row in found["brackets"])),
        **filters,
    )


def _optional(what: str, found: Any, default: Fraction) -> Fraction:
    return default if found is None else read_number(what, found)


def _whole(found: dict[str, Any], name: str) -> int:
    value = found[name]
    if type(value) is not int:
        raise FormError(f"{name} is {value!r}, expected a whole number")
    return value


def _flag(found: dict[str, Any], name: str) -> bool:
    value = found[name]
    if type(value) is not bool:
        raise FormError(f"{name} is {value!r}, expected true or false")
    return value


def _choice(found: dict[str, Any], name: str, choices: str) -> str:
    value = found[name]
    if value not in choices.split():
        raise FormError(f"{name} is {value!r}, expected one of {choices}")
    return str(value)
