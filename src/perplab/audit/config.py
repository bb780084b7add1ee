"""Config: the rules that a log's manifest says its run was made under."""

from collections.abc import Sequence
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
_CHOICES = (
    *("default_leverage", "quote_max_age_ns", "limit_fill", "auto_add", "partial_liquidation"),
    *("liquidation_taker_fee", "remainder_to_fund"),
)
_OF_INSTRUMENT = ("symbol", "max_orders", "streams", "trigger_protect", "brackets")
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
    symbols = [one.symbol for one in instruments]
    if not symbols or len(set(symbols)) < len(symbols):
        raise FormError(f"the manifest's instruments are {symbols}, expected some, each once")
    return Config(settings=settings, instruments=instruments)


def _settings(found: dict[str, Any]) -> Settings:
    _demand_keys("settings", found, (*_RATES, *_CHOICES, "queue_ahead"))
    rates = {name: read_number(f"setting {name}", found[name]) for name in _RATES}
    settings = Settings(
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
    if fault := _fault_of(settings):
        raise FormError(f"the manifest's settings are unsound: {fault}")
    return settings


def _fault_of(settings: Settings) -> str | None:
    """Return which setting no run can have, None if all are sound."""
    fees = (settings.maker_fee, settings.taker_fee, settings.half_spread, settings.slippage)
    if not all(0 <= rate < 1 for rate in fees):
        return "fees, half spread and slippage are from 0 to below 1"
    if not 0 < settings.margin_call_rearm <= settings.margin_call_ratio < 1:
        return "margin_call_rearm is at most margin_call_ratio, and that below 1"
    if min(settings.auto_add_amount, settings.insurance_fund, settings.queue_ahead) < 0:
        return "an amount is below zero"
    if settings.auto_add == "fixed" and not settings.auto_add_amount:
        return "auto_add is fixed, and auto_add_amount is zero"
    if settings.queue_ahead and settings.limit_fill != "queue":
        return "queue_ahead is for limit_fill queue"
    if settings.default_leverage < 1 or settings.quote_max_age_ns < 0:
        return "default_leverage is 1 or more, quote_max_age_ns 0 or more"
    return None


def _demand_keys(what: str, found: dict[str, Any], known: Sequence[str]) -> None:
    strange = [name for name in found if name not in known]
    if strange:
        raise FormError(f"the manifest's {what} have the unknown {', '.join(map(str, strange))}")


def _instrument(found: dict[str, Any]) -> Instrument:
    symbol = found["symbol"]
    if not isinstance(symbol, str) or not symbol:
        raise FormError(f"an instrument's symbol is {symbol!r}, expected a name")
    _demand_keys(symbol, found, (*_FILTERS, *_OF_INSTRUMENT))
    filters = {name: read_number(f"{symbol}: {name}", found[name]) for name in _FILTERS}
    protect = _optional(
        f"{symbol}: trigger_protect", found.get("trigger_protect"), _TRIGGER_PROTECT
    )
    streams = tuple(found["streams"])
    if not streams or any(kind not in KINDS for kind in streams):
        raise FormError(f"{symbol}: its streams are {streams!r}, expected some of {KINDS}")
    if min(filters["tick"], filters["step"]) <= 0 or min(*filters.values(), protect) < 0:
        raise FormError(f"{symbol}: tick and step are above zero, no filter is below")
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
