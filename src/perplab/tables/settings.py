"""Settings: the exchange's choices, from a TOML file or a scenario's table."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from perplab.domain.instrument import AutoAdd, LimitFill, Settings
from perplab.domain.numbers import ONE, Money, Rate, format_units
from perplab.tables.reading import (
    NaturalUnits,
    PositiveUnits,
    TableError,
    config_file,
    read_toml,
    validated,
)

BUILT_IN = "settings.toml"


def _one_of(choices: type[StrEnum]) -> BeforeValidator:
    words = " or ".join(f'"{choice}"' for choice in choices)

    def choose(value: object) -> StrEnum:
        for choice in choices:
            if value == choice.value:
                return choice
        raise ValueError(f"expected {words}")

    return BeforeValidator(choose)


class _Table(BaseModel):
    """The keys of `Settings`; a rate is a plain number."""

    model_config = ConfigDict(extra="forbid", strict=True)
    maker_fee: NaturalUnits
    taker_fee: NaturalUnits
    default_leverage: int = Field(ge=1)
    half_spread: NaturalUnits
    slippage: NaturalUnits
    quote_max_age_ns: int = Field(ge=0)
    limit_fill: Annotated[LimitFill, _one_of(LimitFill)]
    queue_ahead: NaturalUnits
    margin_call_ratio: PositiveUnits
    margin_call_rearm: PositiveUnits
    auto_add: Annotated[AutoAdd, _one_of(AutoAdd)]
    auto_add_amount: NaturalUnits
    partial_liquidation: bool
    liquidation_taker_fee: bool
    remainder_to_fund: bool
    insurance_fund: NaturalUnits

    def settings(self) -> Settings:
        return Settings(
            maker_fee=Rate(self.maker_fee),
            taker_fee=Rate(self.taker_fee),
            default_leverage=self.default_leverage,
            half_spread=Rate(self.half_spread),
            slippage=Rate(self.slippage),
            quote_max_age_ns=self.quote_max_age_ns,
            limit_fill=self.limit_fill,
            queue_ahead=Money(self.queue_ahead),
            margin_call_ratio=Rate(self.margin_call_ratio),
            margin_call_rearm=Rate(self.margin_call_rearm),
            auto_add=self.auto_add,
            auto_add_amount=Money(self.auto_add_amount),
            partial_liquidation=self.partial_liquidation,
            liquidation_taker_fee=self.liquidation_taker_fee,
            remainder_to_fund=self.remainder_to_fund,
            insurance_fund=Money(self.insurance_fund),
        )


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    settings: dict[str, Any]


_TABLE = TypeAdapter(_Table)
_FILE = TypeAdapter(_File)


def read_settings(path: Path | None = None) -> Settings:
    """Return the settings of a TOML file's `[settings]`, the built-in ones without a path."""
    if path is None:
        return settings_from({}, "settings")
    return settings_from(_settings_table(path), f"{path}: settings")


def settings_from(table: Mapping[str, Any], source: str) -> Settings:
    """Return settings from a table of some of their keys; the others keep their defaults.

    Decimal numbers must be text or whole (read TOML with `parse_float=str`). Raises
    `TableError`, which begins with `source`.
    """
    defaults = _settings_table(config_file(BUILT_IN))
    settings = validated(_TABLE, {**defaults, **table}, source).settings()
    _check(settings, source)
    return settings


def _settings_table(path: Path) -> dict[str, Any]:
    return validated(_FILE, read_toml(path), str(path)).settings


def _check(settings: Settings, source: str) -> None:
    for name in ("maker_fee", "taker_fee", "half_spread", "slippage"):
        rate = getattr(settings, name)
        if rate >= ONE:
            found = format_units(rate)
            raise TableError(f"{source}: {name}: found {found}, expected a rate below 1, as 0.0005")
    if settings.margin_call_rearm > settings.margin_call_ratio:
        raise TableError(f"{source}: margin_call_rearm is above margin_call_ratio; expected below")
    if settings.margin_call_ratio >= ONE:
        raise TableError(f"{source}: margin_call_ratio is 1 or more, where liquidation begins")
    if settings.queue_ahead and settings.limit_fill is not LimitFill.QUEUE:
        found = f'"{settings.limit_fill}"'
        raise TableError(f'{source}: queue_ahead is for limit_fill = "queue"; found {found}')
    if settings.auto_add is AutoAdd.FIXED and not settings.auto_add_amount:
        raise TableError(f'{source}: auto_add is "fixed"; expected auto_add_amount above zero')
