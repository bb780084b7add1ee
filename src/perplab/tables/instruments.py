"""Instruments: the filters of each symbol, from a TOML file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from perplab.domain.instrument import Bracket, Instrument, Kind
from perplab.domain.numbers import INT64_MAX, Money, Price, Qty, Rate
from perplab.tables.dated import nanoseconds
from perplab.tables.reading import (
    NaturalUnits,
    PositiveUnits,
    TableError,
    config_file,
    read_toml,
    validated,
)

BUILT_IN = "binance-usdm.toml"


class EarlierTick(BaseModel):
    """The tick that held until a date."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    until: datetime
    tick: PositiveUnits


class Filters(BaseModel):
    """A symbol's filters and liquidation fee, all counts of 1e-8 but `max_orders`.

    `earlier_ticks` are in order of their dates.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    earlier_ticks: tuple[EarlierTick, ...] = ()
    tick: PositiveUnits
    step: PositiveUnits
    min_quantity: PositiveUnits
    max_quantity: PositiveUnits
    min_notional: NaturalUnits
    price_up: PositiveUnits
    price_down: PositiveUnits
    max_orders: int = Field(gt=0, strict=True)
    liquidation_fee: NaturalUnits
    trigger_protect: NaturalUnits = 5_000_000

    def tick_at(self, time_ns: int) -> int:
        """Return the tick in force at a time."""
        for earlier in self.earlier_ticks:
            if time_ns < nanoseconds(earlier.until):
                return earlier.tick
        return self.tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    """The filters that a file states by symbol, and those for any other symbol."""

    source: str
    filters: Mapping[str, Filters]
    default: Filters | None

    @property
    def known(self) -> tuple[Filters, ...]:
        """Return every symbol's filters, and the default ones if there are."""
        return (*self.filters.values(), *([self.default] if self.default else []))

    def instrument(
        self,
        symbol: str,
        brackets: tuple[Bracket, ...],
        streams: tuple[Kind, ...] = (),
        *,
        time_ns: int = INT64_MAX,
    ) -> Instrument:
        """Return the symbol's instrument at a time, with these brackets and price streams.

        Raises `TableError` for a symbol that is not in the file when it has no default.
        """
        filters = self.filters.get(symbol, self.default)
        if filters is None:
            raise TableError(
                f"{self.source}: instruments.{symbol} is missing, and there is no [default];"
                f" add the table [instruments.{symbol}]"
            )
        return Instrument(
            symbol=symbol,
            tick=Price(filters.tick_at(time_ns)),
            step=Qty(filters.step),
            min_quantity=Qty(filters.min_quantity),
            max_quantity=Qty(filters.max_quantity),
            min_notional=Money(filters.min_notional),
            price_up=Rate(filters.price_up),
            price_down=Rate(filters.price_down),
            max_orders=filters.max_orders,
            liquidation_fee=Rate(filters.liquidation_fee),
            trigger_protect=Rate(filters.trigger_protect),
            brackets=brackets,
            streams=streams,
        )

    def note(self, symbol: str) -> str | None:
        """Return a sentence if the symbol's filters are the file's defaults, else None."""
        if symbol in self.filters:
            return None
        return (
            f"filters of {symbol}: not in {self.source}; its defaults are used, with the finest"
            " tick and step there are"
        )


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    instruments: dict[str, Filters]
    default: Filters | None = None


_FILE = TypeAdapter(_File)


def read_instruments(path: Path | None = None) -> Instruments:
    """Return the filters of a TOML file, the built-in one without a path, or `TableError`."""
    path = path or config_file(BUILT_IN)
    file = validated(_FILE, read_toml(path), str(path))
    tables = {f"instruments.{symbol}": filters for symbol, filters in file.instruments.items()}
    if file.default is not None:
        tables["default"] = file.default
    for table, filters in tables.items():
        _check(filters, f"{path}: {table}")
    return Instruments(source=str(path), filters=file.instruments, default=file.default)


def _check(filters: Filters, place: str) -> None:
    if filters.min_quantity > filters.max_quantity:
        raise TableError(f"{place}: min_quantity is above max_quantity; expected at most that")
    dates = [nanoseconds(earlier.until) for earlier in filters.earlier_ticks]
    if dates != sorted(dates):
        raise TableError(f"{place}: earlier_ticks are out of order; expected rising dates")
    for key in ("min_quantity", "max_quantity"):
        if getattr(filters, key) % filters.step:
            raise TableError(f"{place}: {key} is off step; expected a multiple of step")
    if filters.price_down > filters.price_up:
        raise TableError(f"{place}: price_down is above price_up; expected at most that")
